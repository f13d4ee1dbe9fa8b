"""The engine against closed forms: what is emitted, when it is seen, how far it goes."""

from __future__ import annotations

import dataclasses
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from prsim.model.arrays import first_state
from prsim.model.audience import Audience, StorySpec
from prsim.spread import layout as L
from prsim.spread.calendar import CHUNK, PER_H, new_queue
from prsim.spread.compiled import njit
from prsim.spread.decay import become_aware, relax, relax_agent
from prsim.spread.draws import Stream
from prsim.spread.feeds import close_tick
from prsim.spread.kernels import reaction_cdf
from prsim.spread.passing import divide, send_asked
from prsim.spread.rhythm import hours_passed
from prsim.world.build import World, build_world
from tests.laboratory import attitudes, awareness, baselines, fixture, from_python, touched_h, visited


@njit()
def emit_now(  # type: ignore[no-untyped-def]
    i, story, layer, place, g, persons, when, origin, flat, tick_h, stories, threads, agents, ties, channels, rules,
    queue, batch,
):  # fmt: skip
    """Divide what agent ``i`` causes and send it; return what is missing to a particle, and whether there was room."""
    batch.asked_n[0] = 0
    more = divide(
        i, story, layer, place, g, persons, when, origin, 1.0, stories, threads, agents, ties, batch
    )
    asked = batch.asked_n[0]
    return more, send_asked(
        0, asked, flat, tick_h, stories, threads, agents, ties, channels, rules, batch, queue
    )


close_tick_now = from_python(close_tick)
relax_agent_now = from_python(relax_agent)
WEIBO, PRESS = 0, 2
PLAIN_FIELDS = [
    "attitude",
    "base",
    "load",
    "trust",
    "weary",
    "aware",
    "last_format",
    "seen",
]  # without the stamps
PLAIN: dict[str, Any] = {
    "eta": 0.0, "capacity": np.inf, "negative_bonus": 1.0, "align_width": 1e9, "reinforcement": 0.0, "fade": 0.0,
    "below_threshold": 1.0, "interest_half_life": 1e12, "ugc_share": 0.0, "delay_max": 6.0,
}  # fmt: skip


@cache
def world_of(agents: int = 5000) -> World:
    return build_world(fixture("tiny", {"population.agents": agents}))


def plain_world(
    agents: int = 5000, share: float = 0.0, audience: float | None = None, particles: int = 256, **rules: Any
) -> World:
    """Nobody tires, doubts or remembers; on Weibo every exposure is passed on with the same probability."""
    world = world_of(agents)
    channels = world.channels
    population = world.population
    if audience is not None:
        population = dataclasses.replace(population, audience=np.full(agents, audience, np.float32))
    return dataclasses.replace(
        world,
        population=population,
        weary=np.zeros_like(world.weary),
        rules=world.rules._replace(**{**PLAIN, **rules, "particles": float(particles)}),
        channels=channels._replace(
            share_rate=np.array([share, 0.0, 0.0]),
            virality=np.ones_like(channels.virality),
            see=np.ones(3),
            audience_scale=np.ones(3),
            chat_forward=np.zeros(3),
            hot_threshold=np.full(3, np.inf),
        ),
    )


def without_rhythm(world: World) -> World:
    """The same world with its platforms as busy at night as by day."""
    clock = np.tile(np.arange(world.channels.clock.shape[1], dtype=float), (3, 1))
    return dataclasses.replace(
        world, channels=world.channels._replace(clock=clock, hours=hours_passed(clock))
    )


def told(
    world: World, persons: float, seed: int = 1, place: int = WEIBO, half_life: float = 6.0, t: float = 0.0
) -> Audience:
    """An audience with one story on its way to so many persons of each segment, from hour ``t`` on."""
    audience = Audience(world, seed, world.scenario.tick_min / 60.0)
    audience.advance_to(t)
    thread = audience.open_thread("thread", t)
    story = audience.add_story("story", thread, StorySpec(topic=0, stance=0.4, credibility=0.5, format=0))
    share = np.full(audience.k, 0.5)
    audience.broadcast("item", story, place, t, np.full(audience.k, persons), share, "source", half_life)
    return audience


