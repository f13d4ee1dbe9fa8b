"""KOLs: organic takes on hot threads in their niche, sponsored posts where paid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
import numpy as np

from prsim.model.threads import Thread
from prsim.spread import layout as L
from prsim.spread.draws import Stream, uniform_array
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
        thread.kols.add(self.spec.name)
        self.sim.newsroom.post(self, thread, self.opinion(thread), paid=False, fmt="ugc_post")

    def sponsored(
        self, thread: Thread, stance: float, fmt: str = "sponsored_post", boost: float = 1.0
    ) -> None:
        """Post for money; a paid defence against evidence turns on both."""
        if thread.negative:
            against = thread.evidence * (1.0 - thread.reply_evidence)
            stance -= self.sim.scenario.kols.backfire * against * (1.0 + stance)
        self.sim.newsroom.post(self, thread, stance, paid=True, fmt=fmt, boost=boost)


class KolScene:
    """All KOLs at once: who takes up what is hot, at expected heat and with keyed luck."""

    def __init__(self, sim: Simulation, kols: list[Kol]) -> None:
        self.sim = sim
        self.kols = kols
        self.rate = np.array([k.spec.organic_per_day for k in kols])
        self.niche = np.array([k.spec.topic for k in kols])

    def look(self, thread: Thread, index: int) -> None:
        """One look at one thread; ``index`` numbers the looks since the run began."""
        rules = self.sim.scenario.kols
        heat = float(self.sim.audience.tf[thread.index, L.HEAT])
        if heat < 0.01 * rules.heat_per_h or not self.kols:
            return
        fit = np.where(self.niche == thread.topic, 1.0, rules.off_niche)
        chance = self.rate * fit * heat / (heat + rules.heat_per_h) * LOOK_H / 24.0
        u = uniform_array(self.sim.draws.key(Stream.KOL, thread.name), np.arange(len(self.kols)), index)
        for i in np.flatnonzero(u < chance):
            if self.kols[i].spec.name not in thread.kols:
                self.kols[i].take_up(thread)
