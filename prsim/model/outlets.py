"""Media outlets: each looks at the open threads at its own cadence and decides whether and how to report.

The decision to report is compiled (:func:`pull`, :func:`chance`, :func:`hold_meeting`), because most meetings end
without one; what follows from it is the outlet's own business.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from prsim.model import threads as T
from prsim.model.threads import Thread
from prsim.scenario.mechanisms import Media
from prsim.spread import layout as L
from prsim.spread.compiled import kernel
from prsim.spread.draws import Stream, uniform
from prsim.world.institutions import OutletSpec

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

ASLEEP = -1  # meeting of an outlet that has nothing to look at


class Desks(NamedTuple):
    """All outlets as arrays, one entry each."""

    key: NDArray[np.uint64]
    cadence: NDArray[np.float64]  # h
    phase: NDArray[np.float64]  # h
    appetite: NDArray[np.float64]  # log-odds
    fit: NDArray[np.float64]  # [O, T] ln of the topical fit
    shallow: NDArray[np.bool_]
    usual: NDArray[np.float64]  # relationship at the start
    relation: NDArray[np.float64]  # relationship when last met
    relation_t: NDArray[np.float64]  # h
    due: NDArray[np.int64]  # hour of the next meeting, ASLEEP where there is none
    turn: NDArray[np.int64]  # when it was agreed, in appointments
    present: NDArray[np.int64]  # outlets of the meeting under way
    takes: NDArray[np.int64]  # [n, 3] decisions to report: outlet, thread, turn of the publication


class Editorial(NamedTuple):
    """Parameters of the decision to report, from the scenario's ``media``."""

    base: float
    usual_heat_per_h: float
    w_attention: float
    w_severity: float
    w_newsworthy: float
    w_statement: float
    statement_half_life_h: float
    w_unanswered: float
    w_peers: float
    w_quality: float
    w_relationship: float
    novelty_half_life_h: float
    relationship_half_life_h: float
    second_item: float
    news_h: float
    most_items: float


@kernel(entry=False)
def pull(fact, heat, now, m):  # type: ignore[no-untyped-def]
    """Log-odds of taking up a thread that all outlets share: attention, peers, novelty, weight."""
    attention = math.log((heat + 1.0) / m.usual_heat_per_h)
    logit = m.base + m.w_peers * math.log1p(fact[T.COVERAGE])
    logit -= math.log(2.0) * (now - fact[T.NEWS_T]) / m.novelty_half_life_h
    if fact[T.NEGATIVE] == 1.0:
        logit += m.w_attention * attention + m.w_severity * fact[T.SEVERITY]
        if fact[T.REPLIED] == 1.0:
            age = now - fact[T.REPLY_T]  # a statement is itself a story, though a short one
            logit += m.w_statement * 2.0 ** (-age / m.statement_half_life_h)
        return logit + m.w_unanswered * (1.0 - fact[T.ANSWERED])
    return logit + m.w_attention * max(attention, 0.0) + m.w_newsworthy * fact[T.NEWSWORTHY]


@kernel(entry=False)
def relationship(usual, relation, age, half_life_h):  # type: ignore[no-untyped-def]
    """Relationship ``age`` hours after a meeting left it at ``relation``: what is not used is lost (D95)."""
    return usual + (relation - usual) * 2.0 ** (-age / half_life_h)


@kernel(entry=False)
def chance(o, shared, fact, topic, items, now, desks, m):  # type: ignore[no-untyped-def]
    """Probability that outlet ``o`` takes up a thread at one look.

    ``shared`` is the thread's :func:`pull`, ``items`` what the outlet has brought about it so far.
    """
    logit = shared + desks.appetite[o] + desks.fit[o, topic]
    if fact[T.NEGATIVE] == 0.0:
        offer = fact[T.OFFER]
        if desks.shallow[o]:
            offer *= offer
        near = relationship(
            desks.usual[o], desks.relation[o], now - desks.relation_t[o], m.relationship_half_life_h
        )
        logit += m.w_quality * offer * fact[T.NEWSWORTHY] + m.w_relationship * near
    if items > 0:
        logit -= m.second_item
    return 1.0 / (1.0 + math.exp(-logit))


@kernel(entry=False)
def next_meeting(desks):  # type: ignore[no-untyped-def]
    """Hour of the next editorial meeting and its turn, the first that was agreed; ASLEEP where there is none."""
    hour, turn = ASLEEP, 0
    for o in range(desks.due.shape[0]):
        due = desks.due[o]
        if due == ASLEEP or (hour != ASLEEP and due > hour):
            continue
        if due != hour or desks.turn[o] < turn:
            hour, turn = due, desks.turn[o]
    return hour, turn


@kernel(entry=False)
def assemble(hour, desks):  # type: ignore[no-untyped-def]
    """Outlets due at this hour, in the order in which they booked; return how many."""
    n = 0
    for o in range(desks.due.shape[0]):
        if desks.due[o] == hour:
            at = n
            while at > 0 and desks.turn[desks.present[at - 1]] > desks.turn[o]:
                desks.present[at] = desks.present[at - 1]
                at -= 1
            desks.present[at] = o
            n += 1
    return n