# broadcasts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("persons", [500.0, 12_345.0, 400_000.0, 1_500_000.0])
def test_a_broadcast_makes_the_exposures_it_announced_within_one_particle_per_segment(persons: float) -> None:
    for seed in range(5):
        a = told(plain_world(), persons, seed)
        a.advance_to(28 * 24.0)
        made = a.casts.done[0] * a.casts.mass[0] * a.agents.weight
        assert np.all(abs(made - persons) <= a.casts.mass[0] * a.agents.weight + 1e-6)
        assert a.tf[0, L.EXPOSED] == pytest.approx(made.sum(), rel=1e-6)
        assert a.queue.free[1] == a.casts.done[0].sum()
        assert a.casts.living[0] == 0 and a.queue.live[0] == 0


def test_a_broadcast_is_unbiased_however_few_it_reaches() -> None:
    made = [told(plain_world(particles=1), 300.0, seed) for seed in range(400)]
    for a in made:
        a.advance_to(240.0)
    persons = np.array([(a.casts.done[0] * a.casts.mass[0] * a.agents.weight).sum() for a in made])
    assert persons.mean() == pytest.approx(600.0, abs=4 * persons.std() / 20)


@pytest.mark.parametrize("tick_min", [5.0, 15.0, 60.0])
def test_a_broadcast_follows_its_half_life_on_the_clock_of_its_platform(tick_min: float) -> None:
    world = plain_world()
    world = dataclasses.replace(world, scenario=dataclasses.replace(world.scenario, tick_min=tick_min))
    a = told(world, 600_000.0, place=PRESS, half_life=10.0)
    rhythm = world.scenario.rhythms["workday"]  # the run starts on a Monday at midnight
    week = np.concatenate([np.array(rhythm.hours) * (1.0 if d < 5 else rhythm.weekend) for d in range(7)])
    busy = np.concatenate([[0.0], np.cumsum(np.tile(week / week.mean(), 2))])
    quantum = float((a.casts.mass[0] * a.agents.weight).sum())
    for t in np.arange(tick_min / 60.0, 120.0, 0.5 if tick_min < 60 else 1.0):
        a.advance_to(float(t))
        age = float(np.interp(a.tick * a.tick_h, np.arange(len(busy)), busy))
        share = 1.0 if age > 70.0 else (1.0 - 0.5 ** (age / 10.0)) / (1.0 - 0.5**7)
        assert a.tf[0, L.EXPOSED] == pytest.approx(1_200_000.0 * share, abs=quantum)


def test_nobody_sees_a_story_before_it_is_told() -> None:
    a = Audience(plain_world(), 1, 0.25)
    thread = a.open_thread("thread", 0.0)
    story = a.add_story("story", thread, StorySpec(topic=0, stance=0.4, credibility=0.5, format=0))
    a.advance_to(10.1)
    assert a.tick == 40
    a.broadcast("item", story, WEIBO, 10.1, np.full(2, 2e5), np.full(2, 0.5), "source", 0.1)
    a.advance_to(11.0)
    touched = touched_h(a)[a.state["seen"] > 0]
    assert len(touched) > 50 and touched.min() >= 10.1 - 1.0 / 60.0 and touched.max() < 11.0


@pytest.mark.parametrize("passed_on", [0.0, 0.004])
def test_luck_is_named_by_what_an_exposure_comes_of_and_not_by_when_it_happens(passed_on: float) -> None:
    """Told half an hour later, a story meets the same persons, with the same effect on each, and so do its shares."""
    audience = 200.0 if passed_on else None
    world = without_rhythm(plain_world(share=passed_on, audience=audience, particles=2000))
    one, other = told(world, 1e6, half_life=1.0), told(world, 1e6, half_life=1.0, t=0.5)
    one.advance_to(5.0)
    other.advance_to(5.5)
    assert one.queue.free[1] == other.queue.free[1] > one.casts.done[0].sum() * (passed_on > 0.0)
    assert one.casts.mass[0].max() < 1.0  # so that it is a matter of luck who notices
    assert 100 < one.state["seen"].sum() < 0.7 * one.queue.free[1]
    assert np.array_equal(one.state["seen"], other.state["seen"])


