"""What every part of a study's report shares: the study, the language, and what points and measures are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from prsim.report.dates import Dates
from prsim.report.measures import TOTAL, kind_of, unit_of
from prsim.report.numerals import MISSING, Numerals
from prsim.report.palette import BLUE, GREEN, PURPLE, VERMILION
from prsim.report.parts import Title, number, text
from prsim.report.setting import Marker, Setting
from prsim.report.study_digest import Factor, Measure, Result, StudyDigest
from prsim.report.study_words import CURVE_MEASURES, STRATEGIES, STUDY_TEXT
from prsim.report.titles import KINDS
from prsim.report.words import LANGUAGES, Words

__all__ = ["StudySetting", "colour_of", "digits_for", "lowered", "set_up_study"]

_COLOURS = {
    "nps": BLUE,
    "sentiment": GREEN,
    "trust": GREEN,
    "satisfaction": GREEN,
    "negative_share": VERMILION,
}
_RUNS_FOR_95 = 40
_SAME_START_H = 1.0  # an incident that begins within this time in all runs is a date, not chance
_DIGITS = {"points": 1, "share": 1, "index": 2}  # decimals that such a number has anyway
_ANY = Title("incident", *KINDS["incident"])  # of an incident that is another one at other points
_KNOWN_UNITS = ("share", "h", "points", "persons", "index", "fen")


def colour_of(measure: Measure) -> str:
    """The colour of a measure in all figures."""
    return _COLOURS.get(measure.metric, PURPLE)


@dataclass(frozen=True, slots=True)
class StudySetting:
    """Words and numbers of one report."""

    study: StudyDigest
    setting: Setting
    names: Mapping[str, Title]

    @property
    def language(self) -> str:
        """``en`` or ``zh``."""
        return self.setting.words.language

    @property
    def numbers(self) -> Numerals:
        """How numbers are written."""
        return self.setting.numbers

    def say(self, key: str, **parts: object) -> str:
        """The text of a key with its parts filled in; an unknown key raises KeyError."""
        said = STUDY_TEXT[key][LANGUAGES.index(self.language)]
        return said.format(**parts) if parts else said

    def title(self, factor: Factor) -> str:
        """What a factor is called."""
        return factor.title.say(self.language)

    def named(self, kind: str, ident: str) -> str:
        """What an incident, a strategy or another level is called."""
        for name in (kind, kind.rpartition(".")[2]):
            if f"{name}:{ident}" in self.names:
                return self.names[f"{name}:{ident}"].say(self.language)
        if "strategy" in kind and ident in STRATEGIES:
            return STRATEGIES[ident][LANGUAGES.index(self.language)]
        return ident.replace("_", " ").strip() or MISSING

    def incident(self, ident: object) -> str:
        """What an incident of the curve is called; none is the plan's own incidents."""
        return self.named("incident", text(ident)) if text(ident) else self.say("whole_plan")

    def strategy(self, ident: object) -> str:
        """What a strategy of the curve is called; none is the plan's own."""
        return self.named("strategy", text(ident)) if text(ident) else self.say("own_strategy")

    def level(self, factor: Factor, level: Any) -> str:
        """A level as a table shows it."""
        if factor.category:
            return self.named(factor.name, text(level))
        if factor.unit in _KNOWN_UNITS:
            return self.numbers.target(number(level), factor.unit)
        return self.significant(number(level))

    def significant(self, value: float) -> str:
        """A number with three significant digits and no idle zeros."""
        if not math.isfinite(value):
            return MISSING
        if abs(value) >= 1000:
            return self.numbers.count(value)
        digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
        said = self.numbers.plain(value, min(digits, 6))
        return said.rstrip("0").rstrip(".") if "." in said else said

    def split(self, index: int) -> str:
        """The shares of the budget of a point, in the order of the lines: ``35/25/20/15/5``."""
        return "/".join(f"{100 * float(line.levels[index]):.0f}" for line in self.study.split)

    def number(self, index: int) -> str:
        """The number of a point."""
        return f"#{self.study.points[index]}"

    def levels(self, index: int) -> str:
        """The levels of a point in one line, those that do not vary left out."""
        said = [self.split(index)] if self.study.split else []
        for factor in self.study.varied:
            if factor in self.study.split:
                continue
            level = self.level(factor, factor.levels[index])
            plain = factor.category or factor.unit == "h"
            said.append(level if plain else f"{self.title(factor)} {level}")
        return " · ".join(said)

    def described(self, index: int) -> str:
        """Number of a point and all its levels in words, for a sentence."""
        lines = [
            f"{self.title(line)} {self.numbers.percent(line.levels[index], 0)}" for line in self.study.split
        ]
        said = [*lines, self.levels(index).removeprefix(self.split(index)).removeprefix(" · ")]
        levels = ("，" if self.language == "zh" else ", ").join(part for part in said if part)
        return self.say("interval", mean=self.number(index), band=levels) if levels else self.number(index)

    def label(self, index: int) -> str:
        """Number and levels of a point."""
        levels = self.levels(index)
        return f"{self.number(index)} · {levels}" if levels else self.number(index)

    def measure(self, measure: Measure) -> str:
        """What a result is called: the measure and how a run is summed up."""
        metric = self.setting.words.metric(measure.metric)
        if kind_of(measure.metric) == TOTAL:
            return metric
        return self.say(
            f"stat_{measure.statistic}", metric=metric, inline=self.setting.words.inline(measure.metric)
        )

    def inline(self, measure: Measure) -> str:
        """What a result is called within a sentence."""
        return lowered(self.measure(measure))

    def unit(self, measure: Measure) -> str:
        """The unit of a result."""
        return unit_of(measure.metric)

    def least_span(self, measure: Measure) -> float:
        """The least range of a result worth an axis."""
        return {"points": 0.5, "index": 0.01, "share": 0.01}.get(self.unit(measure), 1.0)

    def metric(self, name: str, statistic: str) -> str:
        """As `measure`, by name; a statistic without a title stands behind the measure."""
        if f"stat_{statistic}" in STUDY_TEXT:
            return self.measure(Measure(name, statistic, True))
        return f"{self.setting.words.metric(name)} · {statistic}"

    def curve_measure(self, name: str) -> tuple[str, str]:
        """Title and unit of a measure of the response curve."""
        unit = CURVE_MEASURES[name][2] if name in CURVE_MEASURES else unit_of(name)
        if f"measure:{name}" in self.names:
            return self.names[f"measure:{name}"].say(self.language), unit
        if name in CURVE_MEASURES:
            return CURVE_MEASURES[name][LANGUAGES.index(self.language)], unit
        return self.setting.words.metric(name), unit

    def spread(self, result: Result) -> float:
        """How far the means of the points lie apart."""
        return float(np.nanmax(result.mean) - np.nanmin(result.mean))

    def write(self, value: float, unit: str, spread: float = math.nan) -> str:
        """A number with its unit, with as many digits as it takes to tell numbers apart that span `spread`."""
        digits = digits_for(spread, unit)
        if digits > _DIGITS.get(unit, 6) and math.isfinite(value):
            return (
                self.numbers.percent(value, digits) if unit == "share" else self.numbers.plain(value, digits)
            )
        return self.numbers.value(value, unit)

    def band(self, low: float, high: float, unit: str, spread: float = math.nan) -> str:
        """An interval, ``20.8 to 21.7``; a dash where there is none."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return MISSING
        if digits_for(spread, unit) <= _DIGITS.get(unit, 6):
            return self.numbers.band(low, high, unit)
        return self.say("band", low=self.write(low, unit, spread), high=self.write(high, unit, spread))

    def interval(self, mean: float, low: float, high: float, unit: str, spread: float = math.nan) -> str:
        """``21.3 (20.8 to 21.7)``; the mean alone where there is no interval."""
        said, band = self.write(mean, unit, spread), self.band(low, high, unit, spread)
        return said if band == MISSING else self.say("interval", mean=said, band=band)

    def result(self, result: Result, index: int) -> str:
        """Mean and interval of a point."""
        ends = float(result.mean[index]), float(result.lo[index]), float(result.hi[index])
        return self.interval(*ends, self.unit(result.measure), self.spread(result))

    def tick(self, value: float, unit: str, step: float) -> str:
        """An axis label; hours stay hours, however many."""
        return self.numbers.tick(value, "count" if unit == "h" else unit, step)

    def sentences(self, said: list[str]) -> str:
        """Sentences as a paragraph."""
        return self.setting.words("space").join(part for part in said if part)


def digits_for(spread: float, unit: str) -> int:
    """Decimals that resolve a tenth of a spread; 0 without one."""
    scaled = 100 * spread if unit == "share" else spread
    return min(max(math.ceil(-math.log10(scaled / 10)), 0), 6) if scaled > 0 else 0


def lowered(title: str) -> str:
    """A title as it stands within a sentence; an abbreviation keeps its capitals."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def set_up_study(study: StudyDigest, language: str) -> StudySetting:
    """The setting of a study's report.

    Raises
    ------
    ValueError
        When the language is not known.
    """
    words = Words(language)
    facts = study.facts.get("scenario") or {}
    names = {str(key): Title.of(row) for key, row in (study.facts.get("names") or {}).items()}
    names |= {key: title for key, title in _incidents(study).items() if key not in names}
    days = number(facts.get("horizon_days"))
    last = float(study.bands["time_h"].max()) if len(study.bands) else 0.0
    setting = Setting(
        words=words,
        numbers=Numerals(language),
        dates=Dates.from_iso(facts.get("start"), language),
        runs=study.replicates,
        runs_for_95=_RUNS_FOR_95,
        horizon_h=days * 24 if math.isfinite(days) else last,
        markers=_markers(study, names, language),
    )
    return StudySetting(study, setting, names)


