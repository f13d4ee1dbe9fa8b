"""What institutions know of a thread: a topic around which stories, reports and answers gather."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from prsim.scenario.crisis import Incident
from prsim.scenario.plan import Activity


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
    key
        Key of its luck with outlets; set when it is opened.
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
    kols: set[str] = field(default_factory=set)
    detected: float | None = None
    alarmed: bool = False
    on_list: set[int] = field(default_factory=set)
    waves: int = 0
    nodes: int = 0
    key: int | np.uint64 = 0

    @property
    def negative(self) -> bool:
        """Whether it began as bad news."""
        return self.incident is not None