@kernel(entry=False)
def hold_meeting(hour, desks, agenda, threads, m, turns):  # type: ignore[no-untyped-def]
    """Let the outlets due at this hour look at the newsworthy threads; return how many times one decides to report.

    An outlet that has nothing left to look at sleeps until there is news; the others meet again at their cadence.
    """
    now, taken = np.float64(hour), 0
    for i in range(agenda.many[0]):
        th = agenda.open[i]
        if agenda.facts[th, T.NEWSWORTHY] > 0.0:
            agenda.pull[th] = pull(agenda.facts[th], threads.f[th, L.HEAT], now, m)
    for seat in range(assemble(hour, desks)):
        o, busy = desks.present[seat], False
        for i in range(agenda.many[0]):
            th = agenda.open[i]
            fact, items = agenda.facts[th], agenda.items[th, o]
            fresh = fact[T.NEWSWORTHY] > 0.0 and now - fact[T.NEWS_T] < m.news_h
            if not fresh or threads.i[th, L.OPEN] != 1 or items >= m.most_items:
                continue
            busy = True
            agenda.looks[th, o] += 1
            p = chance(o, agenda.pull[th], fact, agenda.topic[th], items, now, desks, m)
            if uniform(desks.key[o], agenda.key[th], agenda.looks[th, o]) < p:
                turns[0] += 1
                desks.takes[taken, 0], desks.takes[taken, 1], desks.takes[taken, 2] = o, th, turns[0]
                taken += 1
        desks.due[o] = ASLEEP
        if busy:
            desks.due[o] = max(np.int64(math.ceil(now + desks.cadence[o] - 1e-9)), hour + 1)
            turns[0] += 1
            desks.turn[o] = turns[0]
    return taken


def desks_of(outlets: list[Outlet], topics: dict[str, int], room: int) -> Desks:
    """The outlets as arrays, all asleep; ``room`` is the number of threads that can be open at a time."""
    specs, many = [o.spec for o in outlets], len(outlets)
    fit = np.zeros((many, len(topics)))
    for o, spec in enumerate(specs):
        for topic, suits in spec.fit.items():
            if topic in topics:
                fit[o, topics[topic]] = math.log(max(suits, 1e-3))
    usual = np.array([spec.relationship for spec in specs])
    return Desks(
        key=np.array([o.key for o in outlets], np.uint64),
        cadence=np.array([float(spec.cadence_h) for spec in specs]),
        phase=np.array([float(spec.phase_h) for spec in specs]),
        appetite=np.array([float(spec.appetite) for spec in specs]),
        fit=fit,
        shallow=np.array([spec.shallow for spec in specs], np.bool_),
        usual=usual,
        relation=usual.copy(),
        relation_t=np.zeros(many),
        due=np.full(many, ASLEEP),
        turn=np.zeros(many, np.int64),
        present=np.zeros(many, np.int64),
        takes=np.zeros((many * room, 3), np.int64),
    )


def editorial_of(media: Media) -> Editorial:
    """The parameters of the decision to report."""
    return Editorial(**{name: float(getattr(media, name)) for name in Editorial._fields})


class Outlet(mesa.Agent):
    """A media outlet; its place in the arrays of all outlets is ``desk``."""

    def __init__(self, model: Simulation, spec: OutletSpec, desk: int) -> None:
        super().__init__(model)
        self.sim = model
        self.spec = spec
        self.desk = desk
        self.key = model.draws.key(Stream.MEDIA, spec.name)

    def relationship(self) -> float:
        """Relationship with the brand now: what is not used is lost (D95)."""
        desks = self.sim.newsroom.desks
        age = self.sim.now - float(desks.relation_t[self.desk])
        lasting = self.spec.relationship
        half_life = self.sim.scenario.media.relationship_half_life_h
        return lasting + (float(desks.relation[self.desk]) - lasting) * math.exp2(-age / half_life)

    def meet(self, strength: float) -> None:
        """A meeting or a material package (D73)."""
        now, desks = self.relationship(), self.sim.newsroom.desks
        desks.relation[self.desk] = now + self.sim.scenario.media.relationship_gain * strength * (1.0 - now)
        desks.relation_t[self.desk] = self.sim.now

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

    def commission(self, thread: Thread, turn: int | None = None) -> None:
        """Decide on an item; it appears after the lead time. ``turn`` is when the meeting agreed on it, if one did."""
        self.sim.newsroom.agenda.items[thread.index, self.desk] += 1
        hurry = 1.0 / (1.0 + thread.severity) if thread.negative else 1.0
        self.sim.at(self.sim.now + self.spec.lead_h * hurry, self.publish, thread, turn=turn)

    def publish(self, thread: Thread, tone: float | None = None, fmt: str = "", boost: float = 1.0) -> None:
        """Bring an item; its tone is what is known when it appears. A paid feature names its tone and format."""
        if fmt:
            self.sim.newsroom.publish(
                self, thread, self.tone(thread) if tone is None else tone, True, fmt, boost
            )
        else:
            self.sim.newsroom.publish(self, thread, self.tone(thread) if tone is None else tone, False)
