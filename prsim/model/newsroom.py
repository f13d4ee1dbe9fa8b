"""What outlets and KOLs look at; how their items and posts reach an audience; the count of earned coverage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.outlets import ASLEEP, Outlet, desks_of, editorial_of
from prsim.model.threads import Thread, larger, new_agenda
from prsim.spread import layout as L
from prsim.spread.draws import Stream

if TYPE_CHECKING:
    from prsim.model.kols import Kol
    from prsim.model.simulation import Simulation

POSITIVE, NEGATIVE = 0.15, -0.15  # stance from which an item counts as positive, as negative


class Newsroom:
    """Turns decisions of outlets and KOLs into stories before an audience."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.items = [0, 0, 0]  # negative, neutral, positive earned items
        self.numbers: dict[str, int] = {}
        self.rows: dict[str, int] = {}  # the thread that last bore a name
        world = sim.world
        self.outlets = [Outlet(sim, spec, desk) for desk, spec in enumerate(world.outlets)]
        room = sim.scenario.engine.thread_slots
        self.desks = desks_of(self.outlets, world.topics, room)
        self.editorial = editorial_of(sim.scenario.media)
        self.agenda = new_agenda(64, len(self.outlets), len(world.kols), len(world.platforms))

    # the agenda and who looks at it --------------------------------------------------------------------------

    def put_on_agenda(self, thread: Thread) -> None:
        """A thread is open; one that bears the name of an earlier one goes on where outlets had left that."""
        row = thread.index
        while row >= len(self.agenda.topic):
            self.agenda = larger(self.agenda)
        agenda, draws = self.agenda, self.sim.draws
        agenda.topic[row] = self.sim.world.topics[thread.topic]
        agenda.key[row] = draws.key(Stream.MEDIA, "thread", thread.name)
        agenda.kol_key[row] = draws.key(Stream.KOL, thread.name)
        earlier = self.rows.get(thread.name)
        if earlier is not None:
            agenda.looks[row], agenda.items[row] = agenda.looks[earlier], agenda.items[earlier]
        self.rows[thread.name] = row
        agenda.open[agenda.many[0]] = row
        agenda.many[0] += 1

    def set_agenda(self, threads: list[Thread]) -> None:
        """These threads are open, and no others."""
        self.agenda.many[0] = len(threads)
        self.agenda.open[: len(threads)] = [th.index for th in threads]

    def tell(self, threads: list[Thread]) -> None:
        """Write what has changed about threads into the agenda."""
        for thread in threads:
            if not thread.known:
                self.agenda.facts[thread.index] = thread.facts()
                thread.told()

    def wake_outlets(self) -> None:
        """There is news: outlets that were asleep look again at their next regular time, on the hour."""
        now, desks = self.sim.now, self.desks
        asleep = np.flatnonzero(desks.due == ASLEEP)
        phase, cadence = desks.phase[asleep], desks.cadence[asleep]
        regular = phase + (np.floor((now - phase) / cadence) + 1.0) * cadence
        desks.due[asleep] = np.maximum(np.ceil(regular - 1e-9), math.floor(now) + 1.0)
        turns = self.sim.diary.turns
        desks.turn[asleep] = turns[0] + np.arange(1, len(asleep) + 1)
        turns[0] += len(asleep)

    def commission(self, many: int) -> None:
        """Let outlets act on the decisions of the meeting that has just been held."""
        open_ = {thread.index: thread for thread in self.sim.threads}
        for outlet, row, turn in self.desks.takes[:many].tolist():
            self.outlets[outlet].commission(open_[row], turn)

    # items and posts -----------------------------------------------------------------------------------------

    def number(self, origin: str) -> int:
        """Running number within one origin, so that names stay stable when other origins change."""
        self.numbers[origin] = self.numbers.get(origin, 0) + 1
        return self.numbers[origin]

    def luck(self, name: str) -> float:
        """Luck of a story: log-normal with mean one."""
        sigma = self.sim.scenario.sharing.luck_sigma
        return float(np.exp(sigma * self.sim.draws.normal(Stream.QUALITY, name) - 0.5 * sigma * sigma))

    def virality(self, name: str, arousal: float) -> float:
        """Factor on the share probability: arousal and luck."""
        return self.luck(name) * float(np.exp(self.sim.scenario.sharing.arousal_gain * arousal))

    def strength(self, source: str, evidence: float) -> float:
        """Credibility of a kind of source with this much evidence."""
        b = self.sim.scenario.belief
        return b.credibility[source] * (1.0 - b.evidence_weight * (1.0 - evidence))

    def naive(self, thread: Thread, stance: float) -> float:
        """Stance of good news about bad news for somebody who had not heard of it: the shadow it casts."""
        if not thread.negative or stance <= 0.0:
            return stance
        r = self.sim.scenario.response
        return r.heard * (1.0 - r.shadow) * stance - r.shadow * abs(thread.stance)

    def publish(
        self,
        outlet: Outlet,
        thread: Thread,
        tone: float,
        paid: bool,
        fmt: str = "news_article",
        boost: float = 1.0,
    ) -> None:
        """An outlet's item appears."""
        sim, spec, media = self.sim, outlet.spec, self.sim.scenario.media
        name = f"{thread.name}/{spec.name}/{self.number(f'{thread.name}/{spec.name}')}"
        source = "paid" if paid else "media"
        if not paid:
            self.items[0 if tone < NEGATIVE else 2 if tone > POSITIVE else 1] += 1
            thread.coverage += 1
            thread.nodes += 1
        thread.covered_by.add(spec.name)
        depth = sim.format(fmt).depth
        if sim.is_open(thread):
            reply = max(thread.reply_efficacy or 0.0, 0.0)
            story = sim.audience.add_story(
                name,
                thread.index,
                StorySpec(
                    topic=sim.world.topics[thread.topic],
                    stance=tone,
                    naive_stance=self.naive(thread, tone),
                    credibility=self.strength(source, thread.evidence) * spec.credibility / 0.6,
                    format=sim.world.formats[fmt],
                    depth=depth,
                    virality=self.virality(name, thread.arousal * min(1.0, abs(tone) / 0.5)),
                    trust_push=media.item_trust * tone if thread.negative else 0.0,
                    closing=media.item_closing * reply * thread.reply_evidence,
                    consolidation=sim.scenario.belief.consolidation * thread.evidence,
                    appeal=thread.quality,
                ),
            )
            see = sim.world.channels.see[spec.platform]
            sim.audience.broadcast(
                name,
                story,
                spec.platform,
                sim.now,
                sim.world.member[spec.platform] * spec.readers * see * boost,
                spec.readers * sim.world.member[spec.platform] / sim.world.sizes,
                f"outlet {spec.name}",
            )
            sim.audience.refresh(thread.index, sim.now, sim.scenario.media.item_news)
        sim.log("media_item", spec.name, thread.name, tone, thread.name, spec.title_en, spec.title_zh)

    def post(self, kol: Kol, thread: Thread, stance: float, paid: bool, fmt: str, boost: float = 1.0) -> None:
        """A KOL's post appears."""
        sim, spec = self.sim, kol.spec
        name = f"{thread.name}/{spec.name}/{self.number(f'{thread.name}/{spec.name}')}"
        if not sim.is_open(thread):
            return
        reply = max(thread.reply_efficacy or 0.0, 0.0) if stance > 0 else 0.0
        story = sim.audience.add_story(
            name,
            thread.index,
            StorySpec(
                topic=sim.world.topics[thread.topic],
                stance=stance,
                naive_stance=self.naive(thread, stance),
                credibility=self.strength("paid" if paid else "kol", thread.evidence)
                * spec.credibility
                / 0.5,
                format=sim.world.formats[fmt],
                depth=sim.format(fmt).depth,
                virality=self.virality(name, thread.arousal * min(1.0, abs(stance) / 0.5)),
                closing=sim.scenario.kols.post_closing * reply * thread.reply_evidence,
                consolidation=sim.scenario.belief.consolidation * thread.evidence,
                appeal=thread.quality,
            ),
        )
        if not paid and spec.persons >= sim.scenario.monitoring.node_followers:
            thread.nodes += 1
        freshness = kol.freshness()
        see = sim.world.channels.see[spec.platform]
        sim.audience.broadcast(
            name,
            story,
            spec.platform,
            sim.now,
            sim.world.member[spec.platform] * spec.followers * see * (freshness * boost if paid else 1.0),
            spec.followers * sim.world.member[spec.platform] / sim.world.sizes,
            f"kol {spec.name}",
        )
        if paid:
            kol.posted()
        sim.audience.refresh(thread.index, sim.now, sim.scenario.media.item_news)
        sim.log("kol_post", spec.name, thread.name, stance, thread.name, "", "")

    def open_user_stories(self, thread: Thread) -> None:
        """Register what users themselves will post in a thread: critical and supportive."""
        sim = self.sim
        s = sim.scenario.sharing
        sharp = -sim.incidents.stance(thread.severity) if thread.negative else s.ugc_stance
        for column, sign, name in ((L.UGC_NEGATIVE, -1.0, "critical"), (L.UGC_POSITIVE, 1.0, "supportive")):
            key = f"{thread.name}/{name}"
            stance = sign * sharp
            sim.audience.ti[thread.index, column] = sim.audience.add_story(
                key,
                thread.index,
                StorySpec(
                    topic=sim.world.topics[thread.topic],
                    stance=stance,
                    naive_stance=self.naive(thread, stance),
                    credibility=self.strength("peer", s.ugc_evidence * thread.evidence),
                    format=sim.world.formats["ugc_post"],
                    depth=sim.format("ugc_post").depth,
                    virality=self.virality(key, thread.arousal),
                    consolidation=sim.scenario.belief.consolidation * s.ugc_evidence * thread.evidence,
                ),
            )

    @property
    def positive_share(self) -> float:
        """Positive share of earned items so far; nan before there is one."""
        total = sum(self.items)
        return self.items[2] / total if total else float("nan")