@pytest.mark.parametrize("share", [0.0, 0.003, 0.37, 1.0])
@pytest.mark.parametrize("block", [1, 2, 16])
def test_a_pass_of_a_broadcast_visits_each_subscription_once(share: float, block: int) -> None:
    a = Audience(plain_world(), 1, 0.25)
    a.agents.block[:] = block
    thread = a.open_thread("thread", 0.0)
    s = a.add_story("story", thread, StorySpec(topic=0, stance=0.4, credibility=0.5, format=0))
    for name, source in (("one", "gazette"), ("two", "gazette"), ("three", "herald")):
        a.broadcast(name, s, WEIBO, 0.0, np.full(2, 1e4), np.full(2, share), source)
    for h in range(2):
        size = int(np.diff(a.agents.slot_ptr)[h])
        subscriptions = max(1, math.ceil(share * size))
        visits = [visited(a.casts.walk[b, h], 2 * subscriptions, size, block).tolist() for b in range(3)]
        passes = [(x[:subscriptions], x[subscriptions:]) for x in visits]
        for first, second in passes:
            assert len(set(first)) == subscriptions and first == second
            assert min(first) >= 0 and max(first) < size
        assert set(passes[0][0]) == set(passes[1][0])  # the same readers for the same source …
        if 0.0 < share < 1.0:
            assert passes[0][0] != passes[1][0]  # … in another order
            assert set(passes[0][0]) != set(passes[2][0])


# shares ------------------------------------------------------------------------------------------------------


def released(persons: float, layer: int, i: int = 17, t: float = 5.0, seed: int = 1) -> tuple[Audience, Any]:
    """An audience after agent ``i`` caused so many exposures on a platform without rhythm; the particles' queue."""
    a = told(without_rhythm(plain_world(delay_max=72.0)), 500.0, seed)
    w = a.world
    flat = reaction_cdf(w.rules.delay_max, w.rules.delay_flat, w.rules.delay_exponent)
    _, stories, threads, *_ = a.arguments()
    more, room = emit_now(
        i, 0, layer, layer, int(a.agents.seg[i]), persons, int(t * PER_H), 7, flat, a.tick_h, stories, threads,
        a.agents, w.ties, w.channels, w.rules, a.queue, a.batch,
    )  # fmt: skip
    assert room
    mix, quantum = w.ties.mix[layer, a.agents.seg[i]], a.tf[0, L.DELTA] * a.agents.weight
    assert more == pytest.approx(((quantum - a.acc[0, layer]) / mix)[mix > 0].min())
    return a, a.queue


def particles_of(a: Audience) -> list[int]:
    out = []
    for head in a.queue.first:
        c = int(head)
        while c >= 0:
            out += range(c * CHUNK, c * CHUNK + int(a.queue.size[c]))
            c = int(a.queue.next[c])
    return out


def test_exposures_caused_are_emitted_or_wait_to_be() -> None:
    for persons in (1.0, 333.3, 4567.8):
        a, queue = released(persons, 0)
        quantum = a.tf[0, L.DELTA] * a.agents.weight
        sent = np.array(particles_of(a), int)
        count = np.bincount(a.agents.seg[queue.agent[sent]], minlength=2)
        left = a.acc[0, 0]
        assert np.all(a.acc[0, 0] < quantum) and np.all(a.acc[0, 0] >= 0.0)
        assert (count * quantum + left).sum() == pytest.approx(persons, rel=1e-9)
        assert count * quantum + left == pytest.approx(
            persons * a.world.ties.mix[WEIBO, a.agents.seg[17]], rel=1e-6
        )
        assert a.queue.live[0] == len(sent)


