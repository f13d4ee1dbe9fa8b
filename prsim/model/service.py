"""Direct experience with service: cases, complaints, response time; users gained and lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O
from prsim.spread.compiled import kernel

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


class Shift(NamedTuple):
    """What some hours at the desk come to."""

    response_h: float
    goal: float  # lift of satisfaction toward which it tends
    adjusted: float  # share of the way there
    by_segment: NDArray[np.float64]  # complaints
    public_posts: float


@kernel()
def handle(times, lift, goal, adjusted, by_segment, complaints, public_posts, posts):  # type: ignore[no-untyped-def]
    """Let the same shift come ``times``, one after the other; return the lift of satisfaction and the public posts."""
    for _ in range(times):
        lift += (goal - lift) * adjusted
        for k in range(by_segment.shape[0]):
            by_segment[k] += complaints[k]
        public_posts += posts
    return lift, public_posts


class ServiceDesk(mesa.Agent):
    """The service desk: load over capacity makes the response time, the response time moves satisfaction."""

    def __init__(self, model: Simulation) -> None:
        super().__init__(model)
        self.sim = model
        self.rules = model.scenario.service
        self.capacity = 1.0
        self.pending = 0.0  # cases of incidents yet to arrive
        self.pending_dent = 0.0
        self.response_h = self.rules.response_h
        self.lift = 0.0
        self.complaints = 0.0  # since the last observation
        self.public_posts = 0.0
        users = np.array([s.user_share * s.size for s in model.scenario.segments.values()])
        self.users: NDArray[np.float64] = users
        self.cases_per_h = float(users.sum()) * self.rules.issues_per_user_month / MONTH_H
        self.by_segment = np.zeros(len(users))
        self.seen: NDArray[np.float64] | None = None
        self.factor = users
        self.calm: dict[float, Shift] = {}  # by hours, at this census and capacity
        self.calm_capacity = self.capacity

    def add_capacity(self, share: float) -> None:
        """Service capacity bought, relative to the initial one (D53, D84)."""
        self.capacity += share

    def incident_cases(self, persons: float, dent: float) -> None:
        """Users hit by an incident turn to the desk."""
        self.pending_dent = max(self.pending_dent, dent)
        self.pending += persons

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Handle the cases of ``hours``, hour by hour, given the last census of the audience."""
        if seen is not self.seen or self.capacity != self.calm_capacity:
            self.seen, self.calm_capacity, self.calm = seen, self.capacity, {}
            self.factor = np.where(self.users > 0, np.nan_to_num(seen[:, O.COMPLAINT], nan=1.0), 0.0)
        done = 0.0
        while hours - done > 1e-9:
            step = min(1.0, hours - done)
            if self.pending > 0.0:
                new = self.pending * (1.0 - math.exp2(-step / self.rules.case_half_life_h))
                self.pending -= new
                shift, times = self._shift(step, new), 1
            else:  # between two censuses all hours in which no incident brings cases are alike
                if step not in self.calm:
                    self.calm[step] = self._shift(step, 0.0)
                shift, times = self.calm[step], max(1, int(hours - done))
            if self.pending < 1.0:
                self.pending, self.pending_dent = 0.0, 0.0
            self.response_h = shift.response_h
            self.lift, self.public_posts = handle(
                times, self.lift, shift.goal, shift.adjusted, self.by_segment, shift.by_segment, self.public_posts,
                shift.public_posts,
            )  # fmt: skip
            done += step * times

    def _shift(self, hours: float, new: float) -> Shift:
        """What comes of ``hours`` with ``new`` cases of incidents beside the usual ones."""
        r = self.rules
        usual = self.cases_per_h * hours
        load = (usual + new) / usual if usual > 0 else 1.0
        response_h = r.response_h * (load / self.capacity) ** r.queue_exponent
        tickets = r.complex_share * r.ticket_h
        goal = r.satisfaction_gain * math.log2((r.response_h + tickets) / max(response_h + tickets, 1e-3))
        cases = self.users * (r.issues_per_user_month / MONTH_H * hours)
        by_segment = cases * r.complaint_rate * self.factor
        if new > 0:
            rate = min(1.0, r.complaint_rate * math.exp(r.complaint_gain * self.pending_dent))
            by_segment = by_segment + new * rate * self.users / self.users.sum()
        late = 1.0 - math.exp(-response_h / r.public_after_h)
        very_late = 1.0 - math.exp(-(response_h + r.ticket_h) / r.public_after_h)
        late += r.complex_share * (very_late - late)
        return Shift(
            response_h=response_h,
            goal=goal,
            adjusted=1.0 - math.exp2(-hours / r.adjust_half_life_h),
            by_segment=by_segment,
            public_posts=float(by_segment.sum()) * r.public_share * late,
        )


class Funnel:
    """Users gained and lost: counted by expectation, not fed back."""

    def __init__(self, sim: Simulation) -> None:
        f = sim.scenario.funnel
        sizes = sim.world.sizes
        users = np.array([s.user_share for s in sim.scenario.segments.values()])
        self.converting = sizes * (1.0 - users) * (f.conversion_per_month / MONTH_H)  # users an hour
        self.leaving = sizes * users * (f.churn_per_month / MONTH_H)
        self.seen: NDArray[np.float64] | None = None
        self.churning = np.zeros(len(sizes))
        self.conversions = np.zeros(len(sizes))
        self.churn = np.zeros(len(sizes))
        self.event_conversions = np.zeros(len(sizes))

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Add the users gained and lost in ``hours``."""
        if seen is not self.seen:
            self.seen, self.churning = seen, np.nan_to_num(seen[:, O.CHURN], nan=0.0)
        self.conversions += self.converting * hours * seen[:, O.CONVERSION] + self.event_conversions
        self.event_conversions[:] = 0.0
        self.churn += self.leaving * hours * self.churning
