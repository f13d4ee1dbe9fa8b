"""What is recorded of a run: raw counts at fixed times, events, nothing else. The metrics are made in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prsim.measure.metrics import all_metrics
from prsim.measure.notes import NUMBERS, ContentNotes, Notes
from prsim.measure.survey import survey_wave
from prsim.measure.tables import Entries, Observations
from prsim.spread import layout as L

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

__all__ = ["EVENT_COLUMNS", "Recorder"]

EVENT_COLUMNS = ("time_h", "kind", "subject", "cause", "value", "thread", "title_en", "title_zh")


class Recorder:
    """Observes the audience every ``observe_h`` hours."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        sim.observer = self
        world = sim.world
        times = int(sim.horizon / sim.scenario.engine.observe_h + 1e-9) + 1
        self.notes = Notes.blank(times, len(world.platforms), len(world.segments))
        self.content = ContentNotes(times, len(world.platforms), world.own_formats)
        self.numbers = self.notes.numbers.view(np.float64).reshape(times, len(NUMBERS))
        self.cases = np.zeros(0, np.int64)  # threads of the incidents so far
        self.taken = 0
        self.survey_h = sim.scenario.survey.every_days * 24.0
        self.survey_next = self.survey_h
        self.wave = 0

    def record(self, hours: float, counted: bool) -> None:
        """One observation; counts are those of the last ``hours``. ``counted`` says whether the census is new."""
        sim, notes, i = self.sim, self.notes, self.taken
        if sim.now >= self.survey_next:
            self._survey(i, counted)
        tally, desk, funnel = sim.audience.tallies, sim.desk, sim.funnel
        notes.counted[i] = counted
        notes.seen[i] = sim.census.seen
        notes.posts[i] = tally.posts
        notes.exposures[i], notes.reached[i] = tally.exposures, tally.reached
        notes.complaints[i] = desk.by_segment
        notes.conversions[i], notes.churn[i] = funnel.conversions, funnel.churn
        self.content.note(sim.audience.content)
        if len(self.cases) != len(sim.incidents.records):
            self.cases = np.array([r.thread.index for r in sim.incidents.records])
        self.numbers[i] = (
            sim.now,
            hours,
            desk.public_posts,
            tally.own_posts[0],
            tally.aimed[0],
            tally.aimed[1],
            sum([rival.posts(hours) for rival in sim.rivals]),
            sum(sim.newsroom.items),
            sim.newsroom.positive_share,
            len(sim.campaign.actions.met) / max(1, len(sim.outlets)),
            desk.response_h,
            sim.campaign.actions.participants,
            sim.audience.tf[:, L.HOT_HOURS].take(self.cases).sum() if len(self.cases) else 0.0,
            sim.following.persons(),
        )
        desk.public_posts = 0.0
        desk.by_segment[:] = 0.0
        self.taken += 1

    def _survey(self, i: int, counted: bool) -> None:
        """Ask a sample; what it says is a record only beside a census."""
        nps, error = survey_wave(self.sim, self.wave)
        self.wave += 1
        n = self.wave
        self.sim.log("survey", f"wave-{n}", "", nps, "", f"Wave {n}", f"第 {n} 轮")
        self.survey_next += self.survey_h
        if counted:
            self.notes.survey[i] = nps, error

    def observations(self) -> Observations:
        """All metrics over time."""
        notes = Notes._make(column[: self.taken] for column in self.notes)
        self.content.sum_up()
        return Observations.of_blocks(all_metrics(notes, self.content, self.sim))

    def events(self) -> Entries:
        """The events of the run."""
        return Entries.of_rows(EVENT_COLUMNS, self.sim.events)
