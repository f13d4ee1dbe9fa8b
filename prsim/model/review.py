"""The plan looks at its own figures: weak formats are stopped, paid impressions move (C6, S3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from prsim.scenario.audience import Format, Platform

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


class Review:
    """Judges the brand's own content by what monitoring counts, and redirects what is bought next."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.rules = sim.scenario.review
        self.prices = sim.scenario.budget.prices
        bought = {name: None for a in sim.scenario.activities.values() for name in a.buys}
        content = [name for name in bought if self.prices[name].action == "content"]
        paid = [name for name in bought if self.prices[name].action == "promotion"]
        self.piece = {self.prices[name].format: name for name in reversed(content)}
        self.impressions = {self.prices[name].platform: name for name in reversed(paid)}
        self.stopped: set[str] = set()
        self.best_format = ""
        self.moved: dict[str, float] = {}
        self.best_platform = ""
        self.formats_so_far = self._by_format()
        self.platforms_so_far = self._by_platform()

    def schedule(self) -> None:
        """Put the first review of each kind on the calendar."""
        for days, what in (
            (self.rules.every_days, self.judge_formats),
            (self.rules.platform_days, self.judge_platforms),
        ):
            if days > 0.0:
                self.sim.at(days * 24.0, what)

    def _by_format(self) -> np.ndarray:
        """Shown, noticed, taken in to the end, interactions so far, float64[4, F]."""
        names = ("shown", "noticed", "read", "interactions")
        return np.array([self.sim.audience.so_far(name).sum(axis=0) for name in names])

    def _by_platform(self) -> np.ndarray:
        """Noticed and interactions of own content so far, float64[2, P]."""
        own = self.sim.world.own_formats
        names = ("noticed", "interactions")
        return np.array([self.sim.audience.so_far(name)[:, own].sum(axis=1) for name in names])

    def judge_formats(self) -> None:
        """A format under the minimum is stopped; the best one is never stopped."""
        r, index = self.rules, self.sim.world.formats
        so_far = self._by_format()
        shown, noticed, read, acted = so_far - self.formats_so_far
        self.formats_so_far = so_far
        above, below = (read, shown) if r.judge == "completion" else (acted, noticed)
        figures = {
            f: float(above[index[f]] / below[index[f]])
            for f in self.piece
            if shown[index[f]] >= r.min_shown and below[index[f]] > 0.0 and f not in self.stopped
        }
        if figures:
            self.best_format = max(figures, key=lambda f: (figures[f], f))
        for f, figure in figures.items():
            if figure < r.minimum and f != self.best_format:
                self.stopped.add(f)
                titles = _from_to(self.sim.formats, f, self.best_format)
                self.sim.log("content_stopped", f, self.best_format, figure, "", *titles)
        self.sim.at(self.sim.now + r.every_days * 24.0, self.judge_formats)

    def judge_platforms(self) -> None:
        """Paid impressions move from the weakest platform to the best."""
        r, index = self.rules, self.sim.world.platforms
        so_far = self._by_platform()
        noticed, acted = so_far - self.platforms_so_far
        self.platforms_so_far = so_far
        figures = {
            p: float(acted[index[p]] / noticed[index[p]])
            for p in self.impressions
            if noticed[index[p]] > 0.0 and self.moved.get(p, 0.0) < 1.0
        }
        if len(figures) > 1:
            self.best_platform = max(figures, key=lambda p: (figures[p], p))
            weakest = min(figures, key=lambda p: (figures[p], p))
            self.moved[weakest] = min(1.0, self.moved.get(weakest, 0.0) + r.platform_shift)
            self.moved.pop(self.best_platform, None)
            titles = _from_to(self.sim.scenario.platforms, weakest, self.best_platform)
            self.sim.log("platform_shift", weakest, self.best_platform, self.moved[weakest], "", *titles)
        self.sim.at(self.sim.now + r.platform_days * 24.0, self.judge_platforms)

    def divert(self, name: str) -> dict[str, float]:
        """What is bought in place of an entry of the price list: entries with their shares of the money."""
        price = self.prices[name]
        if price.action == "content" and price.format in self.stopped:
            return {self.piece[self.best_format]: self.rules.reinforce}
        moved = self.moved.get(price.platform, 0.0) if price.action == "promotion" else 0.0
        if moved > 0.0:
            there = {self.impressions[self.best_platform]: moved}
            return {name: 1.0 - moved, **there} if moved < 1.0 else there
        return {name: 1.0}


def _from_to(entries: Mapping[str, Format] | Mapping[str, Platform], old: str, new: str) -> tuple[str, str]:
    """Titles of a move, in English and Chinese; names where there is no title."""
    a, b = entries[old], entries[new]
    return f"{a.title_en or old} → {b.title_en or new}", f"{a.title_zh or old} → {b.title_zh or new}"
