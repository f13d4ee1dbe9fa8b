"""Followers of the brand's own accounts: content that people interact with wins them (S7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


class Following:
    """Who follows the brand's accounts.

    Attributes
    ----------
    share : float64[P, K]
        Share of the members of each platform who follow the brand's account there, by segment.
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.start = sim.world.followers
        self.share = self.start.copy()

    def work(self, hours: float) -> None:
        """Followers won by the interactions of the last ``hours``, and lost in them."""
        rules, world = self.sim.scenario.funnel, self.sim.world
        acted = self.sim.audience.tallies.interactions[:, world.own_formats].sum(axis=1)
        others = world.member * (1.0 - self.share)
        total = others.sum(axis=1)
        reached = np.divide(
            rules.follow_per_interaction * acted, total, out=np.zeros_like(total), where=total > 0.0
        )
        gained = (1.0 - self.share) * np.minimum(reached, 1.0)[:, None]
        kept = math.exp(-rules.unfollow_per_month * hours / MONTH_H)
        self.share = self.start + (self.share + gained - self.start) * kept

    def persons(self) -> float:
        """Followers over all platforms; somebody who follows on two counts twice."""
        return float((self.sim.world.member * self.share).sum())
