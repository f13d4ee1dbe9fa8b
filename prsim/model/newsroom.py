"""How an item of an outlet or a post of a KOL reaches its audience; the count of earned coverage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.threads import Thread
from prsim.spread import layout as L
from prsim.spread.draws import Stream

if TYPE_CHECKING:
    from prsim.model.kols import Kol
    from prsim.model.outlets import Outlet
    from prsim.model.simulation import Simulation

POSITIVE, NEGATIVE = 0.15, -0.15  # stance from which an item counts as positive, as negative


class Newsroom:
    """Turns decisions of outlets and KOLs into stories before an audience."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.items = [0, 0, 0]  # negative, neutral, positive earned items
        self.numbers: dict[str, int] = {}
        self.meetings: dict[int, list[Outlet]] = {}

    def book(self, t: float, outlet: Outlet) -> None:
        """Book an outlet's next editorial meeting; meetings begin on the hour, so that one event serves them all."""
        hour = max(math.ceil(t - 1e-9), math.floor(self.sim.now) + 1)
        if hour not in self.meetings:
            self.meetings[hour] = []
            self.sim.at(float(hour), self.hold_meetings, hour)
        self.meetings[hour].append(outlet)

    def hold_meetings(self, hour: int) -> None:
        """Let the outlets due at this hour look at the open threads."""
        agenda = [(thread, self.pull(thread)) for thread in self.sim.newsworthy()]
        for outlet in self.meetings.pop(hour):
            outlet.look(agenda)

    def pull(self, thread: Thread) -> float:
        """Log-odds of taking up a thread that all outlets share: attention, peers, novelty, weight."""
        m = self.sim.scenario.media
        heat = self.sim.audience.tf[thread.index, L.HEAT]
        attention = math.log((heat + 1.0) / m.usual_heat_per_h)
        logit = m.base + m.w_peers * math.log1p(thread.coverage)
        logit -= math.log(2.0) * (self.sim.now - thread.news_t) / m.novelty_half_life_h
        if thread.negative:
            logit += m.w_attention * attention + m.w_severity * thread.severity
            if thread.reply_efficacy is not None:
                age = self.sim.now - thread.reply_t  # a statement is itself a story, though a short one
                logit += m.w_statement * math.exp2(-age / m.statement_half_life_h)
            return logit + m.w_unanswered * (1.0 - thread.answered)
        return logit + m.w_attention * max(attention, 0.0) + m.w_newsworthy * thread.newsworthy

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
