"""The Mesa model: one run of a scenario."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_not
from typing import Any, Protocol

import mesa
import numpy as np
from mesa.time import Event

from prsim.model.audience import Audience
from prsim.model.campaign import Campaign
from prsim.model.census import Census
from prsim.model.competitors import Rival
from prsim.model.diary import Diary
from prsim.model.following import Following
from prsim.model.incidents import Incidents
from prsim.model.kols import Kol, accounts_of
from prsim.model.ledger import FEN, Ledger
from prsim.model.monitoring import Monitoring
from prsim.model.newsroom import Newsroom
from prsim.model.notes import ENTERED, REOPENED, RESOLVED, TAKEN_UP
from prsim.model.review import Review
from prsim.model.service import Funnel, ServiceDesk
from prsim.model.team import PrTeam
from prsim.model.threads import Thread
from prsim.model.waiting import APPOINTMENT, MEETING, NO_ROOM, Clock, Limits, Surroundings, next_pulse, wait
from prsim.scenario.audience import Format
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.spread.compiled import fitted
from prsim.spread.draws import Draws
from prsim.spread.handed import Handed
from prsim.world.build import World, all_formats

QUIET_H = 120.0  # h without news after which a thread with nothing under way is closed
HOT_IN, HOT_OUT = 0.5, 0.2  # place on the list at which an entry or an exit is noted


class Observer(Protocol):
    """Whoever takes notes of a run."""

    def record(self, hours: float, counted: bool) -> None:
        """Note what happened in the last ``hours``; ``counted`` says whether there is a new census."""


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
    cores
        Threads that work at exposures and count the audience at a census; nothing depends on it.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int, cores: int = 1) -> None:
        super().__init__(rng=seed % (2**32))
        self.now = 0.0  # h; Mesa's clock as a plain number, set before anybody acts
        self.settings = scenario
        self.world = world
        self.cores = cores
        self.draws = Draws(seed)
        self.diary = Diary()
        self.horizon = scenario.horizon_days * 24.0
        self.tick_h = scenario.tick_min / 60.0
        self.audience = Audience(world, seed, self.tick_h, cores)
        self.ledger = Ledger(total_fen=round(scenario.budget.total * FEN))
        self.formats = all_formats(scenario)
        self.threads: list[Thread] = []
        self.newsroom = Newsroom(self)
        self.outlets = self.newsroom.outlets
        self.outlet_by_name = {o.spec.name: o for o in self.outlets}
        self.kols = [Kol(self, spec) for spec in world.kols]
        self.kol_by_name = {k.spec.name: k for k in self.kols}
        self.accounts = accounts_of(self.kols, scenario.kols, world.topics)
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
        self.clock = Clock(np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64), self.diary.turns)
        self.put_off: dict[
            float, int
        ] = {}  # hours of pulses for which an alert did not wait, and their turns
        self.limits = Limits(HOT_IN, HOT_OUT, self.horizon)
        # a pulse makes at most one note on each open case, each KOL and each platform of an open thread
        most = scenario.engine.thread_slots * (1 + len(self.kols) + len(world.platforms))
        self.notes = np.zeros((most, 3), np.int64)
        self._wait: Callable[..., tuple[int, float, int, int]] | None = None
        self._around: Handed | None = None
        self._parts: tuple[object, ...] = ()  # of what was handed over
        self.due, self.due_at, self.due_notes = (
            APPOINTMENT,
            0.0,
            0,
        )  # what ended the wait, when, with how many notes
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

    def at(self, t: float, what: Callable[..., None], *args: Any, turn: int | None = None) -> None:
        """Let ``what`` happen at hour ``t``; beyond the horizon it does not happen.

        What happens at the same moment happens in the order in which it was agreed: now, or at an earlier ``turn``.
        """
        if t < self.horizon:
            self.diary.enter(max(t, self.now), turn or self.diary.turn(), what, args)

    def open_thread(self, thread: Thread) -> Thread:
        """Open a thread with its slots for users' own posts."""
        thread.index = self.audience.open_thread(thread.name, self.now)
        thread.news_t = self.now
        self.threads.append(thread)
        self.newsroom.put_on_agenda(thread)
        if thread.incident is not None or thread.activity is not None:
            self.newsroom.open_user_stories(thread)
        return thread

    def is_open(self, thread: Thread) -> bool:
        """Whether a thread is still open."""
        return bool(self.audience.ti[thread.index, L.OPEN] == 1)

    def slot(self, thread: Thread) -> int:
        """Memory slot of an open thread."""
        return int(self.audience.ti[thread.index, L.SLOT])

    def wake_outlets(self) -> None:
        """There is news: outlets look again at their next regular time."""
        self.newsroom.wake_outlets()

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
        self._default_schedule.stop()  # Mesa would take a step every hour, and nobody steps
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
        self.clock.turn[0] = self.diary.turn()
        self._let_time_pass()
        self._moment = Event(self.due_at, self.go_on)
        self._event_list.add_event(self._moment)
        try:
            self.run_until(self.horizon)
        finally:
            self.audience.crew.dismiss()
        self.now = self.horizon
        self.observe()

    def go_on(self) -> None:
        """Let happen what is due now; then let time pass until something happens again. An event of Mesa."""
        self.now = float(self.time)
        while self.due_at <= self.now:
            self._happen()
            self._let_time_pass()
        if self.progress is not None and int(self.now / 24.0) > self.told:
            self.told = int(self.now / 24.0)
            self.progress(self.now)
        if self.due_at < self.horizon:  # the same event again; to make another costs four times as much
            self._moment.time = self.due_at
            self._event_list.add_event(self._moment)

    def _let_time_pass(self) -> None:
        """Bring the audience to the next moment at which something happens; pulses and meetings may pass in it."""
        self.newsroom.tell(self.threads)
        until, turn = self.diary.next(self.horizon)
        on_alert = bool(self.put_off or self.incidents.still_unnoticed())
        while True:
            around, rest = self._surroundings(), self.audience.handed()
            arguments = (until, turn, self.audience.tick, on_alert, around, self.audience.address(), rest)
            if self._wait is None:
                self._wait = fitted(wait, arguments)
            self.audience.call_the_crew()
            self.due, self.due_at, self.audience.tick, self.due_notes = self._wait(*arguments)
            if self.due != NO_ROOM:
                return
            self.audience.grow_queue()

    def _surroundings(self) -> Handed:
        """What goes on while time passes, handed over again where it is not what it was."""
        audience, newsroom, cases = self.audience, self.newsroom, self.incidents.cases.table
        parts = (audience.arguments(), newsroom.agenda, newsroom.desks, cases)
        if self._around is None or any(map(is_not, parts, self._parts)):
            around = Surroundings(
                self.tick_h, audience.ticks, self.clock, self.limits, cases, newsroom.agenda, newsroom.desks,
                newsroom.editorial, self.accounts, self.notes, audience.thread_table(),
            )  # fmt: skip
            self._parts = parts
            if self._around is None:
                self._around = Handed(around)
            else:
                self._around.hand_over(around)
        return self._around

    def _happen(self) -> None:
        """What ended the wait happens."""
        if self.due == APPOINTMENT:
            self.diary.keep()
        elif self.due == MEETING:
            self.newsroom.commission(self.due_notes)
        else:
            self.pulse(self.notes[: self.due_notes].tolist())

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
        pulse = float(self.clock.pulse[0])
        if pulse > self.now + self.tick_h:
            self.put_off[pulse] = int(self.clock.turn[0])
            self._next_pulse(self.now + self.tick_h)

    def _next_pulse(self, t: float) -> None:
        """Agree on a pulse at the tick of hour ``t``; if one was meant to be then, it keeps its turn."""
        pulse, turn = next_pulse(t, self.now, self.tick_h), self.diary.turn()
        self.clock.pulse[0], self.clock.turn[0] = pulse, self.put_off.pop(pulse, turn)
        self.put_off = {hour: turn for hour, turn in self.put_off.items() if hour > pulse}

    def pulse(self, notes: list[list[int]]) -> None:
        """Let those who watch act on what they noted. By the tick while a case is unnoticed, by the hour otherwise."""
        unnoticed = self.incidents.still_unnoticed()
        for record in unnoticed:
            self.monitoring.watch(record)
        for kind, i, j in notes:
            if kind in (RESOLVED, REOPENED):
                self.team.conclude(self.incidents.records[i], kind)
            elif kind == TAKEN_UP:
                self.kols[i].take_up(self._thread(j))
            else:
                self._note_hot_list(self._thread(i), j, kind)
        self._next_pulse(self.now + (self.tick_h if unnoticed else 1.0))

    def _thread(self, index: int) -> Thread:
        return next(thread for thread in self.threads if thread.index == index)

    def _note_hot_list(self, thread: Thread, platform: int, kind: int) -> None:
        what = "hot_search_enter" if kind == ENTERED else "hot_search_exit"
        place = float(self.audience.lists[thread.index, platform, L.HL_INTENSITY])
        self.log(what, thread.name, list(self.world.platforms)[platform], place, thread.name, "", "")

    def close_quiet_threads(self) -> None:
        """Close threads in which nothing happens any more."""
        audience, index = self.audience, self.newsroom.agenda.open[: len(self.threads)]
        quiet = audience.quiet(index, self.now, QUIET_H)
        if quiet:  # some may be closed already: the audience closes one itself where it runs out of room
            for th in quiet:
                audience.close_thread(th)
            self.threads = [thread for thread in self.threads if self.is_open(thread)]
            self.newsroom.set_agenda(self.threads)

    def user_share(self) -> np.ndarray:
        """Share of users by segment, float64[K]."""
        return np.array([s.user_share for s in self.settings.segments.values()])
