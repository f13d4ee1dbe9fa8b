"""Followers of the brand's own accounts: content that people interact with wins them (S7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

DAY_H, MONTH_H = 24.0, 730.5


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
        self.acted = np.zeros(len(self.start))
        self.own_formats = sim.world.own_formats
        self._persons = self._count_persons()

    def schedule(self) -> None:
        """Count for the first time after a day."""
        self.sim.at(DAY_H, self.count)

    def count(self) -> None:
        """Followers won by the interactions of the last day, and lost in it."""
        rules, world = self.sim.scenario.funnel, self.sim.world
        so_far = self.sim.audience.so_far("interactions")[:, self.own_formats].sum(axis=1)
        acted, self.acted = so_far - self.acted, so_far
        others = world.member * (1.0 - self.share)
        total = others.sum(axis=1)
        reached = rules.follow_per_interaction * acted / np.where(total > 0.0, total, np.inf)
        gained = (1.0 - self.share) * np.minimum(reached, 1.0)[:, None]
        kept = math.exp(-rules.unfollow_per_month * DAY_H / MONTH_H)
        self.share = self.start + (self.share + gained - self.start) * kept
        self._persons = self._count_persons()
        self.sim.at(self.sim.now + DAY_H, self.count)

    def persons(self) -> float:
        """Followers over all platforms; somebody who follows on two counts twice."""
        return self._persons

    def _count_persons(self) -> float:
        return float((self.sim.world.member * self.share).sum())
