"""Direct experience with service: cases, complaints, response time; users gained and lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


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

    def add_capacity(self, share: float) -> None:
        """Service capacity bought, relative to the initial one (D53, D84)."""
        self.capacity += share

    def incident_cases(self, persons: float, dent: float) -> None:
        """Users hit by an incident turn to the desk."""
        self.pending_dent = max(self.pending_dent, dent)
        self.pending += persons

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Handle the cases of ``hours``, hour by hour, given the last census of the audience."""
        factor = np.where(self.users > 0, np.nan_to_num(seen[:, O.COMPLAINT], nan=1.0), 0.0)
        done = 0.0
        while hours - done > 1e-9:
            step = min(1.0, hours - done)
            self._work(step, factor)
            done += step

    def _work(self, hours: float, factor: NDArray[np.float64]) -> None:
        r = self.rules
        share = 1.0 - math.exp2(-hours / r.case_half_life_h)
        new = self.pending * share
        self.pending -= new
        usual = self.cases_per_h * hours
        load = (usual + new) / usual if usual > 0 else 1.0
        self.response_h = r.response_h * (load / self.capacity) ** r.queue_exponent
        tickets = r.complex_share * r.ticket_h
        goal = r.satisfaction_gain * math.log2(
            (r.response_h + tickets) / max(self.response_h + tickets, 1e-3)
        )
        self.lift += (goal - self.lift) * (1.0 - math.exp2(-hours / r.adjust_half_life_h))
        cases = self.users * (r.issues_per_user_month / MONTH_H * hours)
        by_segment = cases * r.complaint_rate * factor
        if new > 0:
            rate = min(1.0, r.complaint_rate * math.exp(r.complaint_gain * self.pending_dent))
            by_segment = by_segment + new * rate * self.users / self.users.sum()
        if self.pending < 1.0:
            self.pending, self.pending_dent = 0.0, 0.0
        self.by_segment += by_segment
        late = 1.0 - math.exp(-self.response_h / r.public_after_h)
        very_late = 1.0 - math.exp(-(self.response_h + r.ticket_h) / r.public_after_h)
        late += r.complex_share * (very_late - late)
        self.public_posts += float(by_segment.sum()) * r.public_share * late


class Funnel:
    """Users gained and lost: counted by expectation, not fed back."""

    def __init__(self, sim: Simulation) -> None:
        f = sim.scenario.funnel
        sizes = sim.world.sizes
        users = np.array([s.user_share for s in sim.scenario.segments.values()])
        self.users, self.others = sizes * users, sizes * (1.0 - users)
        self.gain, self.loss = f.conversion_per_month / MONTH_H, f.churn_per_month / MONTH_H
        self.conversions = np.zeros(len(sizes))
        self.churn = np.zeros(len(sizes))
        self.event_conversions = np.zeros(len(sizes))

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Add the users gained and lost in ``hours``."""
        self.conversions += self.others * self.gain * hours * seen[:, O.CONVERSION] + self.event_conversions
        self.event_conversions[:] = 0.0
        self.churn += self.users * self.loss * hours * np.nan_to_num(seen[:, O.CHURN], nan=0.0)
