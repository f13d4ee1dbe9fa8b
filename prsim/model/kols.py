"""KOLs: organic takes on hot threads in their niche, sponsored posts where paid.

Whether they take a thread up is compiled (:func:`look_at`), because most looks end without a post; what they then post
is their own business.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from prsim.model.notes import TAKEN_UP
from prsim.model.threads import Thread
from prsim.scenario.mechanisms import Kols
from prsim.spread.compiled import kernel
from prsim.spread.draws import uniform
from prsim.world.institutions import KolSpec

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

LOOK_H = 1.0  # h between two looks of a KOL at what is hot


class Kol(mesa.Agent):
    """A KOL or KOC."""

    def __init__(self, model: Simulation, spec: KolSpec) -> None:
        super().__init__(model)
        self.sim = model
        self.spec = spec
        self.weary = 0.0
        self.weary_t = 0.0

    def freshness(self) -> float:
        """Share of followers not yet weary of sponsored posts."""
        rules = self.sim.scenario.kols
        tired = self.weary * math.exp2(-(self.sim.now - self.weary_t) / rules.fatigue_half_life_h)
        return 1.0 - min(tired, 0.95)

    def posted(self) -> None:
        """Remember a sponsored post."""
        self.weary = 1.0 - self.freshness() + self.sim.scenario.kols.fatigue
        self.weary_t = self.sim.now

    def opinion(self, thread: Thread) -> float:
        """Organic stance on a thread: what happened, the answer, and the own bent."""
        rules, media = self.sim.scenario.kols, self.sim.scenario.media
        stance = thread.stance
        if thread.negative:
            stance = self.sim.incidents.stance(thread.severity)
        if thread.reply_efficacy is not None:
            answer = media.answer_weight + media.evidence_gain * thread.reply_evidence
            stance += rules.answer_weight * thread.reply_efficacy * answer
        return max(-1.0, min(1.0, stance + rules.bent * self.spec.stance))

    def take_up(self, thread: Thread) -> None:
        """Post an organic take."""
        self.sim.newsroom.post(self, thread, self.opinion(thread), paid=False, fmt="ugc_post")

    def sponsored(
        self, thread: Thread, stance: float, fmt: str = "sponsored_post", boost: float = 1.0
    ) -> None:
        """Post for money; a paid defence against evidence turns on both."""
        if thread.negative:
            against = thread.evidence * (1.0 - thread.reply_evidence)
            stance -= self.sim.scenario.kols.backfire * against * (1.0 + stance)
        self.sim.newsroom.post(self, thread, stance, paid=True, fmt=fmt, boost=boost)


class Accounts(NamedTuple):
    """All KOLs as arrays, one entry each, and the parameters of what they take up."""

    rate: NDArray[np.float64]  # organic posts a day
    niche: NDArray[np.int64]  # topic, -1 where it is none of the scenario's
    off_niche: float
    heat_per_h: float  # shares/h
    coldest: float  # shares/h below which nobody looks
    look_h: float


def accounts_of(kols: list[Kol], rules: Kols, topics: dict[str, int]) -> Accounts:
    """The KOLs as arrays."""
    return Accounts(
        rate=np.array([float(k.spec.organic_per_day) for k in kols]),
        niche=np.array([topics.get(k.spec.topic, -1) for k in kols], np.int64),
        off_niche=float(rules.off_niche),
        heat_per_h=float(rules.heat_per_h),
        coldest=0.01 * rules.heat_per_h,
        look_h=LOOK_H,
    )


@kernel(entry=False)
def look_at(th, heat, look, accounts, agenda, notes, n):  # type: ignore[no-untyped-def]
    """One look of every KOL at one thread: organic posts a day, times niche, times heat / (heat + heat_per_h).

    ``look`` numbers the looks since the run began. Who takes the thread up is added to the ``n`` notes so far; returns
    the number of notes.
    """
    if heat < accounts.coldest:
        return n
    for k in range(accounts.rate.shape[0]):
        fit = 1.0 if accounts.niche[k] == agenda.topic[th] else accounts.off_niche
        chance = accounts.rate[k] * fit * heat / (heat + accounts.heat_per_h) * accounts.look_h / 24.0
        if uniform(agenda.kol_key[th], k, look) < chance and not agenda.taken[th, k]:
            agenda.taken[th, k] = True
            notes[n, 0], notes[n, 1], notes[n, 2] = TAKEN_UP, k, th
            n += 1
    return n
