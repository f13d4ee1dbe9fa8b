"""What every figure of a report shares: the language, the calendar, the number of runs, the markers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from prsim.report.dates import Dates
from prsim.report.numerals import Numerals
from prsim.report.parts import Digest, Incident, Title
from prsim.report.readings import Readings
from prsim.report.words import Words

__all__ = ["NARROW", "WIDE", "Figure", "Marker", "Setting", "set_up"]

WIDE = 780.0
NARROW = 360.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its words, drawn once for paper and desk, once for a phone."""

    title: str
    note: str
    wide: str
    narrow: str


@dataclass(frozen=True, slots=True)
class Marker:
    """An incident on a time axis; all times in hours since the scenario's start, NaN where unknown."""

    number: int
    ident: str
    title: str
    start_h: float
    first_response_h: float
    statement_h: float
    resolved_h: float


@dataclass(frozen=True, slots=True)
class Setting:
    """Shared by all figures of one report."""

    words: Words
    numbers: Numerals
    dates: Dates
    runs: int
    runs_for_95: int
    horizon_h: float
    markers: tuple[Marker, ...]

    def period(self) -> str:
        """First and last day."""
        return self.dates.period(0.0, max(self.horizon_h - 0.1, 0.0))

    def say(self, title: Title) -> str:
        """A title in the report's language."""
        return title.say(self.words.language)


def _marker(incident: Incident, language: str) -> Marker:
    return Marker(
        number=incident.number,
        ident=incident.title.ident,
        title=incident.title.say(language),
        start_h=incident.start_h,
        first_response_h=incident.start_h + incident.first_response_h.q50,
        statement_h=incident.start_h + incident.statement_h.q50,
        resolved_h=incident.start_h + incident.resolved_h.q50,
    )


def set_up(digest: Digest, readings: Readings, language: str) -> Setting:
    """The setting of a report.

    Raises
    ------
    ValueError
        When the language is not known.
    """
    words = Words(language, {key: title.say(language) for key, title in digest.names.items()})
    days = digest.scenario.horizon_days
    horizon_h = max(days * 24 if math.isfinite(days) else 0.0, readings.horizon_h)
    return Setting(
        words=words,
        numbers=Numerals(language),
        dates=Dates.from_iso(digest.scenario.start, language),
        runs=digest.runs,
        runs_for_95=digest.runs_for_95,
        horizon_h=horizon_h,
        markers=tuple(_marker(i, language) for i in digest.incidents if math.isfinite(i.start_h)),
    )
