"""Media outlets: each looks at the open threads at its own cadence and decides whether and how to report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from prsim.model.threads import Thread
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
        self.key = model.draws.key(Stream.MEDIA, spec.name)
        self.log_fit = {topic: math.log(max(fit, 1e-3)) for topic, fit in spec.fit.items()}
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

    def look(self, agenda: list[tuple[Thread, float]]) -> None:
        """One editorial meeting over the open threads, each with its pull on outlets at large."""
        most = self.sim.scenario.media.most_items
        open_ = [(th, pull) for th, pull in agenda if self.items.get(th.name, 0) < most]
        if not open_:
            self.awake = False
            return
        for thread, pull in open_:
            n = self.looks[thread.name] = self.looks.get(thread.name, 0) + 1
            if uniform(self.key, thread.key, n) < self.chance(thread, pull):
                self.commission(thread)
        self.sim.newsroom.book(self.sim.now + self.spec.cadence_h, self)

    def chance(self, thread: Thread, pull: float) -> float:
        """Probability of taking up a thread at one look, given its pull on outlets at large (log-odds)."""
        m = self.sim.scenario.media
        logit = pull + self.spec.appetite + self.log_fit.get(thread.topic, 0.0)
        if not thread.negative:
            offer = 0.5 * (thread.quality + thread.evidence)
            if self.spec.shallow:
                offer *= offer
            logit += m.w_quality * offer * thread.newsworthy + m.w_relationship * self.relationship()
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
