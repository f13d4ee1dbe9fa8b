"""Single incidents in an ordinary week: what monitoring sees of them while nobody answers, and what an answer saves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prsim.errors import RunFailed
from prsim.measure.recorder import Recorder
from prsim.model.arrivals import arrival_rates
from prsim.model.monitoring import MONTH_H, AlarmRule
from prsim.model.simulation import Simulation
from prsim.scenario.crisis import Incident
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.spread.draws import Draws, Stream
from prsim.study import executors
from prsim.study.executors import Here, Processes, Told
from prsim.study.run import Run, collect
from prsim.study.warm_up import warm_up
from prsim.study.workers import available_cores
from prsim.world.build import World, build_world

__all__ = ["Alarm", "Case", "Crew", "Path", "Stage", "arrivals_per_month", "draw_cases", "replay"]

NAME = "case"  # of the incident in every run; its luck is keyed by this name and the run's seed
CALM_H = 24.0  # before the first hour at which it may strike
WEEK_H = 168.0  # it strikes at any hour of the week


@dataclass(frozen=True, slots=True)
class Case:
    """One incident of a study: a run of its own, with a seed of its own.

    Attributes
    ----------
    number, seed
        Number of the case; seed of its run.
    use
        Incident of the library.
    start
        Hour of the run at which it strikes.
    """

    number: int
    seed: int
    use: str
    start: float


@dataclass(frozen=True, slots=True)
class Path:
    """What became of a case that nobody answered; hours of the run, nan where something did not happen.

    Attributes
    ----------
    case, incident
        The case, and the incident as it struck: the library's with this run's severity and first witnesses.
    hours, visible, mood, nodes : float64[n], int64[n]
        What monitoring saw at each tick: visible negative posts in its window, negative share of everyday talk,
        spreading nodes so far.
    monitored
        Share of what is said on the main platform that monitoring can see.
    hot
        First entry into a hot list.
    peak, peak_per_h
        When its negative posts were most frequent, and how many an hour.
    negative_posts
        Its negative posts in all.
    """

    case: Case
    incident: Incident
    hours: NDArray[np.float64]
    visible: NDArray[np.float64]
    mood: NDArray[np.float64]
    nodes: NDArray[np.int64]
    monitored: float
    hot: float
    peak: float
    peak_per_h: float
    negative_posts: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a monitoring system raises the alarm over a case and the team knows (hours of the run, nan: never)."""

    raised: float = math.nan
    known: float = math.nan
    by: str = ""


def replay(path: Path, scenario: Scenario, tool: float) -> Alarm:
    """Ask the alarm rule of a scenario about a recorded path: what a run with that monitoring would have done.

    Before the alarm nothing in the run depends on monitoring, so this is exact.

    Parameters
    ----------
    scenario
        Whose ``monitoring`` and ``team`` are asked about; its window has to be the recorded one.
    tool
        Level of the monitoring tools, 0 to 1, from the beginning.
    """
    rule = AlarmRule(scenario, Draws(path.case.seed), path.monitored)
    loud = rule.alarming(path.visible, rule.usual(path.incident.topic), path.mood, tool)
    nodes = int(path.nodes[-1]) if len(path.nodes) and tool > 0.0 else 0
    number = rule.node_noticed(NAME, 1, nodes, tool)
    heard = (path.nodes >= number) if number else np.zeros(len(loud), bool)
    raised = loud | heard
    if not raised.any():
        return Alarm()
    first = int(raised.argmax())
    at = float(path.hours[first])
    return Alarm(at, at + rule.lag(NAME, tool), "posts" if loud[first] else "node")


def arrivals_per_month(scenario: Scenario) -> dict[str, float]:
    """How often each incident of the library happens in a scenario: random arrivals and those on the calendar."""
    config = scenario.incidents
    rates = dict.fromkeys(config.library, 0.0)
    for use, per_year in arrival_rates(scenario).items():
        rates[use] += per_year / 12.0 / (1.0 - config.random.follow_up)
    for s in config.schedule.values():
        rates[s.use] += MONTH_H / (scenario.horizon_days * 24.0)
    return {use: rate for use, rate in rates.items() if rate > 0.0}


def draw_cases(scenario: Scenario, rates: Mapping[str, float], many: int) -> list[Case]:
    """Cases drawn with these rates, at hours drawn evenly from a week; the same for the same scenario's seed."""
    uses, cases = list(rates), []
    for number in range(many):
        draws = Draws(scenario.seed + number)
        use = uses[draws.choice_weighted(list(rates.values()), Stream.ARRIVAL, "case", NAME)]
        start = CALM_H + WEEK_H * draws.uniform(Stream.ARRIVAL, "hour", NAME)
        cases.append(Case(number, scenario.seed + number, use, start))
    return cases


