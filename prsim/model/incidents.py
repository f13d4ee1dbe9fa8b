"""Incidents: when they happen, whom they hit, who sees them first, what comes out later."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prsim.model.arrivals import random_arrivals
from prsim.model.audience import StorySpec
from prsim.model.cases import RESOLVED_T, STATEMENT_T, Cases, new_course
from prsim.model.threads import Thread
from prsim.scenario.calendar import hours_since
from prsim.scenario.crisis import Fact, Incident
from prsim.spread import layout as L
from prsim.spread.draws import Stream
from prsim.spread.experience import hit_users

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


@dataclass(slots=True)
class Record:
    """What happened in one incident; times in hours of the run, nan where it did not happen.

    ``seen`` is what monitoring saw until the alarm: (hour, visible negative posts, negative
    share of everyday talk, spreading nodes so far); ``course`` is what the team follows, see
    :mod:`prsim.model.cases`.
    """

    name: str
    incident: Incident
    start: float
    thread: Thread
    hit: NDArray[np.float64]
    witnesses: NDArray[np.float64]
    detected: float = float("nan")
    first_response: float = float("nan")
    analysed: float = float("nan")
    level: str = ""
    strategy: str = ""
    fixed: bool = False
    denied: bool = False
    nodes_checked: int = 0
    seen: list[tuple[float, float, float, int]] = field(default_factory=list)
    course: NDArray[np.float64] = field(default_factory=new_course)

    @property
    def resolved(self) -> float:
        """When its negative posts had ebbed away after a statement, h; nan before that, and when it flares up again."""
        return float(self.course[RESOLVED_T])

    @property
    def statement(self) -> float:
        """When it was answered, by a statement or in private, h."""
        return float(self.course[STATEMENT_T])

    def answered(self, t: float) -> None:
        """It is answered at hour ``t``."""
        self.course[STATEMENT_T] = t


class Incidents:
    """Lets the scheduled and the random incidents happen."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.rules = sim.scenario.incidents.escalation
        self.records: list[Record] = []
        self.unnoticed: list[Record] = []  # those for which no alarm has been raised
        self.cases = Cases(sim.scenario.response)

    def schedule(self) -> None:
        """Put scheduled incidents and random arrivals on the calendar; the latter do not depend on any decision."""
        sim, config = self.sim, self.sim.scenario.incidents
        for name, s in config.schedule.items():
            t = hours_since(sim.scenario.meta.start, s.start)
            if 0.0 <= t < sim.horizon:
                sim.at(t, self.begin, name, config.library[s.use])
        for t, name, use in random_arrivals(sim.scenario, sim.draws):
            sim.at(t, self.begin, name, self.varied(name, config.library[use]))

    def still_unnoticed(self) -> list[Record]:
        """Open cases for which no alarm has been raised."""
        if self.unnoticed:
            self.unnoticed = [
                r for r in self.unnoticed if not r.thread.alarmed and self.sim.is_open(r.thread)
            ]
        return self.unnoticed

    def varied(self, name: str, incident: Incident) -> Incident:
        """An incident of the library as it happens this time."""
        random, draws = self.sim.scenario.incidents.random, self.sim.draws
        grave = np.exp(random.severity_spread * draws.normal(Stream.ARRIVAL, "severity", name))
        many = np.exp(random.witnesses_spread * draws.normal(Stream.ARRIVAL, "witnesses", name))
        return dataclasses.replace(
            incident,
            severity=float(np.clip(incident.severity * grave, 0.02, 1.0)),
            witnesses=float(incident.witnesses * many),
        )

    def stance(self, severity: float) -> float:
        """Stance of a story of this severity."""
        floor = self.rules.stance_floor
        return -(floor + (1.0 - floor) * severity)

    def _weights(self, incident: Incident) -> NDArray[np.float64]:
        names = self.sim.scenario.segments
        return np.array([incident.segments.get(s, 0.0) if incident.segments else 1.0 for s in names])

    def begin(self, name: str, incident: Incident) -> None:
        """The incident happens."""
        sim = self.sim
        weights = self._weights(incident)
        users = sim.world.sizes * np.array([s.user_share for s in sim.scenario.segments.values()])
        hit = np.minimum(users, incident.hit_share * users * weights / max(1e-12, weights.max()))
        place = sim.world.platforms[incident.platform]
        seen = sim.world.member[place] * weights
        witnesses = incident.witnesses * seen / seen.sum() if seen.sum() > 0 else np.zeros(len(weights))
        thread = sim.open_thread(
            Thread(
                index=-1,
                name=name,
                topic=incident.topic,
                born=sim.now,
                stance=self.stance(incident.severity),
                severity=incident.severity,
                evidence=incident.evidence,
                quality=0.5,
                arousal=incident.arousal,
                newsworthy=1.0,
                title_en=incident.title_en,
                title_zh=incident.title_zh,
                incident=incident,
                news_t=sim.now,
            )
        )
        record = Record(name, incident, sim.now, thread, hit, witnesses)
        self.records.append(record)
        self.unnoticed.append(record)
        self.cases.add(record)
        sim.log("incident", name, "", incident.severity, name, incident.title_en, incident.title_zh)
        hit_users(
            sim.draws.key(Stream.SERVICE, "hit", name), hit, self.rules.satisfaction_dent * incident.severity,
            sim.world.topics[incident.topic], thread.stance, sim.scenario.belief.eta, sim.slot(thread), sim.now,
            sim.audience.agents, sim.world.rules, sim.scenario.belief.consolidation,
        )  # fmt: skip
        sim.desk.incident_cases(float(hit.sum()), self.rules.satisfaction_dent * incident.severity)
        thread.origin_story = self.wave(record, 0, incident.severity, incident.evidence, witnesses)
        for i, fact in enumerate(incident.facts):
            sim.at(sim.now + fact.after_h, self.come_out, record, fact, i)
        sim.wake_outlets()
        sim.alert()

    def wave(
        self, record: Record, n: int, severity: float, evidence: float, persons: NDArray[np.float64]
    ) -> int:
        """A wave of the incident's story breaks on its platform."""
        sim, incident = self.sim, record.incident
        thread = record.thread
        name = f"{record.name}/wave-{n}"
        blame = self.rules.trust_preventable if incident.cluster == "preventable" else self.rules.trust_other
        place = sim.world.platforms[incident.platform]
        story = sim.audience.add_story(
            name,
            thread.index,
            StorySpec(
                topic=sim.world.topics[incident.topic],
                stance=self.stance(severity),
                credibility=sim.newsroom.strength("peer", evidence),
                format=sim.world.formats["ugc_post"],
                depth=sim.format("ugc_post").depth,
                virality=sim.newsroom.virality(name, incident.arousal)
                * (self.rules.virality_floor + severity),
                trust_push=-severity * blame,
                consolidation=sim.scenario.belief.consolidation * evidence,
            ),
        )
        if thread.reply_story < 0 or n > 0:
            sim.audience.ti[thread.index, L.LEAD] = story
        sim.audience.broadcast(
            name,
            story,
            place,
            sim.now,
            persons,
            sim.world.member[place] / sim.world.sizes,
            f"feed {record.name}",
            1.0,
        )
        return story

    def come_out(self, record: Record, fact: Fact, i: int) -> None:
        """A fact comes out; it weighs more when it contradicts what the brand had said."""
        sim, thread = self.sim, record.thread
        if not sim.is_open(thread):
            return
        disclosed = max(thread.reply_efficacy or 0.0, 0.0) * thread.reply_evidence
        caught = fact.contradicts and record.denied
        strength = (
            1.0 + sim.scenario.response.rebound if caught else 1.0 - self.rules.disclosed_relief * disclosed
        )
        thread.severity = min(1.0, max(thread.severity, fact.severity))
        thread.answered *= self.rules.reopened
        if caught:
            thread.reply_efficacy, thread.reply_evidence = sim.scenario.response.caught, 0.0
            sim.audience.ti[thread.index, L.REPLY] = -1
        self.second_wave(record, fact.severity, self.rules.wave_strength * strength, f"fact-{i}")

    def second_wave(self, record: Record, severity: float, strength: float, cause: str) -> None:
        """Attention comes back: new witnesses in proportion to those who had met the story before."""
        sim, thread = self.sim, record.thread
        if not sim.is_open(thread) or strength <= 0.0:
            return
        thread.waves += 1
        thread.news_t = sim.now
        exposed = float(sim.audience.tf[thread.index, L.EXPOSED])
        again = self.rules.wave_reach * exposed / max(1.0, record.witnesses.sum())
        persons = record.witnesses * (strength * max(1.0, again))
        persons = np.minimum(persons, sim.world.member[sim.world.platforms[record.incident.platform]])
        sim.audience.refresh(thread.index, sim.now, min(1.0, strength))
        sim.log("second_wave", record.name, cause, strength, record.name, "", "")
        evidence = min(1.0, record.incident.evidence + self.rules.wave_evidence)
        self.wave(record, thread.waves, severity, evidence, persons)
        sim.wake_outlets()
        sim.alert()
