"""The calendar: what the money of each activity buys, and when it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.ledger import FEN, split_fen
from prsim.model.threads import Thread
from prsim.scenario.calendar import hours_since, next_window
from prsim.scenario.funding import occurrences_h, phase_at, phase_spans_h
from prsim.scenario.plan import Activity, Price
from prsim.spread.draws import Stream
from prsim.spread.experience import take_part

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

TIERS = ("strategic", "core", "emerging", "ordinary")


@dataclass(slots=True)
class Occurrence:
    """One occurrence of an activity: its thread and what was bought for it."""

    activity_id: str
    activity: Activity
    number: int
    start: float
    envelopes: dict[str, int]
    thread: Thread | None = None
    stories: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> (story, platform)


class Campaign:
    """Spends the calendar's money and carries out what it buys."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.scenario = sim.scenario
        self.participants = 0.0
        self.met: set[str] = set()
        self.purses: dict[str, dict[str, int]] = {}  # fen by line held for each activity
        self.wishes: dict[tuple[str, str], float] = {}  # fen meant for each kind of purchase and not yet spent
        self.released: dict[str, int] = {}
        self.staff_free: dict[str, float] = {"content": 0.0, "media": 0.0}
        self.kol_turn: dict[str, int] = {}
        self.outlet_turn = 0
        start = self.scenario.meta.start
        self.phases = phase_spans_h(self.scenario.budget, start)

    # money ---------------------------------------------------------------------------------------------------

    def allocations(self) -> list[tuple[float, str, str, int]]:
        """(time, phase, line, fen) of every allocation; the reserve is available whole from the start."""
        b = self.scenario.budget
        total = round(b.total * FEN)
        lines = split_fen(total, dict(b.split))
        out: list[tuple[float, str, str, int]] = []
        shares = {name: p.share for name, p in b.phases.items()}
        for line, fen in lines.items():
            if line == b.reserve.line:
                out.append((0.0, "reserve", line, fen))
                continue
            parts = split_fen(fen, shares)
            out += [(self.phases[name][0], name, line, fen) for name, fen in parts.items()]
        return out

    def schedule(self) -> None:
        """Put the allocations and every occurrence of every activity on the calendar."""
        granted: dict[tuple[str, str], int] = {}
        for t, phase, line, fen in self.allocations():
            granted[phase, line] = granted.get((phase, line), 0) + fen
            if t < self.sim.horizon:
                self.sim.at(max(t, 0.0), self.sim.ledger.allocate, max(t, 0.0), line, fen, f"budget {phase}")
        reserve = self.scenario.budget.reserve
        if reserve.leftover == "release" and reserve.release_date:
            when = hours_since(self.scenario.meta.start, reserve.release_date, default_h=0.0)
            if when < self.sim.horizon:
                self.sim.at(when, self.release_reserve)
        start = self.scenario.meta.start
        planned = max(self.scenario.horizon_days, self.scenario.calendar_days) * 24.0
        for name, activity in self.scenario.activities.items():
            times = occurrences_h(activity, start, planned)
            for n, t in enumerate(times):
                if not 0.0 <= t < self.sim.horizon:
                    continue
                phase = phase_at(self.phases, t)
                same = sum(1 for x in times if phase_at(self.phases, x) == phase)
                envelopes = {
                    line: int(granted.get((phase, line), 0) * share / same)
                    for line, share in activity.lines.items()
                }
                phase_start = max(0.0, self.phases[phase][0]) if phase else 0.0
                occurrence = Occurrence(name, activity, n, t, envelopes)
                lead = max((self._price(p).production_h for p in activity.buys), default=0.0)
                self.sim.at(max(phase_start, t - lead, 0.0), self.begin, occurrence)

    def _price(self, name: str) -> Price:
        return self.scenario.budget.prices[name]

    def release_reserve(self) -> None:
        """Release what no crisis used."""
        r, ledger = self.scenario.budget.reserve, self.sim.ledger
        left = ledger.left.get(r.line, 0)
        if left and r.release_line:
            ledger.move(self.sim.now, r.line, r.release_line, left, "release of the reserve")
            self.released[r.release_line] = left

    # occurrences ---------------------------------------------------------------------------------------------

    def begin(self, o: Occurrence) -> None:
        """Order everything an occurrence can pay for; what is ordered appears from its start on."""
        a, sim = o.activity, self.sim
        purse = self.purses.setdefault(o.activity_id, {})
        for line, fen in o.envelopes.items():
            purse[line] = purse.get(line, 0) + fen + self.released.pop(line, 0)
        pool = sum(o.envelopes.values())
        for name, weight in a.buys.items():
            price = self._price(name)
            fen = round(price.yuan * FEN)
            key = (o.activity_id, name)
            self.wishes[key] = self.wishes.get(key, 0.0) + pool * weight
            held = sum(min(v, sim.ledger.left.get(k, 0)) for k, v in purse.items())
            n = int(min(self.wishes[key] + 0.5, held)) // fen
            if price.action == "promotion":
                reach = float((sim.world.member[sim.world.platforms[price.platform]] * self._addressed(a)).sum())
                n = min(n, int(self.scenario.budget.frequency_cap * reach / (1000.0 * max(price.effect, 1e-9))))
            if n:
                self.wishes[key] -= n * fen
                self._pay(name, n * fen, purse)
                getattr(self, f"_do_{price.action}")(o, name, price, n)
        sim.at(max(o.start, sim.now), self.announce, o)

    def _pay(self, action: str, fen: int, purse: dict[str, int]) -> None:
        """Charge a purchase to the activity's lines in proportion to what they hold for it."""
        left = {k: min(self.sim.ledger.left.get(k, 0), v) for k, v in purse.items()}
        total = sum(left.values())
        parts = {k: fen * v // total for k, v in left.items()}
        short = fen - sum(parts.values())
        for k in left:
            take = min(short, left[k] - parts[k])
            parts[k] += take
            short -= take
        for line, part in parts.items():
            self.sim.ledger.spend(self.sim.now, line, part, action)
            purse[line] -= part

    def announce(self, o: Occurrence) -> None:
        """The activity begins: it is in the calendar, and outlets hear of it if it is news."""
        a, sim = o.activity, self.sim
        sim.log("activity", o.activity_id, o.activity_id, float(o.number), o.activity_id, a.title_en, a.title_zh)
        if a.newsworthy > 0.0:
            thread = self._thread(o)
            thread.newsworthy = a.newsworthy
            thread.news_t = sim.now
            sim.wake_outlets()

    def _thread(self, o: Occurrence) -> Thread:
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
        thread, craft = self._thread(o), sim.scenario.craft
        luck = craft.quality_luck * sim.draws.normal(Stream.QUALITY, "piece", name)
        quality = float(np.clip(a.quality + luck, 0.05, 1.0))
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
            ),
        )

    def _spread_times(self, o: Occurrence, n: int, start: float) -> list[float]:
        """Times of ``n`` items over the days of an activity, in posting windows (C4)."""
        config = self.scenario
        return [
            next_window(config.meta.start, start + i / n * o.activity.days * 24.0, config.team.posting_windows)
            for i in range(n)
        ]

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

    # actions -------------------------------------------------------------------------------------------------

    def _do_content(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        ready = max(o.start, self.sim.now + price.production_h)
        for i, t in enumerate(self._spread_times(o, n, ready)):
            t = self._staff("content", price.staff_h, t)
            self.sim.at(t, self.publish, o, f"{o.activity_id}#{o.number}/{name}/{i}", price.format)

    def publish(self, o: Occurrence, name: str, fmt: str) -> None:
        """A piece of the brand's own content appears on its channels."""
        sim = self.sim
        for platform in o.activity.platforms:
            p = sim.world.platforms[platform]
            key = f"{name}@{platform}"
            story = self._story(o, key, fmt, "brand")
            o.stories[key] = (story, p)
            followers = sim.world.followers[p]
            persons = sim.world.member[p] * followers * sim.world.channels.see[p]
            share = followers * sim.world.member[p] / sim.world.sizes
            sim.audience.broadcast(key, story, p, sim.now, persons, share, f"brand@{platform}")

    def _do_kol(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        pool = [k for k in self.sim.kols if k.spec.tier == price.tier]
        if not pool:
            return
        fit = {k.spec.name: k.spec.topic == o.activity.topic for k in pool}
        pool.sort(key=lambda k: (not fit[k.spec.name], -k.spec.persons, k.spec.name))
        for t in self._spread_times(o, n, o.start):
            turn = self.kol_turn.get(price.tier, 0)
            self.kol_turn[price.tier] = turn + 1
            self.sim.at(t, self.sponsor, o, pool[turn % len(pool)].spec.name, price.format)

    def sponsor(self, o: Occurrence, kol: str, fmt: str) -> None:
        """A KOL posts what was paid for."""
        a = o.activity
        self.sim.kol_by_name[kol].sponsored(
            self._thread(o), self.conveyed(a.stance, a.quality), fmt or "sponsored_post"
        )

    def _do_feature(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        pool = [x for x in self.sim.outlets if x.spec.tier == price.tier]
        if not pool:
            return
        for t in self._spread_times(o, n, o.start):
            turn = self.kol_turn.get(name, 0)
            self.kol_turn[name] = turn + 1
            self.sim.at(
                self._staff("media", price.staff_h, t), self.feature, o, pool[turn % len(pool)].spec.name, price.format
            )

    def feature(self, o: Occurrence, outlet: str, fmt: str) -> None:
        """A sponsored article appears; it is paid media and does not count as coverage earned."""
        a = o.activity
        tone = self.conveyed(a.stance, a.quality)
        self.sim.outlet_by_name[outlet].publish(self._thread(o), tone, fmt or "news_article")

    def _do_promotion(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(max(o.start, self.sim.now) + 2.0, self.promote, o, name, price, n)

    def promote(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """Paid impressions for the activity's own stories."""
        sim, p = self.sim, self.sim.world.platforms[price.platform]
        reach = sim.world.member[p] * self._addressed(o.activity)
        if reach.sum() <= 0.0:
            return
        key = f"{o.activity_id}#{o.number}/{name}"
        fmt = next((self._price(x).format for x in o.activity.buys if self._price(x).format), "sponsored_post")
        story = self._story(o, key, fmt, "paid")
        persons = 1000.0 * n * price.effect * reach / reach.sum()
        share = np.minimum(1.0, reach / sim.world.sizes)
        sim.audience.broadcast(
            key, story, p, sim.now, persons, share, f"ads {key}", self.scenario.budget.ads_half_life_h
        )

    def _addressed(self, a: Activity) -> np.ndarray:
        names = list(self.scenario.segments)
        return np.array([1.0 if not a.segments or s in a.segments else 0.0 for s in names])

    def _do_media_relations(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        order = sorted(self.sim.outlets, key=lambda x: (TIERS.index(x.spec.tier), x.spec.name))
        for t in self._spread_times(o, n, o.start):
            outlet = order[self.outlet_turn % len(order)] if order else None
            self.outlet_turn += 1
            if outlet is not None:
                self.sim.at(self._staff("media", price.staff_h, t), self.meet, outlet.spec.name, price.effect)

    def meet(self, outlet: str, strength: float) -> None:
        """Meet or brief an outlet."""
        self.met.add(outlet)
        self.sim.outlet_by_name[outlet].meet(strength)

    def _do_event(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(max(o.start, self.sim.now) + 4.0, self.hold_event, o, name, price, n)

    def hold_event(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        """An event takes place: participants see for themselves and tell others."""
        sim, a = self.sim, o.activity
        thread = self._thread(o)
        sizes = sim.world.sizes * self._addressed(a)
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
        self.sim.at(max(o.start, self.sim.now), self.sim.desk.add_capacity, n * price.effect)

    def _do_tool(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        start = max(o.start, self.sim.now)
        self.sim.at(start, self.sim.team.buy_tool, price.effect, start + n * 730.5)

    def _do_training(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        for t in self._spread_times(o, n, o.start):
            self.sim.at(t, self.sim.team.drill, price.effect)

    def _do_ugc(self, o: Occurrence, name: str, price: Price, n: int) -> None:
        self.sim.at(max(o.start, self.sim.now), self.co_create, o, name, price, n)

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