def test_reaction_times_follow_their_kernel_and_are_independent_of_each_other() -> None:
    a, queue = released(6000.0, 0)
    sent = np.array(particles_of(a), int)
    assert len(sent) > 2000
    r = a.world.rules
    whole = reaction_cdf(r.delay_max, r.delay_flat, r.delay_exponent)
    u = [reaction_cdf(x, r.delay_flat, r.delay_exponent) / whole for x in queue.when[sent] / PER_H - 5.0]
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    assert np.all((queue.when[sent] / PER_H / a.tick_h + 1e-9).astype(int) < len(queue.first))
    segment = a.agents.seg[queue.agent[sent]]
    first = [sorted(queue.when[sent[segment == g]]) for g in range(2)]
    assert first[0] != first[1]  # segments do not share their luck
    b, other = released(6000.0, 1)
    assert list(queue.when[sent]) != list(other.when[particles_of(b)])  # nor do layers


def test_shares_go_to_ones_own_followers_each_as_likely_as_the_other() -> None:
    a, queue = released(6000.0, 0)
    sent = np.array(particles_of(a), int)
    ties, g = a.world.ties, int(a.agents.seg[17])
    followers = ties.public_idx[ties.public_ptr[17 * 2 + g] : ties.public_ptr[17 * 2 + g + 1]]
    reached = queue.agent[sent][a.agents.seg[queue.agent[sent]] == g]
    assert set(reached) <= set(followers)
    names, edges = np.unique(followers, return_counts=True)
    count = np.array([(reached == x).sum() for x in names])
    assert stats.chisquare(count, edges * len(reached) / edges.sum()).pvalue > 1e-3


def cascade(world: World, persons: float, seed: int) -> float:
    """Persons exposed to a story in all, per witness."""
    a = told(world, persons / 2, seed, half_life=1.0)
    a.advance_to(28 * 24.0)
    assert a.queue.live[0] == 0
    return float(a.tf[0, L.EXPOSED]) / persons


@pytest.mark.parametrize(("agents", "particles"), [(2000, 256), (40_000, 256), (10_000, 32), (10_000, 2048)])
@pytest.mark.parametrize("offspring", [0.3, 0.7])
def test_mean_cascade_size_is_that_of_the_branching_process_at_every_resolution(
    agents: int, particles: int, offspring: float
) -> None:
    """Galton-Watson: one over one minus the mean offspring, whatever a particle or an agent stands for."""
    world = plain_world(agents, share=0.004, audience=offspring / 0.004, particles=particles)
    size = [cascade(world, 20_000.0, seed) for seed in range(8)]
    error = np.std(size, ddof=1) / math.sqrt(len(size))
    assert np.mean(size) == pytest.approx(
        1.0 / (1.0 - offspring), abs=4.0 * error + 0.005 / (1.0 - offspring)
    )


def test_the_spread_of_cascade_sizes_shrinks_with_resolution() -> None:
    """Hosts differ a hundredfold in audience; the more particles, the more of them a small cascade samples."""
    spread = []
    for particles in (8, 512):
        world = plain_world(20_000, share=0.002, particles=particles)
        reach = float(world.population.audience.mean())
        scaled = world.population.audience * np.float32(0.5 / 0.002 / reach)
        world = dataclasses.replace(world, population=dataclasses.replace(world.population, audience=scaled))
        size = [cascade(world, 5000.0, seed) for seed in range(24)]
        assert np.mean(size) == pytest.approx(2.0, abs=4.0 * np.std(size) / math.sqrt(24) + 0.03)
        spread.append(np.std(size))
    assert spread[1] < spread[0] / 3.0


def test_particles_grow_without_losing_what_waits() -> None:
    """A thread that becomes large changes to coarser particles; the mean size of its cascade stays."""
    world = plain_world(20_000, share=0.004, audience=0.9 / 0.004, particles=8, delay_max=0.5)
    sizes, coarser = [], []
    for seed in range(100):
        a = told(world, 100.0, seed, half_life=1.0)
        start = a.tf[0, L.DELTA]
        a.advance_to(20 * 24.0)
        coarser.append(a.tf[0, L.DELTA] / start)
        sizes.append(a.tf[0, L.EXPOSED] / 200.0)
    assert np.mean(coarser) > 2.0
    assert np.mean(sizes) == pytest.approx(10.0, abs=4.0 * np.std(sizes) / 10.0)


# the rest of the machine -------------------------------------------------------------------------------------


