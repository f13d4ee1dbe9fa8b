"""From a base scenario to the scenario of a point: quickly, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prsim.design.factors import group_names, refuse_reserved
from prsim.design.points import Point
from prsim.errors import ConfigError, Problem
from prsim.scenario.compose import Composed
from prsim.scenario.overrides import Change, parse
from prsim.scenario.partial import Template
from prsim.scenario.plain import to_plain
from prsim.scenario.root import Scenario

__all__ = ["Variations", "chosen", "choices_of"]

_MOST_SHOWN = 10


class Variations:
    """Scenarios of points, made from one base.

    What a point does not change is the base's own object, so that worlds are shared, and costs nothing: a point takes
    one to two milliseconds. The scenario equals the one that loading the base with the point's changes as overrides
    gives.

    Parameters
    ----------
    base
        The scenario that is varied.
    sources
        The base as it was composed, before anything was left out of it (activities without money, what lies after a
        shortened horizon), by the groups that points choose (:func:`chosen`). An experiment that was loaded has them.
        Without them the base is taken as it is: what loading it left out does not come back, and no point can choose a
        whole group.
    """

    def __init__(self, base: Scenario, sources: Mapping[str, Composed] | None = None) -> None:
        self._base = base
        self._sources = sources or {"": Composed(base.meta.name, to_plain(base), ())}
        self._templates: dict[str, Template] = {}

    def at(self, point: Point) -> Scenario:
        """The scenario of a point.

        Raises
        ------
        ConfigError
            With every problem found, each with its key; the message names the point.
        """
        try:
            return self._at(point)
        except ConfigError as wrong:
            raise ConfigError(_of_point(p, str(point)) for p in wrong.problems) from None

    def _at(self, point: Point) -> Scenario:
        changes = parse(point.changes)
        for change in changes:
            refuse_reserved(change.key)
        choices, values = choices_of(changes)
        return self._template(chosen(choices)).changed(values).scenario

    def _template(self, choices: str) -> Template:
        if choices not in self._templates:
            if choices not in self._sources:
                what = "a whole group is chosen only in an experiment that was loaded from a name or a file"
                raise ConfigError.of(choices.partition("=")[0], what, given=choices)
            self._templates[choices] = Template(self._sources[choices], self._base)
        return self._templates[choices]

    def check(self, points: Sequence[Point]) -> None:
        """Make the scenario of every point once.

        Raises
        ------
        ConfigError
            With what is wrong, naming the points; the same problem of many points is told once.
        """
        found: dict[Problem, list[int]] = {}
        for i, point in enumerate(points):
            try:
                self._at(point)
            except ConfigError as wrong:
                for problem in wrong.problems:
                    found.setdefault(problem, []).append(i)
        if not found:
            return
        problems = []
        for problem, where in list(found.items())[:_MOST_SHOWN]:
            more = f" and {len(where) - 1} more" if len(where) > 1 else ""
            problems.append(_of_point(problem, f"point {where[0]}{more} ({points[where[0]]})"))
        if len(found) > _MOST_SHOWN:
            problems.append(Problem("", f"{_MOST_SHOWN} of {len(found)} are shown"))
        raise ConfigError(problems)


def choices_of(changes: Iterable[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Choices of whole groups, and all other changes."""
    changes, known = tuple(changes), group_names()
    choices = tuple(
        c for c in changes if c.action == "set" and c.key in known and not isinstance(c.value, Mapping)
    )
    return choices, tuple(c for c in changes if c not in choices)


def chosen(choices: Iterable[Change]) -> str:
    """Choices of groups as one text: ``incidents=storm,engine=final``, in the order of their names."""
    return ",".join(sorted(f"{c.key}={c.value}" for c in choices))


def _of_point(problem: Problem, point: str) -> Problem:
    return Problem(problem.path, f"{problem.what} [{point}]", problem.given, problem.allowed, problem.nearest)
