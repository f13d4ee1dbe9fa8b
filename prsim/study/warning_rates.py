"""From alarms to rates: hits, lead time, false alarms, precision, what a tool adds; all with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv

from prsim.spread.draws import Stream, stream_key
from prsim.statistics.proportions import wilson
from prsim.study.verdicts import better_or_worse, effect_of

__all__ = ["Rates", "compare_tools", "operating_areas", "poisson_interval", "setting_rates"]

RESAMPLES = 1000
LEVELS = (0.025, 0.975)
PROMPT_H = 0.5  # M18: warning within 30 min

type Setting = tuple[float, float]
type Values = NDArray[np.float64]
type Flags = NDArray[np.bool_]


class Rates:
    """Cases, alarms and harmless bursts under many settings, resampled alike for all of them.

    Cases are resampled, and months of harmless bursts. Since every setting sees the same cases and months, resampled
    differences between settings are paired (common random numbers). Resampled values are arrays whose first element
    is the estimate itself.

    Parameters
    ----------
    cases : DataFrame
        One row for each case: ``case, crisis, deadline_h``.
    alarms : DataFrame
        One row for each case and setting: ``case, factor, tool, alarm_h, detected_h`` (hours since the case began).
    per_month
        Incidents a month, of which the cases are a random sample.
    bursts
        Harmless bursts in each month watched, int[months].
    false_alarms
        For each setting (factor, tool) how many of them raise the alarm, int[months].
    """

    def __init__(
        self,
        cases: pd.DataFrame,
        alarms: pd.DataFrame,
        per_month: float,
        bursts: NDArray[np.int64],
        false_alarms: Mapping[Setting, NDArray[np.int64]],
    ) -> None:
        self.per_month = per_month
        self.crisis: Flags = cases["crisis"].to_numpy(bool)
        self.deadline: Values = cases["deadline_h"].to_numpy(float)
        self.bursts, self.false_alarms = bursts, false_alarms
        self._known: dict[Setting, Values] = {}
        self._raised: dict[Setting, Values] = {}
        for f, t in sorted(set(zip(alarms["factor"], alarms["tool"], strict=True))):
            part = alarms[(alarms["factor"] == f) & (alarms["tool"] == t)].set_index("case")
            part = part.reindex(cases["case"])
            self._known[f, t] = np.nan_to_num(part["detected_h"].to_numpy(float), nan=np.inf)
            self._raised[f, t] = np.nan_to_num(part["alarm_h"].to_numpy(float), nan=np.inf)
        rng = np.random.Generator(np.random.Philox(key=int(stream_key(0, Stream.SURVEY, "bootstrap"))))
        self._case_weights = _weights(rng, len(cases))
        self._month_weights = _weights(rng, len(bursts))

    @property
    def settings(self) -> list[Setting]:
        """The settings (factor, tool), in order."""
        return list(self._known)

    def known(self, setting: Setting) -> Values:
        """Hours from the start of each case until the team knows; inf where it never does."""
        return self._known[setting]

    def raised(self, setting: Setting) -> Values:
        """Hours from the start of each case until the alarm; inf where there is none."""
        return self._raised[setting]

    def alarmed(self, setting: Setting) -> Flags:
        """Whether each case raised the alarm."""
        return np.isfinite(self.raised(setting))

    def hits(self, setting: Setting) -> Flags:
        """Whether each case is a crisis known before its deadline."""
        return np.asarray(self.crisis & (self.known(setting) < self.deadline))

    # resampled -----------------------------------------------------------------------------------------------

    def hit_rate(self, setting: Setting) -> Values:
        """Share of the crises known before their deadline."""
        return _ratio(self._case_weights @ self.hits(setting), self._case_weights @ self.crisis)

    def cases_per_month(self, which: Flags) -> Values:
        """Such cases a month."""
        return np.asarray(self._case_weights @ which * (self.per_month / max(1, len(which))), float)

    def small_per_month(self, setting: Setting) -> Values:
        """Alarms a month for incidents that stay small."""
        return self.cases_per_month(self.alarmed(setting) & ~self.crisis)

    def bursts_per_month(self, setting: Setting | None = None) -> Values:
        """Harmless bursts a month that raise the alarm (without a setting: all)."""
        counts = self.bursts if setting is None else self.false_alarms[setting]
        return np.asarray(self._month_weights @ counts / max(1, len(counts)), float)

    def false_per_month(self, setting: Setting) -> Values:
        """False alarms a month of both kinds."""
        return self.small_per_month(setting) + self.bursts_per_month(setting)

    def precision(self, setting: Setting) -> Values:
        """Share of the alarms that are crises."""
        right = self.cases_per_month(self.alarmed(setting) & self.crisis)
        return _ratio(right, right + self.false_per_month(setting))

    def harmless_alarmed(self, setting: Setting) -> Values:
        """Share of harmless matters, small incidents and bursts, that raise the alarm."""
        return _ratio(
            self.false_per_month(setting), self.cases_per_month(~self.crisis) + self.bursts_per_month()
        )


def _weights(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """How often each of ``n`` is drawn: once for the estimate, then at random."""
    if not n:
        return np.zeros((RESAMPLES + 1, 0), np.int64)
    return np.vstack([np.ones((1, n), np.int64), rng.multinomial(n, np.full(n, 1.0 / n), RESAMPLES)])


def _ratio(part: NDArray[Any], base: NDArray[Any]) -> Values:
    return np.asarray(np.divide(part, base, out=np.full(len(base), np.nan), where=base > 0))


def bootstrap_interval(values: Values) -> tuple[float, float]:
    """Percentile interval (95 %) of resampled values, their first element left out."""
    good = values[1:][np.isfinite(values[1:])]
    if not len(good):
        return math.nan, math.nan
    lo, hi = np.quantile(good, LEVELS)
    return float(lo), float(hi)


def poisson_interval(events: int, base: float) -> tuple[float, float]:
    """Exact 95 % interval of a rate: events counted over a base (Garwood 1936)."""
    if base <= 0.0:
        return 0.0, math.inf
    lo = float(gammaincinv(events, LEVELS[0])) if events else 0.0
    return float(lo / base), float(gammaincinv(events + 1, LEVELS[1]) / base)


def _quantiles(values: Values, name: str) -> dict[str, float]:
    """10 %, median and 90 %; never interpolated, because inf stands for later than everything."""
    return {
        f"{name}_q{round(100 * level)}": float(np.quantile(values, level, method="inverted_cdf"))
        if len(values)
        else math.nan
        for level in (0.1, 0.5, 0.9)
    }


def _proportion(part: Flags, base: Flags, name: str) -> dict[str, float]:
    lo, hi = wilson(int(part.sum()), int(base.sum()))
    return {
        name: float(part.sum() / base.sum()) if base.any() else math.nan,
        f"{name}_lo": lo,
        f"{name}_hi": hi,
    }


def setting_rates(rates: Rates) -> pd.DataFrame:
    """What every setting does: one row for each factor and tool level.

    Returns
    -------
    DataFrame
        ``hit_rate`` is the share of crises known before their deadline, ``noticed_rate`` the share known at all,
        and ``prompt_rate`` the share known within half an hour (M18; Wilson intervals); ``alarm_h``, ``detected_h`` and
        ``lead_h`` are quantiles over crises (inf and -inf: never), ``lag_h`` those from alarm to knowledge;
        ``small_alarm_rate`` is the share of incidents that stay small and raise the alarm; ``small_per_month`` and
        ``bursts_per_month`` are the two kinds of false alarms; ``precision`` is the share of alarms that are crises
        (bootstrap).
    """
    crisis, small = rates.crisis, ~rates.crisis
    out = []
    for setting in rates.settings:
        known, alarmed = rates.known(setting), rates.alarmed(setting)
        heard = crisis & alarmed
        lo, hi = poisson_interval(int(rates.false_alarms[setting].sum()), len(rates.bursts))
        precision = rates.precision(setting)
        p_lo, p_hi = bootstrap_interval(precision)
        out.append(
            {
                "factor": setting[0],
                "tool": setting[1],
                "crises": int(crisis.sum()),
                **_proportion(rates.hits(setting), crisis, "hit_rate"),
                **_proportion(np.isfinite(known) & crisis, crisis, "noticed_rate"),
                **_proportion((known <= PROMPT_H) & crisis, crisis, "prompt_rate"),
                **_quantiles(rates.raised(setting)[crisis], "alarm_h"),
                **_quantiles(known[heard] - rates.raised(setting)[heard], "lag_h"),
                **_quantiles(known[crisis], "detected_h"),
                **_quantiles(rates.deadline[crisis] - known[crisis], "lead_h"),
                "small": int(small.sum()),
                **_proportion(alarmed & small, small, "small_alarm_rate"),
                "small_per_month": rates.small_per_month(setting)[0],
                "bursts_per_month": rates.bursts_per_month(setting)[0],
                "bursts_per_month_lo": lo,
                "bursts_per_month_hi": hi,
                "false_per_month": rates.false_per_month(setting)[0],
                "precision": precision[0],
                "precision_lo": p_lo,
                "precision_hi": p_hi,
            }
        )
    return pd.DataFrame(out)


def compare_tools(rates: Rates) -> pd.DataFrame:
    """Every tool level against the lowest at the same thresholds, paired case by case.

    Returns
    -------
    DataFrame
        ``factor, tool, measure, mean, lo, hi, verdict``; a difference is the level's value minus the lowest level's.
        ``detected_h`` is over crises known under both (:func:`effect_of`), the others are resampled.
    """
    out = []
    for factor, tool in rates.settings:
        here, low = (factor, tool), (factor, min(t for f, t in rates.settings if f == factor))
        if here == low:
            continue
        both = rates.crisis & np.isfinite(rates.known(here)) & np.isfinite(rates.known(low))
        rows = {
            "detected_h": effect_of(rates.known(here)[both], rates.known(low)[both], better_up=False),
            "hit_rate": _resampled(rates.hit_rate(here) - rates.hit_rate(low), better_up=True),
            "false_per_month": _resampled(
                rates.false_per_month(here) - rates.false_per_month(low), better_up=False
            ),
        }
        out += [{"factor": factor, "tool": tool, "measure": name, **row} for name, row in rows.items()]
    return pd.DataFrame(out, columns=["factor", "tool", "measure", "mean", "lo", "hi", "verdict"])


def _resampled(differences: Values, better_up: bool) -> dict[str, Any]:
    """The same as :func:`effect_of` says, of a difference of rates: these are no means of pairs."""
    lo, hi = bootstrap_interval(differences)
    return {
        "mean": float(differences[0]),
        "lo": lo,
        "hi": hi,
        "verdict": better_or_worse(lo, hi, better_up),
    }


def operating_areas(rates: Rates) -> pd.DataFrame:
    """Area under each tool level's curve of hit rate over the share of harmless matters that raise the alarm.

    Harmless matters are incidents that stay small and harmless bursts, each as often as it happens. The curve starts
    at "never an alarm" (0, 0) and goes on level from its last point: what is not known in time at the lowest
    threshold is not known in time at any.

    Returns
    -------
    DataFrame
        ``tool, area, lo, hi`` (bootstrap).
    """
    out = []
    for tool in sorted({t for _, t in rates.settings}):
        settings = [s for s in rates.settings if s[1] == tool]
        areas = _areas(
            np.array([rates.harmless_alarmed(s) for s in settings]),
            np.array([rates.hit_rate(s) for s in settings]),
        )
        lo, hi = bootstrap_interval(areas)
        out.append({"tool": tool, "area": float(areas[0]), "lo": lo, "hi": hi})
    return pd.DataFrame(out, columns=["tool", "area", "lo", "hi"])


def _areas(x: Values, y: Values) -> Values:
    """Areas under curves, one per column of float64[settings, curves]; nan where there is nothing to measure."""
    order = np.argsort(x, axis=0, kind="stable")
    x, y = np.take_along_axis(x, order, 0), np.take_along_axis(y, order, 0)
    y = np.maximum.accumulate(y, axis=0)
    none, all_ = np.zeros((1, x.shape[1])), np.ones((1, x.shape[1]))
    return np.asarray(np.trapezoid(np.vstack([none, y, y[-1:]]), np.vstack([none, x, all_]), axis=0))
