"""Media outlets: each looks at the open threads at its own cadence and decides whether and how to report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
import numpy as np

from prsim.model.threads import Thread
from prsim.spread import layout as L
from prsim.spread.draws import Stream, uniform
from prsim.world.institutions import OutletSpec

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


class Outlet(mesa.Agent):
    """A media outlet."""

    def __init__(self, model: Simulation, spec: OutletSpec) -> None:
        super().__init__(model)
        self.sim = model
        self.spec = spec
        self.relation = spec.relationship
        self.relation_t = 0.0
        self.awake = False
        self.keys: dict[str, np.uint64] = {}
        self.looks: dict[str, int] = {}
        self.items: dict[str, int] = {}

    def relationship(self) -> float:
        """Relationship with the brand now: what is not used is lost (D95)."""
        media = self.sim.scenario.media
        age = self.sim.now - self.relation_t
        lasting = self.spec.relationship
        return lasting + (self.relation - lasting) * math.exp2(-age / media.relationship_half_life_h)

    def meet(self, strength: float) -> None:
        """A meeting or a material package (D73)."""
        now = self.relationship()
        self.relation = now + self.sim.scenario.media.relationship_gain * strength * (1.0 - now)
        self.relation_t = self.sim.now

    def wake(self) -> None:
        """Look at the open threads from the next regular look on."""
        if not self.awake:
            self.awake = True
            c = self.spec.cadence_h
            n = math.floor((self.sim.now - self.spec.phase_h) / c) + 1
            self.sim.newsroom.book(self.spec.phase_h + n * c, self)

    def look(self) -> None:
        """One editorial meeting."""
        most = self.sim.scenario.media.most_items
        threads = [th for th in self.sim.newsworthy() if self.items.get(th.name, 0) < most]
        if not threads:
            self.awake = False
            return
        for thread in threads:
            n = self.looks[thread.name] = self.looks.get(thread.name, 0) + 1
            if uniform(self._key(thread.name), n, 0) < self.chance(thread):
                self.commission(thread)
        self.sim.newsroom.book(self.sim.now + self.spec.cadence_h, self)

    def _key(self, thread: str) -> np.uint64:
        if thread not in self.keys:
            self.keys[thread] = self.sim.draws.key(Stream.MEDIA, self.spec.name, thread)
        return self.keys[thread]

    def chance(self, thread: Thread) -> float:
        """Probability of taking up a thread at one look."""
        m, sim = self.sim.scenario.media, self.sim
        logit = m.base + self.spec.appetite
        heat = sim.audience.tf[thread.index, L.HEAT]
        attention = math.log((heat + 1.0) / m.usual_heat_per_h)
        logit += m.w_attention * (attention if thread.negative else max(attention, 0.0))
        logit += m.w_peers * math.log1p(thread.coverage)
        logit += math.log(max(self.spec.fit.get(thread.topic, 1.0), 1e-3))
        logit -= math.log(2.0) * (sim.now - thread.news_t) / m.novelty_half_life_h
        if thread.negative:
            logit += m.w_severity * thread.severity + m.w_unanswered * (1.0 - thread.answered)
        else:
            offer = 0.5 * (thread.quality + thread.evidence)
            if self.spec.shallow:
                offer *= offer
            logit += m.w_quality * offer * thread.newsworthy + m.w_relationship * self.relationship()
            logit += m.w_severity * thread.newsworthy
        if self.items.get(thread.name, 0):
            logit -= m.second_item
        return 1.0 / (1.0 + math.exp(-logit))

    def tone(self, thread: Thread) -> float:
        """Stance of an item: the thread's, the brand's answer as far as it convinces, the relationship."""
        m = self.sim.scenario.media
        doubt = self.spec.scepticism
        if self.spec.doubts and thread.topic == m.doubt_topic:
            doubt = min(1.0, doubt + m.doubt_extra)
        if not thread.negative:
            word = self.sim.campaign.actions.conveyed(thread.stance, thread.quality)
            return word * (1.0 - doubt * (1.0 - thread.evidence)) - m.plain_doubt * doubt
        tone = self.sim.incidents.stance(thread.severity)
        if thread.reply_efficacy is None:
            one_sided = 1.0 + m.one_sided if self.spec.single_channel else 1.0
            tone *= one_sided * (1.0 - m.answered_relief * thread.answered)
        else:
            answer = m.answer_weight + m.evidence_gain * thread.reply_evidence
            tone += (1.0 - m.sceptic_discount * doubt) * thread.reply_efficacy * answer
        if tone < 0.0:
            tone *= 1.0 - m.shield * self.relationship()
        return max(-1.0, min(1.0, tone))

    def commission(self, thread: Thread) -> None:
        """Decide on an item; it appears after the lead time."""
        self.items[thread.name] = self.items.get(thread.name, 0) + 1
        hurry = 1.0 / (1.0 + thread.severity) if thread.negative else 1.0
        self.sim.at(self.sim.now + self.spec.lead_h * hurry, self.publish, thread)

    def publish(self, thread: Thread, tone: float | None = None, fmt: str = "", boost: float = 1.0) -> None:
        """Bring an item; its tone is what is known when it appears. A paid feature names its tone and format."""
        if fmt:
            self.sim.newsroom.publish(
                self, thread, self.tone(thread) if tone is None else tone, True, fmt, boost
            )
        else:
            self.sim.newsroom.publish(self, thread, self.tone(thread) if tone is None else tone, False)
