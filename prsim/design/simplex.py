"""Splits of the budget: points of a simplex, with bounds for each line.

The shares of a split sum to one, so a line cannot be varied alone. A lattice takes every split whose shares are whole
steps above the lower bounds (Scheffé 1958); a Dirichlet distribution draws splits by lot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prsim.design.levels import number, sequence, tidy, whole
from prsim.design.points import MOST_POINTS, Design, Factor, Point, too_many
from prsim.errors import ConfigError
from prsim.scenario.names import unknown_name
from prsim.scenario.root import Scenario

__all__ = ["simplex_dirichlet", "simplex_lattice"]

KEPT = "kept"  # stands for budget.kept among the lines
REST = "rest"  # stands for all other lines together
_RESTS = ("fixed", "scaled")  # what becomes of them
_NEAR = 1e-9
_MOST_SEED = 2**32 - 1
_TRIES = 1000  # draws for one that lies within the upper bounds, on average


@dataclass(frozen=True, slots=True)
class _Shares:
    """The shares that are varied: their names, bounds and sum, and what becomes of the other lines."""

    names: tuple[str, ...]
    lo: tuple[float, ...]
    hi: tuple[float, ...]
    total: float
    others: Mapping[str, float]  # of the rest, each line's part of it; empty where the other lines stay

    @property
    def room(self) -> float:
        """What the lower bounds leave."""
        return self.total - sum(self.lo)


def simplex_lattice(
    scenario: Scenario,
    step: float | None = None,
    divisions: int | None = None,
    lines: Sequence[str] = (),
    bounds: Any = None,
    rest: str = "fixed",
) -> Design:
    """Every split whose shares lie whole steps above their lower bounds.

    Without upper bounds ``q`` lines and ``m`` steps make ``(m + q - 1)! / (m! (q - 1)!)`` points.

    Parameters
    ----------
    scenario
        The base, with its split.
    step
        Share of the whole budget by which splits differ; what the lower bounds leave has to be a multiple of it.
    divisions
        In its place, the number of steps into which that is divided.
    lines
        Budget lines that are varied, all of the split where empty; ``kept`` stands for ``budget.kept``.
    bounds
        ``[lo, hi]`` for all lines, or for each line that is bounded.
    rest
        What becomes of the lines that are not named: ``fixed`` keeps their shares; ``scaled`` lets them have together
        what the others leave, in the proportions that they have in the base.

    Raises
    ------
    ConfigError
        If a line does not exist, the bounds cannot sum to one, or there are too many points.
    """
    shares = _shares(scenario, lines, bounds, rest)
    if (step is None) == (divisions is None):
        raise ConfigError.of("step", "give step (a share of the budget) or divisions (a number of steps)")
    if step is not None:
        steps = _steps(shares, number(step, "step", "share"))
    else:
        steps = whole(divisions, "divisions", 1, 1000)
    unit = shares.room / steps if steps else 0.0
    caps = [
        min(steps, math.floor((hi - lo) / unit + _NEAR)) if unit else 0
        for lo, hi in zip(shares.lo, shares.hi, strict=True)
    ]
    many = _ways(caps, steps)
    if not many:
        what = f"no split of steps of {unit:.6g} lies within the upper bounds ({_shown(shares.names, shares.hi)})"
        raise ConfigError.of("bounds", what)
    if many > MOST_POINTS:
        raise too_many(many)
    rows = ([lo + k * unit for lo, k in zip(shares.lo, row, strict=True)] for row in _lattice(caps, steps))
    return _design(scenario, shares, rows)


def simplex_dirichlet(
    scenario: Scenario,
    count: int,
    alpha: Any = 1.0,
    seed: int = 1,
    lines: Sequence[str] = (),
    bounds: Any = None,
    rest: str = "fixed",
) -> Design:
    """Splits drawn from a Dirichlet distribution above the lower bounds; those beyond an upper bound are drawn again.

    Parameters
    ----------
    scenario, lines, bounds, rest
        As for :func:`simplex_lattice`.
    count
        Number of points.
    alpha
        Concentration, one number or one for each line: 1 draws every split alike, more draws them near the mean.
    seed
        Seed of the design; it has nothing to do with the seeds of the runs.
    """
    import numpy as np

    shares = _shares(scenario, lines, bounds, rest)
    count = whole(count, "count", 1, 10**12)
    if count > MOST_POINTS:
        raise too_many(count)
    weights = _alpha(shares.names, alpha)
    rng = np.random.default_rng(whole(seed, "seed", 0, _MOST_SEED))
    lo, hi = np.array(shares.lo), np.array(shares.hi)
    rows: list[list[float]] = []
    for _ in range(_TRIES):
        drawn = lo + shares.room * rng.dirichlet(weights, max(count, 100))
        rows.extend(drawn[(drawn <= hi + _NEAR).all(axis=1)].tolist())
        if len(rows) >= count:
            break
    else:
        what = (
            f"leave too little: of {_TRIES * max(count, 100):,} splits drawn, {len(rows)} lie within the upper bounds "
            f"({_shown(shares.names, shares.hi)}); widen them, or take a lattice"
        )
        raise ConfigError.of("bounds", what)
    return _design(scenario, shares, iter(rows[:count]))


def _shares(scenario: Scenario, lines: Sequence[str], bounds: Any, rest: str) -> _Shares:
    budget = scenario.budget
    known = (*budget.lines, KEPT)
    names = [str(line) for line in sequence(lines, "lines", "lines")] if lines else list(budget.split)
    for name in names:
        if name not in known:
            raise ConfigError([unknown_name("lines", f"unknown budget line {name!r}", name, known)])
        if names.count(name) > 1:
            raise ConfigError.of("lines", f"{name!r} stands twice", given=name)
    if rest not in _RESTS:
        what = f"{rest!r} is not one of the words allowed"
        raise ConfigError([unknown_name("rest", what, str(rest), _RESTS)])
    fixed = {line: share for line, share in budget.split.items() if line not in names}
    kept = {} if KEPT in names else {KEPT: budget.kept}
    others: dict[str, float] = {}
    if rest == "scaled" and fixed:
        whole_rest = sum(fixed.values())
        if not whole_rest:
            raise ConfigError.of("rest", "the lines that are not named have no share that could be scaled")
        others = {line: share / whole_rest for line, share in fixed.items()}
        names, fixed = [*names, REST], {}
    if len(names) < 2:
        what = f"is {names[0]} alone, whose share then follows from the others; name two lines, or take rest: scaled"
        raise ConfigError.of("lines", what, given=names[0])
    total = 1.0 - sum(fixed.values()) - sum(kept.values())
    lo, hi = _bounds(tuple(names), bounds)
    _feasible(tuple(names), lo, hi, total, {**fixed, **{k: v for k, v in kept.items() if v}})
    return _Shares(tuple(names), lo, hi, total, others)


def _bounds(names: tuple[str, ...], given: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    by_line: dict[str, Any] = {}
    if isinstance(given, Mapping):
        by_line = {str(name): pair for name, pair in given.items()}
        for name in by_line:
            if name not in names:
                raise ConfigError([unknown_name(f"bounds.{name}", f"{name!r} is not varied", name, names)])
    elif given is not None:
        by_line = {name: given for name in names if name != REST}
    lows, highs = [], []
    for name in names:
        path = f"bounds.{name}" if isinstance(given, Mapping) else "bounds"
        pair = sequence(by_line.get(name, (0.0, 1.0)), path, "bounds")
        if len(pair) != 2:
            raise ConfigError.of(path, "is not a pair; write [lo, hi]", given=str(pair)[:60])
        lo, hi = (number(end, path, "share") for end in pair)
        if not 0 <= lo <= hi <= 1:
            what = f"[{lo:g}, {hi:g}] is no pair of shares, the smaller first"
            raise ConfigError.of(path, what, given=f"{lo:g}, {hi:g}", allowed="0 … 1")
        lows.append(lo)
        highs.append(hi)
    return tuple(lows), tuple(highs)


def _feasible(
    names: tuple[str, ...],
    lo: tuple[float, ...],
    hi: tuple[float, ...],
    total: float,
    fixed: Mapping[str, float],
) -> None:
    """Refuse bounds within which no split sums to one."""
    stays = f"; {_shown(tuple(fixed), tuple(fixed.values()))} stays" if fixed else ""
    goal = f"the lines have {total:.6g} to share{stays}" if fixed else "the shares have to sum to 1"
    if sum(lo) > total + _NEAR:
        what = f"the lower bounds sum to {sum(lo):.6g} ({_shown(names, lo)}), but {goal}: no split can sum to one"
        raise ConfigError.of("bounds", what, given=f"{sum(lo):.6g}", allowed=f"at most {total:.6g}")
    if sum(hi) < total - _NEAR:
        what = f"the upper bounds sum to {sum(hi):.6g} ({_shown(names, hi)}), but {goal}: no split can sum to one"
        raise ConfigError.of("bounds", what, given=f"{sum(hi):.6g}", allowed=f"at least {total:.6g}")


def _steps(shares: _Shares, step: float) -> int:
    """Whole steps that the lower bounds leave."""
    if not 0.001 <= step <= 1:
        raise ConfigError.of("step", f"{step:g} is out of range", given=f"{step:g}", allowed="0.001 … 1")
    steps = round(shares.room / step)
    if abs(steps * step - shares.room) > 1e-6:
        fits = ", ".join(f"{shares.room / n:.4g}" for n in range(max(1, steps - 1), max(1, steps - 1) + 3))
        what = f"{step:g} does not divide the {shares.room:.6g} that the lower bounds leave; these do: {fits}"
        raise ConfigError.of("step", what, given=f"{step:g}")
    return steps


def _alpha(names: tuple[str, ...], given: Any) -> list[float]:
    by_line = (
        {str(k): v for k, v in given.items()} if isinstance(given, Mapping) else dict.fromkeys(names, given)
    )
    for name in by_line:
        if name not in names:
            raise ConfigError([unknown_name(f"alpha.{name}", f"{name!r} is not varied", name, names)])
    weights = [number(by_line.get(name, 1.0), "alpha") for name in names]
    for name, weight in zip(names, weights, strict=True):
        if not 0.01 <= weight <= 1e6:
            raise ConfigError.of(
                "alpha", f"{weight:g} for {name} is out of range", allowed="0.01 … 1,000,000"
            )
    return weights


def _ways(caps: Sequence[int], steps: int) -> int:
    """How many ways there are to hand out steps, so many at most to each."""
    ways = [1] + [0] * steps
    for cap in caps:
        ways = [sum(ways[max(0, n - cap) : n + 1]) for n in range(steps + 1)]
    return ways[steps]


def _lattice(caps: Sequence[int], steps: int) -> Iterator[tuple[int, ...]]:
    """All ways to hand out steps, in lexicographic order, without running into dead ends."""
    if len(caps) == 1:
        yield (steps,)
        return
    after = sum(caps[1:])
    for first in range(max(0, steps - after), min(caps[0], steps) + 1):
        for others in _lattice(caps[1:], steps - first):
            yield (first, *others)


def _design(scenario: Scenario, shares: _Shares, rows: Iterator[list[float]]) -> Design:
    lines = scenario.budget.lines

    def key(name: str) -> str:
        return "budget.kept" if name == KEPT else f"budget.split.{name}"

    factors = []
    for name in shares.names:
        if name == KEPT:
            factors.append(Factor(key(name), "Kept unspent", "留着不花", "share"))
        elif name != REST:
            line = lines[name]
            title_en = line.title_en or name
            factors.append(Factor(key(name), title_en, line.title_zh or title_en, "share"))
    points = []
    for row in rows:
        levels = {
            key(name): tidy(share) for name, share in zip(shares.names, row, strict=True) if name != REST
        }
        scaled = {key(line): tidy(row[-1] * part) for line, part in shares.others.items()}
        points.append(Point(levels, {**levels, **scaled}))
    return Design(tuple(factors), tuple(points))


def _shown(names: Sequence[str], shares: Sequence[float]) -> str:
    return " + ".join(f"{name} {share:.6g}" for name, share in zip(names, shares, strict=True))
