"""A scenario at another time: every date moved by the same number of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from prsim.errors import ConfigError
from prsim.scenario.calendar import is_date_only, moment
from prsim.scenario.frozen import FrozenDict
from prsim.scenario.root import Scenario

__all__ = ["moved"]


def moved(scenario: Scenario, start: str) -> Scenario:
    """The scenario with another first day.

    Phases, activities, incidents and every other date keep their distance to the first day, in whole days; times of the
    day stay. Days of the week do not, unless the distance is a multiple of seven.

    Parameters
    ----------
    scenario
        A loaded scenario.
    start
        New first day, an ISO date.

    Raises
    ------
    ConfigError
        If ``start`` is no date.
    """
    try:
        days = (moment(start).date() - moment(scenario.meta.start).date()).days
        if not is_date_only(start):
            raise ValueError(start)
        there: Scenario = _moved(scenario, timedelta(days=days))
    except (ValueError, OverflowError):
        raise ConfigError.of(
            "meta.start", f"{start!r} is not an ISO date such as 2025-02-01", given=start
        ) from None
    return there


def _moved(value: Any, by: timedelta) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        there = {}
        for f in fields(value):
            item = getattr(value, f.name)
            date = f.metadata["spec"].unit == "date" and bool(item)
            there[f.name] = _date(item, by) if date else _moved(item, by)
        return replace(value, **there)
    if isinstance(value, Mapping):
        return FrozenDict({key: _moved(item, by) for key, item in value.items()})
    if isinstance(value, tuple):
        return tuple(_moved(item, by) for item in value)
    return value


def _date(text: str, by: timedelta) -> str:
    when = moment(text) + by
    return when.date().isoformat() if is_date_only(text) else when.isoformat(timespec="minutes")