def _incidents(study: StudyDigest) -> dict[str, Title]:
    """Titles of the incidents that struck."""
    if not len(study.incidents) or "title_en" not in study.incidents.columns:
        return {}
    columns = [c for c in ("point", "incident", "title_en", "title_zh") if c in study.incidents.columns]
    struck = study.incidents[columns].drop_duplicates()
    rows = [{str(key): value for key, value in row.items()} for row in struck.to_dict("records")]
    of_id: dict[str, set[Title]] = {}
    for row in rows:
        of_id.setdefault(f"incident:{row['incident']}", set()).add(Title.of({**row, "id": ""}))
    found = {ident: next(iter(named)) if len(named) == 1 else _ANY for ident, named in of_id.items()}
    # where a level of the factor is one incident alone, that incident's title is the level's
    for factor in (factor for factor in study.factors if factor.name == "incident"):
        levels = {study.points[index]: level for index, level in enumerate(factor.levels)}
        titles: dict[Any, set[Title]] = {}
        for row in rows:
            titles.setdefault(levels.get(row["point"]), set()).add(Title.of({**row, "id": ""}))
        found |= {f"incident:{level}": next(iter(only)) for level, only in titles.items() if len(only) == 1}
    return found


def _markers(study: StudyDigest, names: Mapping[str, Title], language: str) -> tuple[Marker, ...]:
    """The incidents that strike at the same time in every run of every point."""
    table = study.incidents
    done = study.runs.get("done", 0)
    if not len(table) or "start_h" not in table.columns:
        return ()
    found = []
    for ident, part in table.groupby("incident", observed=True, sort=False):
        start = part["start_h"].to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isfinite(start).all() and np.ptp(start) <= _SAME_START_H and len(part) >= done:
            found.append((float(np.median(start)), str(ident)))
    return tuple(
        Marker(
            place, ident, names.get(f"incident:{ident}", Title(ident)).say(language), start, *[math.nan] * 3
        )
        for place, (start, ident) in enumerate(sorted(found), start=1)
    )