def test_a_thread_enters_the_hot_list_where_its_rate_passes_the_threshold() -> None:
    world = world_of()
    a = told(world, 1000.0)
    threshold = world.channels.hot_threshold[WEIBO]
    strength = {}
    for factor in (0.25, 1.0, 4.0):
        for _ in range(400):
            a.lists[0, WEIBO, L.HL_SHARES] = factor * threshold * 0.25
            close_tick_now(0.25, a.thread_table(), 1, world.channels, world.rules, a.lookups)
        strength[factor] = a.lists[0, WEIBO, L.HL_INTENSITY]
        assert a.lists[0, WEIBO, L.HL_RATE] == pytest.approx(factor * threshold)
    width = world.channels.hot_width[WEIBO]
    expected = {f: 1.0 / (1.0 + f ** (-1.0 / width)) for f in strength}
    assert strength == pytest.approx(expected)
    assert strength[1.0] == pytest.approx(0.5)


def test_what_is_on_the_hot_list_is_shown_as_often_as_members_look() -> None:
    world = plain_world()
    world = dataclasses.replace(
        world,
        channels=world.channels._replace(
            hot_threshold=np.array([1.0, np.inf, np.inf]), hot_decay=np.full(3, 1e12)
        ),
    )
    shown = []
    for seed in range(6):
        a = told(world, 1.0, seed)
        for _ in range(96):
            a.lists[0, WEIBO, L.HL_INTENSITY] = 0.6
            a.advance_to((a.tick + 1) * a.tick_h)
            a.lists[0, WEIBO, L.HL_RATE] = 0.0
        shown.append(float(a.tf[0, L.EXPOSED]) - 2.0)
    day = world.channels.clock[WEIBO, 24]
    expected = world.member[WEIBO].sum() * world.channels.hot_view[WEIBO] * 0.6 * day
    assert np.mean(shown) == pytest.approx(expected, rel=0.01)


def test_without_belief_no_attitude_moves() -> None:
    a = told(plain_world(share=0.02), 1e6)
    a.advance_to(200.0)
    assert a.tf[0, L.EXPOSED] > 2e6
    assert np.array_equal(a.state["attitude"], a.state["base"])
    assert np.array_equal(a.state["base"], first_state(a.world)["base"])
    b = told(plain_world(share=0.02, eta=0.8), 1e6)
    b.advance_to(200.0)
    assert abs(attitudes(b) - a.world.population.base).max() > 0.05


@pytest.mark.parametrize("touches", [0, 1, 7, 100])
def test_decay_is_the_same_however_often_it_is_looked_at(touches: int) -> None:
    world = world_of()
    rng = np.random.default_rng(3)
    a = Audience(world, 1, 0.25)
    row, mood = a.state[5:6], a.agents.mood[5]
    row["attitude"] = np.rint(rng.uniform(-0.5, 0.5, 8) * L.UNIT)
    row["load"], row["trust"], row["weary"], row["aware"], row["seen"] = 2.5, 0.9, 1.5, 50_000, 3
    row["touched"] = mood[L.SAT_T] = 600.0
    mood[L.SAT_DEV] = -0.3
    first, base = row.copy(), baselines(a)[5]
    gap = attitudes(a)[5] - base
    for t in (*sorted(rng.uniform(10.0, 600.0, touches)), 600.0):
        relax_agent_now(5, t, a.agents)
    r, dt = world.rules, 590.0
    half_life = np.where(gap > 0, r.half_life_positive, r.half_life_negative)
    rounding = 4.0 * math.sqrt(touches + 1) / L.UNIT  # by lot, at each touch
    assert attitudes(a)[5] == pytest.approx(base + gap * 0.5 ** (dt / half_life), abs=rounding)
    trust0, aware0 = float(first["trust0"][0]) / L.SHARE, float(world.aware0[a.agents.seg[5]])
    for end, start, rest, h, close in (
        (row["load"][0], 2.5, 0.0, r.load_half_life, 2e-5),
        (row["weary"][0], 1.5, 0.0, r.fatigue_half_life, 2e-5),
        (row["trust"][0], 0.9, trust0, r.trust_half_life, 2e-5),
        (mood[L.SAT_DEV], -0.3, 0.0, r.sat_half_life, 2e-5),
        (awareness(a)[5], 50_000 / L.SHARE, aware0, r.aware_half_life, rounding),
    ):
        assert end == pytest.approx(rest + (start - rest) * 0.5 ** (dt / h), abs=close)
    assert row["seen"][0] == 3


