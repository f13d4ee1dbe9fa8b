"""Competitors: their items compete for attention and for share of voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.threads import Thread
from prsim.scenario.mechanisms import Competitor
from prsim.spread.draws import Stream

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


class Rival(mesa.Agent):
    """A competitor's newsroom: it places items at random times, the same in paired runs."""

    def __init__(self, model: Simulation, name: str, config: Competitor) -> None:
        super().__init__(model)
        self.sim = model
        self.name = name
        self.config = config
        self.readers = 0.0  # exposures in persons since the last observation
        self.n = 0
        self.thread: Thread | None = None

    def schedule(self) -> None:
        """Put the next item on the calendar."""
        if self.config.items_per_month <= 0:
            return
        gap = self.sim.draws.exponential(
            Stream.ARRIVAL, "rival", self.name, self.n, mean=MONTH_H / self.config.items_per_month
        )
        if self.sim.now + gap < self.sim.horizon:
            self.sim.at(self.sim.now + gap, self.place)

    def place(self) -> None:
        """An item of the competitor appears."""
        sim, c = self.sim, self.config
        key = f"rival {self.name} {self.n}"
        good = sim.draws.uniform(Stream.ARRIVAL, "rival tone", self.name, self.n) < c.positive_share
        self.n += 1
        if self.thread is None or not sim.is_open(self.thread):
            self.thread = sim.open_thread(
                Thread(
                    index=-1, name=f"rival {self.name} {self.n}", topic=c.topic, born=sim.now, stance=0.0,
                    severity=0.0, evidence=0.5, quality=0.5, arousal=0.2, newsworthy=0.0,
                    title_en=c.title_en, title_zh=c.title_zh,
                )
            )  # fmt: skip
        place = sim.world.platforms[c.platform]
        story = sim.audience.add_story(
            key,
            self.thread.index,
            StorySpec(
                topic=sim.world.topics[c.topic], stance=0.3 if good else -0.1,
                credibility=sim.newsroom.strength("media", 0.5), format=sim.world.formats["news_article"],
                depth=sim.format("news_article").depth, virality=0.0, effect=-c.comparison if good else 0.0,
                brand=False,
            ),
        )  # fmt: skip
        reach = np.array([c.reach.get(s, 0.0) for s in sim.scenario.segments])
        persons = sim.world.member[place] * reach
        sim.audience.broadcast(key, story, place, sim.now, persons, reach, f"rival {self.name}")
        sim.audience.refresh(self.thread.index, sim.now, 1.0)
        self.readers += float(persons.sum())
        self.schedule()

    def posts(self, hours: float) -> float:
        """Posts about the competitor since the last observation."""
        out = self.readers * self.config.posts_per_reader + self.config.ambient_posts_per_day * hours / 24.0
        self.readers = 0.0
        return out
