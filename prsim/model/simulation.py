"""The Mesa model: one run of a scenario."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import mesa
import numpy as np

from prsim.model.audience import Audience
from prsim.model.campaign import Campaign
from prsim.model.census import Census
from prsim.model.competitors import Rival
from prsim.model.following import Following
from prsim.model.incidents import Incidents
from prsim.model.kols import LOOK_H, Kol, KolScene
from prsim.model.ledger import FEN, Ledger
from prsim.model.monitoring import Monitoring
from prsim.model.newsroom import Newsroom
from prsim.model.outlets import Outlet
from prsim.model.review import Review
from prsim.model.service import Funnel, ServiceDesk
from prsim.model.team import PrTeam
from prsim.model.threads import Thread
from prsim.scenario.audience import Format
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.spread.draws import Draws, Stream
from prsim.world.build import World, all_formats

QUIET_H = 120.0  # h without news after which a thread with nothing under way is closed
HOT_IN, HOT_OUT = 0.5, 0.2  # place on the list at which an entry or an exit is noted


class Observer(Protocol):
    """Whoever takes notes of a run."""

    def record(self, hours: float, counted: bool) -> None:
        """Note what happened in the last ``hours``; ``counted`` says whether there is a new census."""


class Appointment:
    """Something that will happen; kept alive by the simulation, since Mesa's events hold weak references only."""

    __slots__ = ("__weakref__", "args", "sim", "what")

    def __init__(self, sim: Simulation, what: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.sim, self.what, self.args = sim, what, args

    def keep(self) -> None:
        """Bring the audience up to now, then act."""
        self.sim.appointments.discard(self)
        self.sim.now = float(self.sim.time)
        self.sim.audience.advance_to(self.sim.now)
        self.what(*self.args)


class Simulation(mesa.Model):
    """One run.

    Institutions are Mesa agents acting at scheduled events in continuous time (h); the audience advances in ticks up
    to the time of each event. Nothing is drawn from Mesa's generators: every draw is keyed by :class:`Draws`.

    Parameters
    ----------
    scenario
        The scenario.
    world
        Its world, shared by all runs.
    seed
        Seed of the run.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int) -> None:
        super().__init__(rng=seed % (2**32))
        self.now = 0.0  # h; Mesa's clock as a plain number, set before anybody acts
        self.settings = scenario
        self.world = world
        self.draws = Draws(seed)
        self.appointments: set[Appointment] = set()
        self.horizon = scenario.horizon_days * 24.0
        self.tick_h = scenario.tick_min / 60.0
        self.audience = Audience(world, seed, self.tick_h)
        self.ledger = Ledger(total_fen=round(scenario.budget.total * FEN))
        self.formats = all_formats(scenario)
        self.threads: list[Thread] = []
        self.newsroom = Newsroom(self)
        self.outlets = [Outlet(self, spec) for spec in world.outlets]
        self.outlet_by_name = {o.spec.name: o for o in self.outlets}
        self.kols = [Kol(self, spec) for spec in world.kols]
        self.kol_by_name = {k.spec.name: k for k in self.kols}
        self.kol_scene = KolScene(self, self.kols)
        self.team = PrTeam(self)
        self.monitoring = Monitoring(self)
        self.desk = ServiceDesk(self)
        self.funnel = Funnel(self)
        self.following = Following(self)
        self.rivals = [Rival(self, name, c) for name, c in scenario.competitors.items()]
        self.incidents = Incidents(self)
        self.review = Review(self)
        self.campaign = Campaign(self)
        social = [i for i, p in enumerate(scenario.platforms.values()) if p.kind == "social"]
        self.main_platform = max(social, key=lambda i: world.member[i].sum()) if social else 0
        self.looks = 0
        self.pulse_at = -1.0
        self.listed = False  # whether any thread is noted as being on a hot list
        self.events: list[tuple[float, str, str, str, float, str, str, str]] = []
        self.observer: Observer | None = None
        self.observed_h = 0.0
        self.census = Census(self)

    # what agents ask and do ----------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run."""
        return self.settings

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Mesa sets a placeholder of its own here; it is not used."""

    def format(self, name: str) -> Format:
        """A content format by name."""
        return self.formats[name]

    def at(self, t: float, what: Callable[..., None], *args: Any) -> None:
        """Let ``what`` happen at hour ``t``; beyond the horizon it does not happen."""
        if t < self.horizon:
            appointment = Appointment(self, what, args)
            self.appointments.add(appointment)
            self.schedule_event(appointment.keep, at=max(t, self.now))

    def open_thread(self, thread: Thread) -> Thread:
        """Open a thread with its slots for users' own posts."""
        thread.index = self.audience.open_thread(thread.name, self.now)
        thread.news_t = self.now
        thread.key = self.draws.key(Stream.MEDIA, "thread", thread.name)
        self.threads.append(thread)
        if thread.incident is not None or thread.activity is not None:
            self.newsroom.open_user_stories(thread)
        return thread

    def is_open(self, thread: Thread) -> bool:
        """Whether a thread is still open."""
        return bool(self.audience.ti[thread.index, L.OPEN] == 1)

    def slot(self, thread: Thread) -> int:
        """Memory slot of an open thread."""
        return int(self.audience.ti[thread.index, L.SLOT])

    def newsworthy(self) -> list[Thread]:
        """Threads that outlets may take up."""
        return [
            th
            for th in self.threads
            if th.newsworthy > 0.0 and self.now - th.news_t < self.settings.media.news_h and self.is_open(th)
        ]

    def wake_outlets(self) -> None:
        """There is news: outlets look again at their next regular time."""
        for outlet in self.outlets:
            outlet.wake()

    def log(
        self, kind: str, subject: str, cause: str, value: float, thread: str, title_en: str, title_zh: str
    ) -> None:
        """Note an event."""
        self.events.append((self.now, kind, subject, cause, value, thread, title_en, title_zh))

    # time ----------------------------------------------------------------------------------------------------

    def run(self, progress: Callable[[float], None] | None = None) -> None:
        """Run from the start to the horizon.

        Parameters
        ----------
        progress
            Called with the hour reached, once a simulated day.
        """
        self.progress, self.told = progress, -1
        self.campaign.schedule()
        self.review.schedule()
        self.following.schedule()
        self.incidents.schedule()
        self.monitoring.schedule()
        for rival in self.rivals:
            rival.schedule()
        step = self.settings.engine.observe_h
        for i in range(int(self.horizon / step + 1e-9)):
            self.at(i * step, self.observe)
        self.schedule_event(self.pulse, at=0.0)
        self.run_until(self.horizon)
        self.now = self.horizon
        self.audience.advance_to(self.horizon)
        self.observe()

    def observe(self) -> None:
        """Count what there is to count; the service desk and the funnel go on; the observer takes notes."""
        hours = self.now - self.observed_h
        counted = self.census.due()
        self.desk.work(hours, self.census.seen)
        self.funnel.work(hours, self.census.seen)
        if self.observer is not None:
            self.observer.record(hours, counted)
        self.audience.count_anew()
        self.observed_h = self.now
        self.close_quiet_threads()

    def alert(self) -> None:
        """Something is under way: watch tick by tick."""
        if self.pulse_at > self.now + self.tick_h:
            self._next_pulse(self.now + self.tick_h)

    def _next_pulse(self, t: float) -> None:
        self.pulse_at = math.floor(t / self.tick_h + 1e-9) * self.tick_h
        if self.pulse_at <= self.now:
            self.pulse_at += self.tick_h
        if self.pulse_at < self.horizon:
            self.schedule_event(self.pulse, at=self.pulse_at)

    def pulse(self) -> None:
        """Advance the audience; let those who watch notice. By the tick while a case is open, by the hour otherwise."""
        self.now = float(self.time)
        if self.now < self.pulse_at:
            return  # a pulse scheduled before an alert called for an earlier one
        self.audience.advance_to(self.now)
        watched = False
        for record in self.incidents.records:
            if self.is_open(record.thread):
                if not record.thread.alarmed:
                    self.monitoring.watch(record)
                    watched = True
                self.team.follow(record)
        look = int(self.now / LOOK_H + 1e-9)
        if look > self.looks:
            self.looks = look
            for thread in self.threads:
                if thread.newsworthy > 0.0 and self.is_open(thread):
                    self.kol_scene.look(thread, look)
        self._note_hot_lists()
        if self.progress is not None and int(self.now / 24.0) > self.told:
            self.told = int(self.now / 24.0)
            self.progress(self.now)
        self._next_pulse(self.now + (self.tick_h if watched else 1.0))

    def _note_hot_lists(self) -> None:
        lists = self.audience.lists
        top = lists[: self.audience.n_threads, :, L.HL_INTENSITY]
        if (top.size == 0 or top.max() < HOT_IN) and not self.listed:
            return
        names = list(self.world.platforms)
        self.listed = False
        for thread in self.threads:
            if not self.is_open(thread):
                continue
            row = lists[thread.index, :, L.HL_INTENSITY]
            if not thread.on_list and row.max() < HOT_IN:
                continue
            for p in range(len(row)):
                name = names[p]
                if p not in thread.on_list and row[p] >= HOT_IN:
                    thread.on_list.add(p)
                    self.log("hot_search_enter", thread.name, name, float(row[p]), thread.name, "", "")
                elif p in thread.on_list and row[p] < HOT_OUT:
                    thread.on_list.discard(p)
                    self.log("hot_search_exit", thread.name, name, float(row[p]), thread.name, "", "")
            self.listed |= bool(thread.on_list)

    def close_quiet_threads(self) -> None:
        """Close threads in which nothing happens any more."""
        for thread in self.threads:
            if self.is_open(thread) and self.audience.quiet(thread.index, self.now, QUIET_H):
                self.audience.close_thread(thread.index)
        self.threads = [th for th in self.threads if self.is_open(th)]

    def user_share(self) -> np.ndarray:
        """Share of users by segment, float64[K]."""
        return np.array([s.user_share for s in self.settings.segments.values()])
