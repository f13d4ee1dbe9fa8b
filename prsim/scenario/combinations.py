"""Several values of a key on the command line, written as for Hydra: ``key=a,b``, ``key=range(1,4)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from prsim.errors import ConfigError
from prsim.scenario.overrides import parse

__all__ = ["MOST", "Combination", "combinations"]

MOST = 100  # combinations; more of them are a study


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of values.

    Attributes
    ----------
    overrides
        Everything that is set.
    chosen
        The part of it that other combinations set otherwise: value by key.
    """

    overrides: tuple[str, ...]
    chosen: dict[str, str]


def combinations(overrides: Sequence[str]) -> list[Combination]:
    """Every combination of the values that overrides list, the last one changing fastest.

    Raises
    ------
    ConfigError
        If an override cannot be read, gives a value of which there is no list, or there are too many combinations.
    """
    choices = [_values(text) for text in overrides]
    count = 1
    for values in choices:
        count *= len(values)
    if count > MOST:
        what = f"{count:,} combinations are too many for whole runs; an experiment does as many: prsim sweep --help"
        raise ConfigError.of("", what, allowed=f"at most {MOST}")
    varied = [len(values) > 1 for values in choices]
    out = []
    for chosen in product(*choices):
        named = dict(text.split("=", 1) for text, several in zip(chosen, varied, strict=True) if several)
        out.append(Combination(chosen, named))
    return out


def _values(text: str) -> list[str]:
    """The overrides that one with several values stands for."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(text)
    except (HydraException, ValueError, RecursionError):
        parse([text])  # says what is wrong with it, or knows better
        return [text]
    if not override.is_sweep_override():
        return [text]
    key = text.partition("=")[0]
    if not override.is_discrete_sweep():
        raise ConfigError.of(key, f"{text!r} names no single values; write them out: {key}=1,2,3", given=text)
    return [f"{key}={value}" for value in override.sweep_string_iterator()]