class Stage:
    """Where cases happen: the scenario's audience, media and team, without campaign and without other incidents.

    Parameters
    ----------
    scenario
        The scenario.
    days
        Days for which a case is followed.
    """

    def __init__(self, scenario: Scenario, days: float) -> None:
        random = dataclasses.replace(scenario.incidents.random, per_year=0.0, by_topic={})
        incidents = dataclasses.replace(scenario.incidents, schedule={}, random=random)
        horizon = (CALM_H + WEEK_H) / 24.0 + days
        self.days = days
        self.answered = dataclasses.replace(
            scenario, activities={}, incidents=incidents, horizon_days=horizon, calendar_days=0.0
        )
        deaf = dataclasses.replace(scenario.monitoring, alert_posts=math.inf, early_posts=math.inf)
        response = dataclasses.replace(scenario.response, strategy="silence")
        self.unanswered = dataclasses.replace(self.answered, monitoring=deaf, response=response)

    @cached_property
    def world(self) -> World:
        """The world of the cases that are answered."""
        return build_world(self.answered)

    @cached_property
    def silent_world(self) -> World:
        """The world of those that are not; the same audience."""
        return build_world(self.unanswered, self.world)

    def path(self, case: Case) -> Path:
        """Let a case happen unanswered, and note what monitoring saw."""
        sim = Simulation(self.unanswered, self.silent_world, case.seed)
        incident = _strike(sim, case)
        notes = _Notes(sim, case.start, self.days * 24.0)
        sim.run()
        record = sim.incidents.records[0]
        end = case.start + self.days * 24.0
        seen = np.array([row for row in record.seen if row[0] <= end], np.float64).reshape(-1, 4)
        hot = [event[0] for event in sim.events if event[1] == "hot_search_enter" and event[2] == NAME]
        peak, peak_per_h = notes.peak()
        return Path(
            case=case,
            incident=incident,
            hours=seen[:, 0],
            visible=seen[:, 1],
            mood=seen[:, 2],
            nodes=seen[:, 3].astype(np.int64),
            monitored=sim.monitoring.rule.monitored,
            hot=hot[0] if hot and hot[0] <= end else math.nan,
            peak=peak,
            peak_per_h=peak_per_h,
            negative_posts=notes.posts,
        )

    def live(self, case: Case, tool: float) -> Run:
        """Let a case happen with the scenario's monitoring and response and a tool level from the beginning."""
        sim = Simulation(self.answered, self.world, case.seed)
        Recorder(sim)
        sim.monitoring.buy_tool(tool, math.inf)
        _strike(sim, case)
        sim.run()
        return collect(sim, case.seed)


def _strike(sim: Simulation, case: Case) -> Incident:
    incident = sim.incidents.varied(NAME, sim.scenario.incidents.library[case.use])
    sim.at(case.start, sim.incidents.begin, NAME, incident)
    return incident


class _Notes:
    """Looks every tick at how often a case is talked about."""

    def __init__(self, sim: Simulation, start: float, hours: float) -> None:
        self.sim = sim
        self.course: list[tuple[float, float]] = []
        self.posts = 0.0
        first = math.floor(start / sim.tick_h) + 1
        for tick in range(first, int((start + hours) / sim.tick_h) + 1):
            sim.at(tick * sim.tick_h, self.note)

    def note(self) -> None:
        thread = self.sim.incidents.records[0].thread
        if self.sim.is_open(thread):
            row = self.sim.audience.tf[thread.index]
            self.course.append((self.sim.now, float(row[L.NEGATIVE_HEAT])))
            self.posts = float(row[L.NEGATIVE_TOTAL])

    def peak(self) -> tuple[float, float]:
        """Hour and height of the peak."""
        at, height = max(self.course, key=lambda note: note[1], default=(math.nan, 0.0))
        return (at, height) if height > 0.0 else (math.nan, 0.0)


class Crew:
    """Processes that work on one stage; results do not depend on how many there are.

    Parameters
    ----------
    stage
        The stage.
    workers
        Processes; 0 takes as many as there are cores, 1 works in this process.
    """

    def __init__(self, stage: Stage, workers: int) -> None:
        self._crew: executors.Crew
        if (workers or available_cores()) == 1:
            self._crew = Here(lambda _: stage, None)
        else:
            warm_up()
            self._crew = Processes(_stage_of, (stage.answered, stage.days), workers)

    def __enter__(self) -> Crew:
        self._crew.__enter__()
        return self

    def __exit__(self, *how: Any) -> None:
        self._crew.__exit__(*how)

    def do[Task, Result](
        self, work: Callable[[Stage, Task], Result], tasks: Sequence[Task]
    ) -> Iterator[Result]:
        """Do something on the stage for each task; yield the results in the order of the tasks.

        Parameters
        ----------
        work
            A function of a module, or a method of :class:`Stage`.

        Raises
        ------
        prsim.errors.RunFailed
            If a task fails; the message names it.
        """
        early: dict[int, Result] = {}
        following = 0
        numbered = ((i, work, task) for i, task in enumerate(tasks))
        for (i, _, task), result in self._crew.each(_do, numbered):
            if isinstance(result, BaseException):
                raise RunFailed(f"{task} failed: {result!r}") from result
            early[i] = result
            while following in early:
                yield early.pop(following)
                following += 1


def _stage_of(plan: tuple[Scenario, float]) -> Stage:
    return Stage(*plan)


def _do(stage: Stage, task: tuple[int, Callable[[Stage, Any], Any], Any], told: Told) -> Any:
    _, work, what = task
    return work(stage, what)
