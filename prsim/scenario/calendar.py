"""Dates of the scenario as hours since its start, and back.

A date without a time stands for 09:00 of that day where something begins (an activity, an incident), for
00:00 where a period begins (a phase, the scenario) and for 24:00 where a period ends (the last day counts).
All times are local; a time zone is refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

__all__ = ["OFFICE_OPENS_H", "is_date_only", "moment", "hours_since", "end_of_day_h", "at_hour", "weekday"]

OFFICE_OPENS_H = 9.0


def is_date_only(text: str) -> bool:
    """Whether an ISO text gives no time of day."""
    return len(text.strip()) <= 10 and ":" not in text


@lru_cache(maxsize=256)
def moment(text: str, *, default_h: float = 0.0) -> datetime:
    """The local time that an ISO date or date and time names.

    Parameters
    ----------
    text
        ``"2024-03-01"`` or ``"2024-03-01T14:30"``.
    default_h
        Hour of the day that a date without a time stands for.

    Raises
    ------
    ValueError
        If the text is not an ISO date, or carries a time zone.
    """
    text = text.strip()
    when = datetime.fromisoformat(text)
    if when.tzinfo is not None:
        raise ValueError(f"{text!r} carries a time zone; times of a scenario are local")
    return when + timedelta(hours=default_h) if is_date_only(text) else when


def hours_since(start: str, text: str, *, default_h: float = OFFICE_OPENS_H) -> float:
    """Hours from the scenario's start to a date (09:00 where no time is given)."""
    return (moment(text, default_h=default_h) - moment(start)).total_seconds() / 3600.0


def end_of_day_h(start: str, text: str) -> float:
    """Hours from the scenario's start to the end of a last day (or to the time given)."""
    return hours_since(start, text, default_h=24.0)


def at_hour(start: str, hours: float) -> datetime:
    """The local time so many hours after the scenario's start."""
    return moment(start) + timedelta(hours=hours)


def weekday(start: str, hours: float) -> int:
    """Day of the week at that hour, Monday 0 … Sunday 6."""
    return at_hour(start, hours).weekday()


def next_window(start: str, hours: float, windows: tuple[float, ...]) -> float:
    """The hour itself if it lies in a posting window of a workday, else the beginning of the next window.

    Parameters
    ----------
    windows
        Begin and end of each window in hours of the day, one after the other; empty: any time will do.
    """
    spans = list(zip(windows[::2], windows[1::2], strict=False))
    if not spans:
        return hours
    for day in range(8):
        midnight = (hours // 24.0 + day) * 24.0
        if weekday(start, midnight) >= 5:
            continue
        for begin, end in spans:
            if hours < midnight + end:
                return max(hours, midnight + begin)
    return hours
