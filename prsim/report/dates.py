"""Scenario hours as calendar dates, and the ticks of a calendar axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from prsim.report.numerals import MISSING

__all__ = ["Dates", "Tick"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_STRIDES = (1, 2, 3, 6, 12, 24, 60)
_DAY_STRIDES = (1, 2, 3, 7, 14, 28)
_HOUR_STRIDES = (1, 2, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the time axis: hours since the start and what to print there."""

    hour: float
    label: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Turns hours since the start into dates; without a start, into day numbers."""

    start: datetime | None
    language: str = "en"

    @classmethod
    def from_iso(cls, start: object, language: str) -> Dates:
        """Read an ISO date or datetime; anything unreadable gives day numbers."""
        try:
            parsed = datetime.fromisoformat(str(start)).replace(tzinfo=None) if start else None
        except ValueError:
            parsed = None
        return cls(parsed, language)

    def _at(self, hour: float) -> datetime | None:
        if self.start is None or not math.isfinite(hour):
            return None
        try:
            return self.start + timedelta(hours=float(hour))
        except OverflowError:
            return None

    def _day_number(self, hour: float) -> str:
        if not math.isfinite(hour):
            return MISSING
        day = int(hour // 24) + 1
        return f"第{day}天" if self.language == "zh" else f"day {day}"

    def day(self, hour: float, *, year: bool = False) -> str:
        """``12 Mar`` or ``3月12日``, with the year on request."""
        date = self._at(hour)
        if date is None:
            return self._day_number(hour)
        if self.language == "zh":
            return (f"{date.year}年" if year else "") + f"{date.month}月{date.day}日"
        return f"{date.day} {_MONTHS[date.month - 1]}" + (f" {date.year}" if year else "")

    def moment(self, hour: float) -> str:
        """Day and time of day, to the minute."""
        if not math.isfinite(hour):
            return MISSING
        minutes = round(hour * 60)
        date = self._at(minutes / 60)
        clock = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}" if date is None else f"{date:%H:%M}"
        return f"{self.day(minutes / 60)} {clock}"

    def period(self, first_h: float, last_h: float) -> str:
        """A span of dates, with the year once when it is the same."""
        first, last = self._at(first_h), self._at(last_h)
        same_year = first is not None and last is not None and first.year == last.year
        if self.language == "zh":
            return self.day(first_h, year=True) + "至" + self.day(last_h, year=not same_year)
        return self.day(first_h, year=not same_year) + " – " + self.day(last_h, year=True)

    def ticks(self, first_h: float, last_h: float, most: int) -> list[Tick]:
        """At most `most` ticks between two hours: months, else days, else hours of the day."""
        span = last_h - first_h
        if not span > 0:
            return [Tick(first_h, self.day(first_h))]
        if self.start is not None and span > 70 * 24:
            ticks = self._months(first_h, last_h, most)
            if ticks:
                return ticks
        if span >= 3 * 24:
            return self._days(first_h, last_h, most)
        stride = next((s for s in _HOUR_STRIDES if span / s <= most), 24)
        begin = math.ceil(first_h / stride) * stride
        hours = [begin + i * stride for i in range(int((last_h - begin) // stride) + 1)]
        return [Tick(hour, self.moment(hour)) for hour in hours]

    def _months(self, first_h: float, last_h: float, most: int) -> list[Tick]:
        begin, end = self._at(first_h), self._at(last_h)
        if begin is None or end is None or self.start is None:
            return []
        months = (end.year - begin.year) * 12 + end.month - begin.month + 1
        stride = next((s for s in _MONTH_STRIDES if months / s <= most), _MONTH_STRIDES[-1])
        ticks: list[Tick] = []
        year_shown: int | None = None
        for index in range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month):
            if index % stride:
                continue
            date = datetime(index // 12, index % 12 + 1, 1)
            hour = (date - self.start).total_seconds() / 3600
            if first_h <= hour <= last_h:
                ticks.append(Tick(hour, self._month_label(date, with_year=date.year != year_shown)))
                year_shown = date.year
        return ticks

    def _month_label(self, date: datetime, *, with_year: bool) -> str:
        if self.language == "zh":
            return (f"{date.year}年" if with_year else "") + f"{date.month}月"
        return _MONTHS[date.month - 1] + (f" {date.year}" if with_year else "")

    def _days(self, first_h: float, last_h: float, most: int) -> list[Tick]:
        days = (last_h - first_h) / 24
        stride = next((s for s in _DAY_STRIDES if days / s < most), math.ceil(days / most))
        midnight = 0.0
        if self.start is not None:
            midnight = -(self.start.hour + self.start.minute / 60)
        begin = math.ceil((first_h - midnight) / 24) * 24 + midnight
        count = int((last_h - begin) // (24 * stride)) + 1
        return [
            Tick(hour, self.day(hour)) for hour in (begin + i * 24 * stride for i in range(max(count, 0)))
        ]
