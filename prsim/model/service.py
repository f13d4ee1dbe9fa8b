"""Direct experience with service: cases, complaints, response time; users gained and lost."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O
from prsim.spread.compiled import fitted, kernel
from prsim.spread.on_air import total

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


class DeskRules(NamedTuple):
    """Parameters of the desk, from the scenario's ``service``."""

    issues_per_user_month: float
    complaint_rate: float
    complaint_gain: float
    response_h: float
    queue_exponent: float
    complex_share: float
    ticket_h: float
    satisfaction_gain: float
    adjust_half_life_h: float
    case_half_life_h: float
    public_after_h: float
    public_share: float


class Desk(NamedTuple):
    """Where the desk stands."""

    pending: float  # cases of incidents yet to arrive
    dent: float  # of the satisfaction of those who will bring them
    response_h: float
    lift: float  # of users' satisfaction
    public_posts: float  # since the last observation


@kernel(entry=False)
def handle(hours, desk, capacity, cases_per_h, users, factor, by_segment, complaints, r):  # type: ignore[no-untyped-def]
    """Handle the cases of up to an hour; return where the desk then stands.

    The load is the usual cases and those of incidents, which arrive with a half-life, over the usual ones; the response
    time grows with load over capacity, and satisfaction follows its logarithm slowly. The complaints, float64[K] in
    ``complaints``, are added to ``by_segment``; they are posted in public the more, the later the desk answers.
    """
    new = desk.pending * (1.0 - math.exp2(-hours / r.case_half_life_h))
    pending, dent = desk.pending - new, desk.dent
    usual = cases_per_h * hours
    load = (usual + new) / usual if usual > 0.0 else 1.0
    response_h = r.response_h * (load / capacity) ** r.queue_exponent
    tickets = r.complex_share * r.ticket_h
    goal = r.satisfaction_gain * math.log2((r.response_h + tickets) / max(response_h + tickets, 1e-3))
    lift = desk.lift + (goal - desk.lift) * (1.0 - math.exp2(-hours / r.adjust_half_life_h))
    brought = 0.0
    if new > 0.0:
        brought = new * min(1.0, r.complaint_rate * math.exp(r.complaint_gain * dent))
    everybody = total(users)
    for k in range(users.shape[0]):
        complaints[k] = users[k] * (r.issues_per_user_month / MONTH_H * hours) * r.complaint_rate * factor[k]
        if new > 0.0:
            complaints[k] += brought * users[k] / everybody
        by_segment[k] += complaints[k]
    if pending < 1.0:
        pending, dent = 0.0, 0.0
    late = 1.0 - math.exp(-response_h / r.public_after_h)
    very_late = 1.0 - math.exp(-(response_h + r.ticket_h) / r.public_after_h)
    late += r.complex_share * (very_late - late)
    public_posts = desk.public_posts + total(complaints) * r.public_share * late
    return Desk(pending, dent, response_h, lift, public_posts)


@kernel()
def work_on(hours, desk, capacity, cases_per_h, users, factor, by_segment, complaints, r):  # type: ignore[no-untyped-def]
    """Handle the cases of ``hours``, hour by hour; return the numbers of :func:`handle`.

    A named tuple would take longer to make for Python than the work.
    """
    done = 0.0
    while hours - done > 1e-9:
        step = min(1.0, hours - done)
        desk = handle(step, desk, capacity, cases_per_h, users, factor, by_segment, complaints, r)
        done += step
    return desk.pending, desk.dent, desk.response_h, desk.lift, desk.public_posts


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
        self.public_posts = 0.0
        users = np.array([s.user_share * s.size for s in model.scenario.segments.values()])
        self.users: NDArray[np.float64] = users
        self.cases_per_h = float(users.sum()) * self.rules.issues_per_user_month / MONTH_H
        self.by_segment = np.zeros(len(users))
        self.complaints = np.zeros(len(users))  # of the last hour
        self.seen: NDArray[np.float64] | None = None
        self.factor = users
        self.numbers = DeskRules(*(float(getattr(self.rules, name)) for name in DeskRules._fields))
        self._work_on: Callable[..., tuple[float, ...]] | None = None

    def add_capacity(self, share: float) -> None:
        """Service capacity bought, relative to the initial one (D53, D84)."""
        self.capacity += share

    def incident_cases(self, persons: float, dent: float) -> None:
        """Users hit by an incident turn to the desk."""
        self.pending_dent = max(self.pending_dent, dent)
        self.pending += persons

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Handle the cases of ``hours``, hour by hour, given the last census of the audience."""
        if seen is not self.seen:
            self.seen = seen
            factor = seen[:, O.COMPLAINT]
            self.factor = np.where(self.users > 0, np.where(np.isnan(factor), 1.0, factor), 0.0)
        desk = Desk(self.pending, self.pending_dent, self.response_h, self.lift, self.public_posts)
        arguments = (
            hours, desk, self.capacity, self.cases_per_h, self.users, self.factor, self.by_segment, self.complaints,
            self.numbers,
        )  # fmt: skip
        if self._work_on is None:
            self._work_on = fitted(work_on, arguments)
        after = self._work_on(*arguments)
        self.pending, self.pending_dent, self.response_h, self.lift, self.public_posts = after


class Funnel:
    """Users gained and lost: counted by expectation, not fed back."""

    def __init__(self, sim: Simulation) -> None:
        f = sim.scenario.funnel
        sizes = sim.world.sizes
        users = np.array([s.user_share for s in sim.scenario.segments.values()])
        self.converting = sizes * (1.0 - users) * (f.conversion_per_month / MONTH_H)  # users an hour
        self.leaving = sizes * users * (f.churn_per_month / MONTH_H)
        self.seen: NDArray[np.float64] | None = None
        self.hours = 0.0
        self.gained, self.lost = np.zeros(len(sizes)), np.zeros(len(sizes))  # in that time at that census
        self.conversions = np.zeros(len(sizes))
        self.churn = np.zeros(len(sizes))
        self.event_conversions = np.zeros(len(sizes))

    def work(self, hours: float, seen: NDArray[np.float64]) -> None:
        """Add the users gained and lost in ``hours``."""
        if seen is not self.seen or hours != self.hours:
            self.seen, self.hours = seen, hours
            self.gained = self.converting * hours * seen[:, O.CONVERSION]
            self.lost = self.leaving * hours * np.where(np.isnan(seen[:, O.CHURN]), 0.0, seen[:, O.CHURN])
        self.conversions += self.gained + self.event_conversions
        self.event_conversions.fill(0.0)
        self.churn += self.lost
