"""The audience of one run: its arrays, the stories under way and the clock that moves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prsim.spread import layout as L
from prsim.spread.advance import Broadcasts, Queue, advance, clock_at, set_walk, set_walks
from prsim.spread.compiled import fitted
from prsim.spread.draws import Draws, Stream
from prsim.spread.layout import Agents, Tallies
from prsim.spread.reply import reply_to_aware
from prsim.world.build import World

type Floats = NDArray[np.float64]

CONTENT = ("shown", "noticed", "read", "interactions")  # counts of content by platform and format


@dataclass(frozen=True, slots=True)
class StorySpec:
    """What a story is when it is told; see the columns in :mod:`prsim.spread.layout`."""

    topic: int
    stance: float
    credibility: float
    format: int
    naive_stance: float | None = None
    trust_weight: float = 0.0
    depth: float = 0.5
    virality: float = 1.0
    trust_push: float = 0.0
    closing: float = 0.0
    effect: float = 1.0
    consolidation: float = 0.0
    appeal: float = 0.5
    brand: bool = True
    aim: int = 0


def _grown[A: np.ndarray](array: A, rows: int, fill: float = 0) -> A:
    out = np.full((rows, *array.shape[1:]), fill, array.dtype)
    out[: len(array)] = array
    return out  # type: ignore[return-value]


class Audience:
    """Audience arrays of one run, hosted by the Mesa model.

    Parameters
    ----------
    world
        The shared, read-only world.
    seed
        Seed of the run; every draw is keyed by it.
    tick_h
        Length of a tick, h.
    """

    def __init__(self, world: World, seed: int, tick_h: float) -> None:
        self.world = world
        self.tick_h = tick_h
        self.draws = Draws(seed)
        pop, n_slots = world.population, world.scenario.engine.thread_slots
        self.agents = Agents(
            hot=pop.hot.copy(),
            base=pop.base.copy(),
            memory=np.zeros((n_slots, pop.n), np.uint8),
            seg=pop.seg,
            user=pop.user,
            trust0=pop.trust0,
            audience=pop.audience,
            chat=pop.chat,
            threshold=pop.threshold,
            weight=pop.weight,
            aware0=world.aware0,
            slot_ptr=pop.slot_ptr,
            slots=pop.slots,
            user_ptr=pop.user_ptr,
            users=pop.users,
        )
        self.k = len(pop.weight)
        self.p = len(world.platforms)
        self.tallies = Tallies(
            posts=np.zeros((self.p, self.k, 3)),
            own_posts=np.zeros(1),
            interactions=np.zeros((self.p, len(world.formats))),
            shown=np.zeros((self.p, len(world.formats))),
            noticed=np.zeros((self.p, len(world.formats))),
            read=np.zeros((self.p, len(world.formats))),
            aimed=np.zeros(2),
            exposures=np.zeros(self.k),
            reached=np.zeros(self.k),
        )
        self.counted = {name: np.zeros_like(getattr(self.tallies, name)) for name in CONTENT}
        self.tick = 0
        self.ticks = round(world.scenario.horizon_days * 24 / tick_h)
        self.n_stories = self.n_threads = 0
        self.keys = np.zeros(256, np.uint64)
        self.acc = np.zeros((256, 2, self.k))
        self.sf = np.zeros((256, L.SF_WIDTH))
        self.si = np.zeros((256, L.SI_WIDTH), np.int64)
        self.tf = np.zeros((64, L.TF_WIDTH))
        self.ti = np.full((64, L.TI_WIDTH), -1, np.int64)
        self.lists = np.zeros((64, self.p, L.HL_WIDTH))
        self.feed = np.zeros((64, self.p, self.k, 2))
        self.feed_walk = np.zeros((64, self.p, self.k, 6), np.int64)
        self.slots_free = list(range(n_slots))[::-1]
        self.slot_dirty = np.zeros(n_slots, np.bool_)
        self.queue = self._new_queue(1 << 14)
        self.casts = self._new_broadcasts(256)
        self.casts_used = 0
        self._advance: Callable[..., bool] | None = None

    def _new_queue(self, size: int) -> Queue:
        link = np.arange(1, size + 1)
        link[-1] = -1
        return Queue(
            head=np.full(self.ticks + 2, -1, np.int64),
            next=link.astype(np.int64),
            free=np.zeros(1, np.int64),
            agent=np.zeros(size, np.int32),
            story=np.zeros(size, np.int32),
            place=np.zeros(size, np.int16),
            mass=np.zeros(size),
            due=np.zeros(size, np.float64),
            today=np.zeros(3, np.int64),
            live=np.zeros(64, np.int64),
        )

    def _new_broadcasts(self, size: int) -> Broadcasts:
        return Broadcasts(
            story=np.zeros(size, np.int64),
            place=np.zeros(size, np.int64),
            start=np.zeros(size),
            begun=np.zeros(size),
            wake=np.zeros(size),
            half_life=np.ones(size),
            persons=np.zeros((size, self.k)),
            mass=np.ones((size, self.k)),
            offset=np.zeros((size, self.k)),
            done=np.zeros((size, self.k), np.int64),
            walk=np.zeros((size, self.k, 6), np.int64),
            alive=np.zeros(size, np.int64),
            living=np.zeros(1, np.int64),
        )

    # threads and stories -------------------------------------------------------------------------------------

    def open_thread(self, name: str, t: float) -> int:
        """Open a thread and return its index."""
        if not self.slots_free:
            self.close_thread(self._coldest_thread())
        th = self.n_threads
        if th == len(self.tf):
            rows = 2 * th
            self.tf, self.ti = _grown(self.tf, rows), _grown(self.ti, rows, -1)
            self.lists, self.feed = _grown(self.lists, rows), _grown(self.feed, rows)
            self.feed_walk = _grown(self.feed_walk, rows)
            self.queue = self.queue._replace(live=_grown(self.queue.live, rows))
        self.n_threads += 1
        slot = self.slots_free.pop()
        if self.slot_dirty[slot]:
            self.agents.memory[slot] = 0
        self.slot_dirty[slot] = True
        self.ti[th] = (slot, -1, -1, -1, -1, 1, 0)
        self.tf[th, L.INTEREST] = 1.0
        self.tf[th, L.INTEREST_T] = t
        key = self.draws.key(Stream.BROADCAST, "hot list", name)
        pop = self.world.population
        for p in range(self.p):
            source = self.draws.key(Stream.BROADCAST, "members", p)
            for k, segment in enumerate(self.world.scenario.segments.values()):
                share = self.world.member[p, k] / segment.size
                if share > 0 and np.isfinite(self.world.channels.hot_threshold[p]):
                    size = int(pop.slot_ptr[k + 1] - pop.slot_ptr[k])
                    set_walk(self.feed_walk[th, p, k], key, source, share, size, k)
        return th

    def close_thread(self, th: int) -> None:
        """Close a thread: nothing of it is shown or shared any more; its memory slot is free."""
        if self.ti[th, L.OPEN] == 1:
            self.ti[th, L.OPEN] = 0
            self.slots_free.append(int(self.ti[th, L.SLOT]))
            self.lists[th] = 0.0

    def quiet(self, th: int, t: float, after_h: float) -> bool:
        """Whether nothing of a thread is under way and its last news is older than ``after_h``."""
        if t - self.tf[th, L.INTEREST_T] <= after_h or self.queue.live[th] > 0:
            return False
        live = self.casts.alive[: self.casts.living[0]]
        return not bool((self.si[self.casts.story[live], L.THREAD] == th).any())

    def _coldest_thread(self) -> int:
        open_ = np.flatnonzero(self.ti[: self.n_threads, L.OPEN] == 1)
        return int(open_[np.lexsort((self.tf[open_, L.INTEREST_T], self.tf[open_, L.HEAT]))[0]])

    def refresh(self, th: int, t: float, bump: float) -> None:
        """News in a thread: interest rises by ``bump`` toward one."""
        old = self.tf[th, L.INTEREST] * 2 ** (
            -(t - self.tf[th, L.INTEREST_T]) / self.world.rules.interest_half_life
        )
        self.tf[th, L.INTEREST] = min(1.0, old + bump * (1 - old))
        self.tf[th, L.INTEREST_T] = t

    def add_story(self, name: str, thread: int, spec: StorySpec) -> int:
        """Register a story of a thread; ``name`` keys its luck."""
        s = self.n_stories
        if s == len(self.keys):
            rows = 2 * s
            self.keys, self.acc = _grown(self.keys, rows), _grown(self.acc, rows)
            self.sf, self.si = _grown(self.sf, rows), _grown(self.si, rows)
        self.n_stories += 1
        self.keys[s] = self.draws.key(Stream.SHARE, name)
        naive = spec.stance if spec.naive_stance is None else spec.naive_stance
        self.sf[s] = (
            spec.stance,
            naive,
            spec.credibility,
            spec.trust_weight,
            spec.depth,
            spec.virality,
            spec.trust_push,
            spec.closing,
            spec.effect,
            spec.consolidation,
            spec.appeal,
        )
        self.si[s] = (spec.topic, thread, spec.format, int(spec.brand), -1, spec.aim)
        return s

    def broadcast(
        self,
        name: str,
        story: int,
        place: int,
        t: float,
        persons: Floats,
        share: Floats,
        source: str,
        half_life_h: float | None = None,
    ) -> None:
        """Put a story before ``persons[k]`` persons of each segment, from ``t`` on.

        Parameters
        ----------
        name
            Names the luck of who sees it when.
        persons : float64[K]
            Expected exposures in persons.
        share : float64[K]
            Share of the segment that belongs to the source's audience; the same persons for the same ``source``.
        half_life_h
            Half of the exposures happen within this time of average activity (the platform's where None).
        """
        if not 0 <= story < self.n_stories:
            raise IndexError(f"broadcast {name!r}: there is no story {story}")
        if self.casts_used == len(self.casts.story):
            rows = 2 * self.casts_used
            grown = {f: _grown(getattr(self.casts, f), rows) for f in self.casts._fields if f != "living"}
            self.casts = self.casts._replace(**grown)
        b = self.casts_used
        self.casts_used += 1
        thread = int(self.si[story, L.THREAD])
        expected = persons / self.agents.weight
        particles = self.world.rules.particles
        mass = float(min(1.0, max(self.tf[thread, L.DELTA], expected.sum() / (2 * particles), 1e-6)))
        if self.tf[thread, L.DELTA] == 0.0:
            self.tf[thread, L.DELTA] = mass
        self.tf[thread, L.DELTA] = max(self.tf[thread, L.DELTA], mass / 4)
        if self.ti[thread, L.LEAD] < 0:
            self.ti[thread, L.LEAD] = story  # shown on hot lists until something else leads
        c = self.casts
        c.story[b], c.place[b], c.start[b] = story, place, t
        c.begun[b] = c.wake[b] = clock_at(self.world.channels.clock, place, t)
        c.half_life[b] = half_life_h or list(self.world.scenario.platforms.values())[place].half_life_h
        c.persons[b], c.mass[b], c.done[b] = persons, mass, 0
        item, origin = (self.draws.key(Stream.BROADCAST, x) for x in (f"item {name}", source))
        set_walks(c.walk[b], c.offset[b], item, origin, np.asarray(share, np.float64), self.agents.slot_ptr)
        c.alive[c.living[0]] = b
        c.living[0] += 1

    # time ----------------------------------------------------------------------------------------------------

    def so_far(self, name: str) -> Floats:
        """Counts of content since the run began, float64[P, F]; they do not depend on when one looks."""
        return np.asarray(self.counted[name] + getattr(self.tallies, name))

    def count_anew(self) -> None:
        """Begin the counts of the next observation; who was ever reached stays counted."""
        for name, total in self.counted.items():
            total += getattr(self.tallies, name)
        for name, array in self.tallies._asdict().items():
            if name != "reached":
                array[:] = 0.0

    def advance_to(self, t: float) -> None:
        """Run all ticks that end at or before ``t`` (h)."""
        target = min(self.ticks, int(t / self.tick_h + 1e-9))
        if self.tick >= target:
            return
        stories, threads = self._tables()
        w = self.world
        while self.tick < target:
            step = min(target, self.tick + max(1, round(1 / self.tick_h)))
            arguments = (
                self.tick, step, self.tick_h, stories, threads, self.n_threads, w.weary, self.agents, w.ties,
                w.channels, w.rules, self.tallies, self.queue, self.casts,
            )  # fmt: skip
            if self._advance is None:
                self._advance = fitted(advance, arguments)
            room = self._advance(*arguments)
            self.tick = step
            if not room:
                self._grow_queue()

    def _tables(self) -> tuple[L.Stories, L.Threads]:
        return (
            L.Stories(self.keys, self.acc, self.sf, self.si),
            L.Threads(self.tf, self.ti, self.lists, self.feed, self.feed_walk),
        )

    def answer(self, key: np.uint64, story: int, place: int, t: float, reach: float) -> None:
        """Let an answer find ``reach`` of those who had met its thread; ``key`` names the luck of who is found."""
        slot = int(self.ti[self.si[story, L.THREAD], L.SLOT])
        told = 0
        while True:
            told = reply_to_aware(
                key, story, place, slot, t, reach, self.agents, self.queue, self.world.channels, self.world.rules,
                self.tick_h, self.si, told,
            )  # fmt: skip
            if told == len(self.agents.seg):
                return
            self._grow_queue()

    def _grow_queue(self) -> None:
        """Double the queue; exposures that found no room wait in their accumulators and are emitted next."""
        q, old = self.queue, len(self.queue.next)
        link = _grown(q.next, 2 * old)
        link[old:] = np.arange(old + 1, 2 * old + 1)
        link[-1] = q.free[0]
        q.free[0] = old
        self.queue = q._replace(
            next=link,
            agent=_grown(q.agent, 2 * old),
            story=_grown(q.story, 2 * old),
            place=_grown(q.place, 2 * old),
            mass=_grown(q.mass, 2 * old),
            due=_grown(q.due, 2 * old),
        )
