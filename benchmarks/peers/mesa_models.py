"""The cascade as a Mesa user writes it: one agent per node, its contacts in a list."""

from __future__ import annotations

import mesa

from benchmarks.graphs import Task


class Person(mesa.Agent):
    """Somebody who passes the story on for some steps after hearing it."""

    def __init__(self, model: Cascade) -> None:
        super().__init__(model)
        self.contacts: list[Person] = []
        self.heard = -1  # step

    def step(self) -> None:
        """Tell the contacts, if it is the time for it."""
        model = self.model
        if not 0 <= self.heard < model.now <= self.heard + model.period:
            return
        for other in self.contacts:
            if other.heard < 0 and model.random.random() < model.chance:
                other.heard = model.now
                model.fresh.append(other)


class Cascade(mesa.Model):
    """Steps until nobody has anything to tell."""

    def __init__(self, task: Task, chance: float, period: int, frontier: bool) -> None:
        super().__init__(rng=1)
        self.chance, self.period, self.frontier = chance, period, frontier
        self.people = list(Person.create_agents(self, task.nodes))
        targets, cuts = task.indices.tolist(), task.indptr.tolist()
        for i, person in enumerate(self.people):
            person.contacts = [self.people[j] for j in targets[cuts[i] : cuts[i + 1]]]
        self.seeds = task.seeds.tolist()

    def begin(self, seed: int) -> None:
        """Forget everything and tell the seeds."""
        self.random.seed(seed)
        for person in self.people:
            person.heard = -1
        self.now, self.fresh = 0, []
        for i in self.seeds:
            self.people[i].heard = 0
        self.waves = [[self.people[i] for i in self.seeds]]

    def finish(self) -> int:
        """Step until the story is over; return how many have heard it."""
        while any(self.waves):
            self.now, self.fresh = self.now + 1, []
            if self.frontier:
                for wave in self.waves:
                    for person in wave:
                        person.step()
            else:
                self.agents.do("step")
            self.waves = [self.fresh, *self.waves][: self.period]
        return sum(person.heard >= 0 for person in self.people)
