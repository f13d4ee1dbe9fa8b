"""What institutions know of a thread: a topic around which stories, reports and answers gather."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.scenario.crisis import Incident
from prsim.scenario.plan import Activity

# what outlets weigh of a thread, float64[FACTS]
NEWSWORTHY = 0
NEWS_T = 1  # h
NEGATIVE = 2  # 1: it began as bad news
SEVERITY = 3
COVERAGE = 4  # items by outlets so far
ANSWERED = 5
REPLIED = 6  # 1: there is an official statement
REPLY_T = 7  # h
OFFER = 8  # quality and evidence of what the brand offers
FACTS = 9


@dataclass(slots=True)
class Thread:
    """An open thread, as outlets, KOLs and the PR team see it.

    Attributes
    ----------
    index
        Index in the audience's thread table.
    name
        Its origin: the incident, activity or competitor it began with; keys all its luck.
    stance
        Stance of its origin toward the brand.
    answered
        How far the open questions have been answered, 0 to 1.
    reply_efficacy
        What the official statement is worth, -1 to 1; None before there is one.
    coverage
        Items by outlets so far.
    nodes
        Spreading nodes so far: items by outlets, posts by large accounts.
    known
        Whether the agenda holds what the thread is now; any change unsets it.
    """

    index: int
    name: str
    topic: str
    born: float
    stance: float
    severity: float
    evidence: float
    quality: float
    arousal: float
    newsworthy: float
    title_en: str = ""
    title_zh: str = ""
    incident: Incident | None = None
    activity: Activity | None = None
    origin_story: int = -1
    news_t: float = 0.0
    answered: float = 0.0
    reply_efficacy: float | None = None
    reply_evidence: float = 0.0
    reply_story: int = -1
    reply_t: float = 0.0
    coverage: int = 0
    covered_by: set[str] = field(default_factory=set)
    detected: float | None = None
    alarmed: bool = False
    waves: int = 0
    nodes: int = 0
    known: bool = False

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        object.__setattr__(self, "known", False)

    def told(self) -> None:
        """The agenda holds what the thread is now."""
        object.__setattr__(self, "known", True)

    @property
    def negative(self) -> bool:
        """Whether it began as bad news."""
        return self.incident is not None

    def facts(self) -> tuple[float, ...]:
        """What outlets weigh of it; columns as above."""
        return (
            self.newsworthy,
            self.news_t,
            float(self.negative),
            self.severity,
            float(self.coverage),
            self.answered,
            float(self.reply_efficacy is not None),
            self.reply_t,
            0.5 * (self.quality + self.evidence),
        )


class Agenda(NamedTuple):
    """All threads as arrays by their index, and which of them are open: what outlets and KOLs look at."""

    many: NDArray[np.int64]  # [1] number of open threads
    open: NDArray[np.int64]  # [Th] their indices, in the order in which they were opened
    facts: NDArray[np.float64]  # [Th, FACTS]
    topic: NDArray[np.int64]
    key: NDArray[np.uint64]  # luck with outlets
    kol_key: NDArray[np.uint64]  # luck with KOLs
    looks: NDArray[np.int64]  # [Th, O] editorial meetings of each outlet about it
    items: NDArray[np.int64]  # [Th, O] items each outlet has decided on
    taken: NDArray[np.bool_]  # [Th, KOLs] who has posted about it
    listed: NDArray[np.bool_]  # [Th, P] hot lists on which it was last noted
    pull: NDArray[np.float64]  # [Th] pull on outlets at the meeting under way, log-odds


def new_agenda(rows: int, outlets: int, kols: int, platforms: int) -> Agenda:
    """An empty agenda with room for so many threads."""
    return Agenda(
        many=np.zeros(1, np.int64),
        open=np.zeros(rows, np.int64),
        facts=np.zeros((rows, FACTS)),
        topic=np.zeros(rows, np.int64),
        key=np.zeros(rows, np.uint64),
        kol_key=np.zeros(rows, np.uint64),
        looks=np.zeros((rows, outlets), np.int64),
        items=np.zeros((rows, outlets), np.int64),
        taken=np.zeros((rows, kols), np.bool_),
        listed=np.zeros((rows, platforms), np.bool_),
        pull=np.zeros(rows),
    )


def larger(agenda: Agenda) -> Agenda:
    """The same agenda with room for twice as many threads."""
    grown = {
        name: np.concatenate([column, np.zeros_like(column)])
        for name, column in agenda._asdict().items()
        if name != "many"
    }
    return agenda._replace(**grown)
