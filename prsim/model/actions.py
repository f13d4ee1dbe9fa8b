"""What the money of an activity buys, carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.threads import Thread
from prsim.scenario.calendar import next_window
from prsim.scenario.plan import Activity, Price
from prsim.spread.draws import Stream
from prsim.spread.experience import take_part

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

TIERS = ("strategic", "core", "emerging", "ordinary")  # order in which outlets are met
MEDIA_DESK = ("kol", "feature", "media_relations")  # the media desk's work; the rest is the content team's


@dataclass(slots=True)
class Occurrence:
    """One occurrence of an activity: its thread and what was bought for it."""

    activity_id: str
    activity: Activity
    number: int
    start: float
    envelopes: dict[str, int]
    last: bool = True  # the last occurrence that draws on its phase
    thread: Thread | None = None
    stories: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> (story, platform)


class Actions:
    """Carries out what is bought."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.scenario = sim.scenario
        self.participants = 0.0
        self.met: set[str] = set()
        self.staff_free: dict[str, float] = {"content": 0.0, "media": 0.0}
        self.turn: dict[str, int] = {}
        self.outlet_turn: dict[str, int] = {}
        self.pools: dict[tuple[str, str], list[str]] = {}
        self.rounds: dict[str, list[str]] = {}

    def order(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """Order ``n`` units of an entry of the price list for an occurrence."""
        getattr(self, f"_do_{price.action}")(o, name, price, n)

    def thread(self, o: Occurrence) -> Thread:
        if o.thread is None or not self.sim.is_open(o.thread):
            a = o.activity
            name = f"{o.activity_id}#{o.number}"
            o.thread = self.sim.open_thread(
                Thread(
                    index=-1,
                    name=name,
                    topic=a.topic,
                    born=self.sim.now,
                    stance=a.stance,
                    severity=0.0,
                    evidence=a.evidence,
                    quality=a.quality,
                    arousal=a.arousal,
                    newsworthy=0.0,
                    title_en=a.title_en,
                    title_zh=a.title_zh,
                    activity=a,
                )
            )
        return o.thread

    def _story(self, o: Occurrence, name: str, fmt: str, source: str) -> int:
        a, sim = o.activity, self.sim
        thread, craft = self.thread(o), sim.scenario.craft
        luck = craft.quality_luck * sim.draws.normal(Stream.QUALITY, "piece", name)
        quality = min(max(a.quality + luck, 0.05), 1.0)
        brand = source == "brand"
        return sim.audience.add_story(
            name,
            thread.index,
            StorySpec(
                topic=sim.world.topics[a.topic],
                stance=self.conveyed(a.stance, quality),
                credibility=sim.newsroom.strength(source, a.evidence),
                format=sim.world.formats[fmt],
                trust_weight=1.0 if brand else 0.0,
                depth=min(1.0, sim.format(fmt).depth * (craft.dull_depth + quality)),
                virality=sim.newsroom.virality(name, a.arousal) * (craft.dull_depth + quality),
                trust_push=craft.trust_per_evidence * a.evidence,
                consolidation=sim.scenario.belief.consolidation * a.evidence,
                appeal=quality,
                aim=sum(1 << sim.world.segments[s] for s in a.segments),
            ),
        )

    def _times(self, o: Occurrence, price: Price, n: int) -> list[float]:
        """When each of ``n`` units appears: over the days of the activity, in posting windows (C4).

        Not before it is produced, nor before those who work on it are done: people have limited hours (D23).
        """
        config = self.scenario
        start = max(o.start, self.sim.now + price.production_h)
        role = "media" if price.action in MEDIA_DESK else "content"
        times = [
            next_window(
                config.meta.start, start + i / n * o.activity.days * 24.0, config.team.posting_windows
            )
            for i in range(n)
        ]
        return [self._staff(role, price.staff_h, t) for t in times]

    def _when(self, o: Occurrence, price: Price, n: int) -> float:
        """When something that happens at once can happen; the work on all its units is booked."""
        start = max(o.start, self.sim.now + price.production_h)
        return self._staff("media" if price.action in MEDIA_DESK else "content", n * price.staff_h, start)

    def conveyed(self, stance: float, quality: float) -> float:
        """Stance that a piece of this quality conveys."""
        floor = self.scenario.craft.dull_stance
        return stance * (floor + (1.0 - floor) * quality)

    def _staff(self, role: str, hours: float, t: float) -> float:
        """Time at which the next piece of work of ``hours`` is done: people have limited hours (D23)."""
        team = self.scenario.team
        people = team.content if role == "content" else team.media
        if hours <= 0.0:
            return t
        if people == 0:
            return float("inf")
        pace = 168.0 / (team.hours_per_week * people)
        self.staff_free[role] = max(self.staff_free[role], self.sim.now) + hours * pace
        return max(t, self.staff_free[role])

    def _do_content(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        for i, t in enumerate(self._times(o, price, n)):
            self.sim.at(t, self.publish, o, f"{o.activity_id}#{o.number}/{name}/{i}", price)

    def publish(self, o: Occurrence, name: str, price: Price) -> None:
        """A piece of the brand's own content appears on its channels."""
        sim = self.sim
        for platform in o.activity.platforms:
            p = sim.world.platforms[platform]
            key = f"{name}@{platform}"
            story = self._story(o, key, price.format, "brand")
            o.stories[key] = (story, p)
            followers = sim.following.share[p]
            persons = sim.world.member[p] * followers * sim.world.channels.see[p] * price.effect
            share = followers * sim.world.member[p] / sim.world.sizes
            sim.audience.broadcast(key, story, p, sim.now, persons, share, f"brand@{platform}")

    def _do_kol(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        pool = self._kols(price.tier, o.activity.topic)
        if not pool:
            return
        for t in self._times(o, price, n):
            turn = self.turn.get(price.tier, 0)
            self.turn[price.tier] = turn + 1
            self.sim.at(t, self.sponsor, o, pool[turn % len(pool)], price)

    def _kols(self, tier: str, topic: str) -> list[str]:
        """Names of the KOLs of a tier: those of the topic first, the largest first."""
        if (tier, topic) not in self.pools:
            pool = [k.spec for k in self.sim.kols if k.spec.tier == tier]
            pool.sort(key=lambda k: (k.topic != topic, -k.persons, k.name))
            self.pools[tier, topic] = [k.name for k in pool]
        return self.pools[tier, topic]

    def sponsor(self, o: Occurrence, kol: str, price: Price) -> None:
        """A KOL posts what was paid for."""
        a = o.activity
        self.sim.kol_by_name[kol].sponsored(
            self.thread(o), self.conveyed(a.stance, a.quality), price.format or "sponsored_post", price.effect
        )

    def _do_feature(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        pool = [x for x in self.sim.outlets if x.spec.tier == price.tier]
        if not pool:
            return
        for t in self._times(o, price, n):
            turn = self.turn.get(name, 0)
            self.turn[name] = turn + 1
            self.sim.at(t, self.feature, o, pool[turn % len(pool)].spec.name, price)

    def feature(self, o: Occurrence, outlet: str, price: Price) -> None:
        """A sponsored article appears; it is paid media and does not count as coverage earned."""
        a = o.activity
        tone = self.conveyed(a.stance, a.quality)
        self.sim.outlet_by_name[outlet].publish(
            self.thread(o), tone, price.format or "news_article", price.effect
        )

    def _do_promotion(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(self._when(o, price, n) + 2.0, self.promote, o, name, price, n)

    def promote(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """Paid impressions for the activity's own stories."""
        sim, p = self.sim, self.sim.world.platforms[price.platform]
        reach = sim.world.member[p] * self.addressed(o.activity)
        if reach.sum() <= 0.0:
            return
        key = f"{o.activity_id}#{o.number}/{name}"
        bought = (self.scenario.budget.prices[x].format for x in o.activity.buys)
        fmt = next(filter(None, bought), "sponsored_post")
        story = self._story(o, key, fmt, "paid")
        persons = 1000.0 * n * price.effect * reach / reach.sum()
        share = np.minimum(1.0, reach / sim.world.sizes)
        sim.audience.broadcast(
            key, story, p, sim.now, persons, share, f"ads {key}", self.scenario.budget.ads_half_life_h
        )

    def addressed(self, a: Activity) -> np.ndarray:
        names = list(self.scenario.segments)
        return np.array([1.0 if not a.segments or s in a.segments else 0.0 for s in names])

    def _do_media_relations(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        order = self._outlets(price.tier)
        for t in self._times(o, price, n) if order else ():
            turn = self.outlet_turn.get(price.tier, 0)
            self.outlet_turn[price.tier] = turn + 1
            self.sim.at(t, self.meet, order[turn % len(order)], price.effect)

    def _outlets(self, tier: str) -> list[str]:
        """Names of the outlets of a tier, of all where it is empty: the most important first."""
        if tier not in self.rounds:
            pool = [x.spec for x in self.sim.outlets if not tier or x.spec.tier == tier]
            self.rounds[tier] = [x.name for x in sorted(pool, key=lambda x: (TIERS.index(x.tier), x.name))]
        return self.rounds[tier]

    def meet(self, outlet: str, strength: float) -> None:
        """Meet or brief an outlet."""
        self.met.add(outlet)
        self.sim.outlet_by_name[outlet].meet(strength)

    def _do_event(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(self._when(o, price, n) + 4.0, self.hold_event, o, name, price, n)

    def hold_event(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """An event takes place: participants see for themselves and tell others."""
        sim, a = self.sim, o.activity
        thread = self.thread(o)
        sizes = sim.world.sizes * self.addressed(a)
        persons = n * sizes / sizes.sum()
        key = f"{o.activity_id}#{o.number}/{name}"
        craft, world = sim.scenario.craft, sim.world
        take_part(
            sim.draws.key(Stream.SERVICE, key), persons, world.topics[a.topic], a.stance,
            min(1.0, craft.first_hand * price.effect), craft.event_lift * price.effect, sim.slot(thread), sim.now,
            sim.audience.agents, world.rules, sim.scenario.belief.consolidation, sim.audience.tallies,
        )  # fmt: skip
        self.participants += n
        users = np.array([s.user_share for s in self.scenario.segments.values()])
        sim.funnel.event_conversions += persons * (1.0 - users) * a.conversion
        place = sim.main_platform
        story = self._story(o, key, "ugc_post", "peer")
        audience = np.array([s.audience for s in self.scenario.segments.values()])
        told = float((persons * audience).sum() * sim.scenario.sharing.participant_share)
        member = sim.world.member[place]
        reach = told * sim.world.channels.see[place] * member / member.sum()
        sim.audience.broadcast(key, story, place, sim.now + 1.0, reach, member / sim.world.sizes, key)

    def _do_service(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(self._when(o, price, n), self.sim.desk.add_capacity, n * price.effect)

    def _do_tool(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        start = self._when(o, price, n)
        self.sim.at(start, self.sim.monitoring.buy_tool, price.effect, start + n * 730.5)

    def _do_training(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        for t in self._times(o, price, n):
            self.sim.at(t, self.sim.team.drill, price.effect)

    def _do_ugc(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(self._when(o, price, n), self.co_create, o, name, price, n)

    def co_create(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """Members of the co-creation group tell their own stories."""
        sim, place = self.sim, self.sim.main_platform
        key = f"{o.activity_id}#{o.number}/{name}"
        story = self._story(o, key, price.format or "ugc_post", "peer")
        member = sim.world.member[place]
        audience = np.array([s.audience for s in self.scenario.segments.values()])
        told = n * price.effect * float((audience * member).sum() / member.sum())
        reach = told * sim.world.channels.see[place] * member / member.sum()
        sim.audience.tallies.own_posts[0] += n * price.effect
        sim.audience.broadcast(key, story, place, sim.now, reach, member / sim.world.sizes, key)
