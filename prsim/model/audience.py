"""The audience of one run: its arrays, the stories under way and the clock that moves them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from prsim.model.arrays import first_agents, first_state, grown, new_batch, new_broadcasts
from prsim.spread import layout as L
from prsim.spread.advance import advance, advance_at, stand_still
from prsim.spread.calendar import new_queue, with_more_room
from prsim.spread.compiled import address_of, fitted
from prsim.spread.crew import MOST, Crew
from prsim.spread.draws import Draws, Stream
from prsim.spread.exposure import work_out
from prsim.spread.handed import Handed
from prsim.spread.layout import Batch, Tallies
from prsim.spread.lookups import make_lookups
from prsim.spread.on_air import find_quiet, put_on_air, set_list_walks
from prsim.spread.reply import reply_to_aware
from prsim.world.build import World

type Floats = NDArray[np.float64]

#: Exposures that pass between two calls of the crew, at least, for the next to be worth it.
MUCH = 2 * L.PLAN

# counts of content by platform and format, in the order of prsim.measure.notes
CONTENT = ("interactions", "noticed", "shown", "read")


class StorySpec(NamedTuple):
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
    cores
        Threads that work at it; nothing depends on it.
    """

    def __init__(self, world: World, seed: int, tick_h: float, cores: int = 1) -> None:
        self.world = world
        self.crew, self.before = Crew(min(cores, MOST)), 0  # exposures when it was last asked for
        self.tick_h = tick_h
        self.draws = Draws(seed)
        pop, n_slots = world.population, world.scenario.engine.thread_slots
        self.state = first_state(world)
        self.agents = first_agents(world, self.state)
        self.lookups = make_lookups(world.rules, world.channels, tick_h)
        self.k = len(pop.weight)
        self.p = len(world.platforms)
        content = (len(CONTENT), self.p, len(world.formats))
        sizes = [math.prod(content), self.p * self.k * 3, 1, 2, self.k]
        self.counts = np.zeros(sum(sizes))  # all counts since the last observation in one piece
        first, posts, own_posts, aimed, exposures = np.split(self.counts, np.cumsum(sizes)[:-1])
        self.content, self.content_before = first.reshape(content), np.zeros(content)
        self.tallies = Tallies(
            posts=posts.reshape(self.p, self.k, 3),
            own_posts=own_posts,
            **dict(zip(CONTENT, self.content, strict=True)),
            aimed=aimed,
            exposures=exposures,
            reached=np.zeros(self.k),
        )
        self.tick = 0
        self.ticks = round(world.scenario.horizon_days * 24 / tick_h)
        self.n_stories = self.n_threads = 0
        self.many_stories, self.many_threads = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self.keys = np.zeros(256, np.uint64)
        self.caused, self.acc = np.zeros((256, self.k, L.WAYS)), np.zeros((256, 2, self.k))
        self.needed = np.zeros((256, self.k, L.WAYS))
        self.sf = np.zeros((256, L.SF_WIDTH))
        self.si = np.zeros((256, L.SI_WIDTH), np.int64)
        self.tf = np.zeros((64, L.TF_WIDTH))
        self.ti = np.full((64, L.TI_WIDTH), -1, np.int64)
        self.lists = np.zeros((64, self.p, L.HL_WIDTH))
        self.feed = np.zeros((64, self.p, self.k, 2))
        self.feed_walk = np.zeros((64, self.p, self.k, L.WALK_WIDTH), np.int64)
        self.open = np.zeros(64, np.int64)
        on_lists = np.isfinite(world.channels.hot_threshold)[:, None]
        persons = np.array([segment.size for segment in world.scenario.segments.values()])
        self.listed = np.where(on_lists, world.member / persons, 0.0)  # [P, K] share who see a hot list
        sources = [self.draws.key(Stream.BROADCAST, "members", p) for p in range(self.p)]
        self.members = np.array(sources, np.uint64)
        self.half_lives = [platform.half_life_h for platform in world.scenario.platforms.values()]
        self.sources: dict[str, np.uint64] = {}  # keys of who belongs to the audience of each
        self.slots_free = list(range(n_slots))[::-1]
        self.slot_dirty = np.zeros(n_slots, np.bool_)
        self.queue = new_queue(self.ticks + 2, 256, 64)
        self.casts = new_broadcasts(256, self.p, self.k)
        self.casts_used = 0
        self.batch = self._new_batch(None)
        self._advance: Callable[..., bool] | None = None
        self._address: int | None = None
        self._put_on_air: Callable[..., None] | None = None
        self._find_quiet: Callable[..., int] | None = None
        self._handed: Handed | None = None
        self._arguments: tuple[Any, ...] | None = None  # as last asked for, unless something has grown since

    def _new_batch(self, before: Batch | None) -> Batch:
        # plans of a tick: of every broadcast and every open thread
        plans = (len(self.casts.story) + len(self.slot_dirty) * self.p) * self.k
        return new_batch(len(self.keys) * self.p * self.k, plans, self.k, self.crew, before)

    # threads and stories -------------------------------------------------------------------------------------

    def open_thread(self, name: str, t: float) -> int:
        """Open a thread and return its index."""
        if not self.slots_free:
            self.close_thread(self._coldest_thread())
        th = self.n_threads
        if th == len(self.tf):
            rows = 2 * th
            self.tf, self.ti = grown(self.tf, rows), grown(self.ti, rows, -1)
            self.lists, self.feed = grown(self.lists, rows), grown(self.feed, rows)
            self.feed_walk, self.open = grown(self.feed_walk, rows), np.zeros(rows, np.int64)
            self.queue = self.queue._replace(live=grown(self.queue.live, rows))
            self._arguments = None
        self.n_threads += 1
        self.many_threads[0] = self.n_threads
        slot = self.slots_free.pop()
        if self.slot_dirty[slot]:
            self.agents.memory[slot] = 0
        self.slot_dirty[slot] = True
        self.ti[th] = (slot, -1, -1, -1, -1, 1, 0)
        self.tf[th, L.INTEREST] = 1.0
        self.tf[th, L.INTEREST_T] = t
        key = self.draws.key(Stream.BROADCAST, "hot list", name)
        set_list_walks(
            self.feed_walk[th], key, self.members, self.listed, self.agents.slot_ptr, self.agents.block
        )
        return th

    def close_thread(self, th: int) -> None:
        """Close a thread: nothing of it is shown or shared any more; its memory slot is free."""
        if self.ti[th, L.OPEN] == 1:
            self.ti[th, L.OPEN] = 0
            self.slots_free.append(int(self.ti[th, L.SLOT]))
            self.lists[th] = 0.0

    def quiet(self, threads: NDArray[np.int64], t: float, after_h: float) -> list[int]:
        """Of which threads nothing is under way and the last news is older than ``after_h``, and which are closed."""
        quiet = np.empty(len(threads), np.bool_)
        arguments = (threads, t, after_h, self.handed(), quiet)
        if self._find_quiet is None:
            self._find_quiet = fitted(find_quiet, arguments)
        found: list[int] = threads[quiet].tolist() if self._find_quiet(*arguments) else []
        return found

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
            self.keys = grown(self.keys, rows)
            self.caused, self.acc = grown(self.caused, rows), grown(self.acc, rows)
            self.needed = grown(self.needed, rows)
            self.batch = self._new_batch(self.batch)
            self.sf, self.si = grown(self.sf, rows), grown(self.si, rows)
            self._arguments = None
        self.n_stories += 1
        self.many_stories[0] = self.n_stories
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
            wider = {
                f: grown(getattr(self.casts, f), rows)
                for f in self.casts._fields
                if f not in ("living", "now")
            }
            self.casts, self._arguments = self.casts._replace(**wider), None
            self.batch = self._new_batch(self.batch)
        b = self.casts_used
        self.casts_used += 1
        item = self.draws.key(Stream.BROADCAST, f"item {name}")
        if source not in self.sources:
            self.sources[source] = self.draws.key(Stream.BROADCAST, source)
        arguments = (
            b, story, place, float(t), float(half_life_h or self.half_lives[place]), persons, item,
            self.sources[source], np.asarray(share, np.float64), self.handed(),
        )  # fmt: skip
        if self._put_on_air is None:
            self._put_on_air = fitted(put_on_air, arguments)
        self._put_on_air(*arguments)

    # time ----------------------------------------------------------------------------------------------------

    def so_far(self, name: str) -> Floats:
        """Counts of content since the run began, float64[P, F]; they do not depend on when one looks."""
        i = CONTENT.index(name)
        return np.asarray(self.content_before[i] + self.content[i])

    def count_anew(self) -> None:
        """Begin the counts of the next observation; who was ever reached stays counted."""
        self.content_before += self.content
        self.counts.fill(0.0)

    def advance_to(self, t: float) -> None:
        """Run all ticks that end at or before ``t`` (h)."""
        target = min(self.ticks, int(t / self.tick_h + 1e-9))
        if self.tick >= target:
            return
        while self.tick < target:
            step = min(target, self.tick + max(1, round(1 / self.tick_h)))
            arguments = (self.address(), self.tick, step, self.handed())
            if self._advance is None:
                self._advance = fitted(advance_at, arguments)
            room = self._advance(*arguments)
            self.tick = step
            if not room:
                self.grow_queue()

    def address(self) -> int:
        """Where the compiled code of :func:`prsim.spread.advance.advance` is."""
        if self._address is None:
            self._find_work()
            self._address = address_of(advance, (self.tick, self.tick, self.handed()))
        return self._address

    def _find_work(self) -> None:
        """Note where the compiled code of :func:`prsim.spread.exposure.work_out` is."""
        self.batch.address[0] = address_of(work_out, (0, 0, self.handed()))

    def call_the_crew(self) -> None:
        """Let others help where there has been much to do since this was last asked."""
        now = int(self.queue.free[1])
        if now - self.before > MUCH:
            self.crew.call(int(self.batch.address[0]), self.handed())
        self.before = now

    def stand_still(self) -> None:
        """Let nothing happen to the audience from now on, for all the time that passes."""
        self._find_work()
        self._address = address_of(stand_still, (self.tick, self.tick, self.handed()))

    def arguments(self) -> tuple[Any, ...]:
        """What :func:`prsim.spread.advance.advance` needs beside the ticks."""
        if self._arguments is None or self._arguments[-3] is not self.queue:
            w, stories = (
                self.world,
                L.Stories(self.keys, self.caused, self.needed, self.acc, self.sf, self.si, self.many_stories),
            )
            self._arguments = (
                self.tick_h, stories, self.thread_table(), self.many_threads, w.weary, self.agents, w.ties, w.channels,
                w.rules, self.lookups, self.tallies, self.queue, self.casts, self.batch,
            )  # fmt: skip
        return self._arguments

    def handed(self) -> Handed:
        """The same for the kernels, handed over again where it is not what it was."""
        arguments = self.arguments()
        if self._handed is None:
            self._handed = Handed(arguments)
        elif self._handed.arguments is not arguments:
            self.crew.halt()
            self._handed.hand_over(arguments)
        return self._handed

    def thread_table(self) -> L.Threads:
        """The threads as the kernels see them."""
        return L.Threads(self.tf, self.ti, self.lists, self.feed, self.feed_walk, self.open)

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
            self.grow_queue()

    def grow_queue(self) -> None:
        """Double the queue; exposures that found no room wait in their accumulators and are emitted next."""
        self.queue, self._arguments = with_more_room(self.queue), None
