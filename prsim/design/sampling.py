"""Designs over any parameters: grid, Latin hypercube, Sobol sequence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from numpy.typing import NDArray

from prsim.design.levels import levels_of, spans_of, whole
from prsim.design.points import MOST_POINTS, Design, Point, too_many
from prsim.errors import ConfigError
from prsim.scenario.root import Scenario

__all__ = ["grid", "latin_hypercube", "sobol"]

_MOST_SEED = 2**32 - 1


def grid(factors: Mapping[str, Any], scenario: Scenario | None = None) -> Design:
    """Every combination of levels.

    Parameters
    ----------
    factors
        For each key its levels: a list, names with values (``{slow: 12, fast: 1}``), or a span with a count
        (:class:`~prsim.design.levels.Span`). A group of the configuration takes the names of its options.
    scenario
        Where titles of entries (budget lines, segments) come from.

    Raises
    ------
    ConfigError
        If a key does not exist, a level is none of its values, or there are too many points.
    """
    if not factors:
        raise ConfigError.of("factors", "is empty: name at least one key with its levels")
    axes = [levels_of(key, given, scenario) for key, given in factors.items()]
    many = 1
    for axis in axes:
        many *= len(axis.values)
    if many > MOST_POINTS:
        raise too_many(many)
    names = [axis.factor.name for axis in axes]
    points = []
    for chosen in product(*(axis.values for axis in axes)):
        levels = {name: level for name, (level, _) in zip(names, chosen, strict=True)}
        points.append(Point(levels, {name: value for name, (_, value) in zip(names, chosen, strict=True)}))
    return Design(tuple(axis.factor for axis in axes), tuple(points))


def latin_hypercube(
    factors: Mapping[str, Any], count: int, seed: int = 1, scenario: Scenario | None = None
) -> Design:
    """A Latin hypercube: of ``count`` equal parts of every axis, each holds one point (McKay et al. 1979).

    Parameters
    ----------
    factors
        For each key its span: ``(lo, hi)``, ``(lo, hi, "log")``, or a :class:`~prsim.design.levels.Span`.
    count
        Number of points.
    seed
        Seed of the design; it has nothing to do with the seeds of the runs.
    scenario
        Where titles of entries come from.
    """
    from scipy.stats import qmc

    count, seed = _count(count), whole(seed, "seed", 0, _MOST_SEED)
    spans = spans_of(factors, scenario)
    return _spread(qmc.LatinHypercube(len(spans), rng=seed).random(count), spans)


def sobol(
    factors: Mapping[str, Any],
    count: int,
    seed: int = 1,
    scramble: bool = True,
    scenario: Scenario | None = None,
) -> Design:
    """The first points of a Sobol sequence, which fills a space evenly (Sobol 1967; Joe, Kuo 2008).

    Parameters
    ----------
    factors, count, seed, scenario
        As for :func:`latin_hypercube`. Counts that are powers of two are best, and another is noted.
    scramble
        Scrambled by lot (Owen 1998); the sequence itself otherwise, whose first point lies in the corner.
    """
    from scipy.stats import qmc

    count, seed = _count(count), whole(seed, "seed", 0, _MOST_SEED)
    if not isinstance(scramble, bool):
        raise ConfigError.of("scramble", f"{scramble!r} is not a truth value; write true or false")
    spans = spans_of(factors, scenario)
    if len(spans) > qmc.Sobol.MAXDIM:
        raise ConfigError.of("factors", f"a Sobol sequence has at most {qmc.Sobol.MAXDIM} factors")
    order = (count - 1).bit_length()
    places = qmc.Sobol(len(spans), scramble=scramble, rng=seed).random_base2(order)[:count]
    notes: tuple[str, ...] = ()
    if count & (count - 1):
        better = f"{2 ** (order - 1)} or {2**order}"
        notes = (
            f"{count} points of a Sobol sequence are no power of two; {better} would fill the space evenly.",
        )
    return _spread(places, spans, notes)


def _count(given: Any) -> int:
    count = whole(given, "count", 1, 10**12)
    if count > MOST_POINTS:
        raise too_many(count)
    return count


def _spread(places: NDArray[Any], spans: list[Any], notes: tuple[str, ...] = ()) -> Design:
    """Points at places of the unit cube; of those that rounding to whole numbers makes the same, one."""
    points: dict[str, Point] = {}
    for row in places.tolist():
        levels = {f.name: span.at(u, whole=whole) for u, (f, span, whole) in zip(row, spans, strict=True)}
        point = Point(levels, levels)
        points.setdefault(point.key, point)
    same = len(places) - len(points)
    if same:
        notes = (
            *notes,
            f"{same} of {len(places)} points fell on others, because the factors are whole numbers.",
        )
    return Design(tuple(factor for factor, _, _ in spans), tuple(points.values()), notes)
