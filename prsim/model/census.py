"""The census: the truth in the agents, counted now and then; what the service desk and the measures build on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prsim.measure.observe import Enumeration, initial_attitude

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


class Census:
    """Counts the audience without touching it.

    Attributes
    ----------
    weights : float64[4]
        Points per satisfaction, attitude, trust; spread of one answer.
    gains : float64[3]
        Conversion, churn and complaint gains.
    seen, first : float64[K, OBS_WIDTH]
        The last census and the first (columns: see :mod:`prsim.measure.observe`).
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        s, pop = sim.scenario, sim.world.population
        r = s.recommendation
        self.weights = np.array([r.w_satisfaction, r.w_attitude, r.w_trust, r.answer_sd])
        self.gains = np.array([s.funnel.conversion_gain, s.funnel.churn_gain, s.service.complaint_gain])
        self.attitude0 = initial_attitude(pop.base, pop.seg, pop.needs)
        self.enumeration = Enumeration(
            sim.audience.agents, pop.needs, pop.sat0, self.attitude0, pop.personal, self.weights, s.ambient.spread,
            self.gains, sim.world.rules, sim.cores,
        )  # fmt: skip
        self.next_h = 0.0
        self.seen: NDArray[np.float64] = self.count()
        self.first = self.seen

    def count(self) -> NDArray[np.float64]:
        """One pass over the audience as it is now."""
        return self.enumeration.at(self.sim.now, self.sim.desk.lift)

    def due(self) -> bool:
        """Count if it is time to; say whether it was."""
        if self.sim.now < self.next_h - 1e-9 and self.sim.now < self.sim.horizon:
            return False
        self.seen = self.count()
        self.next_h = self.sim.now + self.sim.scenario.engine.census_h
        return True