@pytest.mark.parametrize("lot", [0.0, 0.5, 1.0 - 2.0**-24])
def test_rounding_by_lot_stays_within_the_range(lot: float) -> None:
    """Beside a whole there is no room in single precision for a lot just below one."""
    world = world_of()
    a = Audience(world, 1, 0.25)
    row, full = a.state[5:6], np.float32(lot)
    row["aware"] = 65_535
    from_python(become_aware)(5, 0.3, full, a.agents)
    assert row["aware"][0] == 65_535
    row["attitude"], row["base"] = 32_767, -32_767
    from_python(relax)(5, 1, full, a.agents._replace(fine=np.ones_like(a.agents.fine)))
    assert (row["attitude"][0] > 32_000).all()


def test_a_run_does_not_depend_on_where_it_pauses() -> None:
    def state(stops: tuple[float, ...]) -> list[bytes]:
        a = told(world_of(), 4e5, half_life=3.0)
        for t in (*stops, 96.0):
            a.advance_to(t)
        return [x.tobytes() for x in (a.state[PLAIN_FIELDS], a.agents.memory, a.acc, a.tf, *a.tallies)]

    assert state(()) == state((0.25, 0.5, 7.3, 50.0, 50.2)) == state(tuple(np.arange(0.0, 96.0, 0.25)))


def test_a_full_queue_delays_and_loses_nothing() -> None:
    world = plain_world(share=0.004, audience=0.6 / 0.004)
    sizes = []
    for room in (256, 1):
        a = told(world, 50_000.0)
        a.queue = new_queue(a.ticks + 2, room, 64)
        a.advance_to(28 * 24.0)
        assert a.queue.live[0] == 0
        assert np.all(abs(a.casts.done[0] * a.casts.mass[0] * a.agents.weight - 50_000.0) < 2000.0)
        sizes.append(a.tf[0, L.EXPOSED] / 1e5)
        if room == 1:
            assert len(a.queue.next) > 1
    assert sizes == pytest.approx([2.5, 2.5], rel=0.05)


def test_an_answer_finds_all_who_had_met_the_story_even_when_the_queue_is_short() -> None:
    a = told(plain_world(), 4e5, half_life=1.0)
    a.advance_to(100.0)
    met = int(((a.agents.memory[a.ti[0, L.SLOT]] & L.SEEN_MASK) > 0).sum())
    assert met > 300
    a.queue = new_queue(a.ticks + 2, 1, 64)
    story = a.add_story("answer", 0, StorySpec(topic=0, stance=0.4, credibility=0.5, format=0))
    a.answer(a.draws.key(Stream.BROADCAST, "reply"), story, WEIBO, 100.0, 1.0)
    assert 0.9 * met < a.queue.live[0] <= met  # a few will look only after the end of the run
    a.advance_to(28 * 24.0)
    assert a.queue.live[0] == 0


def test_a_closed_thread_is_neither_shown_nor_remembered() -> None:
    a = told(plain_world(share=0.02), 4e5)
    a.advance_to(4.0)
    slot, seen = int(a.ti[0, L.SLOT]), float(a.tf[0, L.EXPOSED])
    assert (a.agents.memory[slot] > 0).any()
    a.close_thread(0)
    a.advance_to(8.0)
    assert a.tf[0, L.EXPOSED] == seen and a.casts.living[0] == 0
    names = [a.open_thread(f"next {i}", 8.0) for i in range(len(a.slots_free) + 1)]
    assert slot in a.ti[names, L.SLOT]
    assert not a.agents.memory.any()


def test_a_story_that_is_not_there_cannot_be_told() -> None:
    with pytest.raises(IndexError, match="no story -1"):
        told(plain_world(), 1.0).broadcast("x", -1, WEIBO, 0.0, np.ones(2), np.ones(2), "source")
