"""Numbers as a reader wants them: percent, points, hours, 万/亿 or k/M, yuan out of fen."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

__all__ = ["MISSING", "Numerals"]

MISSING = "—"
_MINUS = "−"
_HOURS_SHOWN_AS_DAYS_FROM = 72.0
_ENGLISH_STEPS = ((1e9, "B"), (1e6, "M"), (1e4, "k"))
_CHINESE_STEPS = ((1e8, "亿"), (1e4, "万"))


@dataclass(frozen=True, slots=True)
class Numerals:
    """Formats numbers in one language.

    Units understood by `value` and `delta`: ``share`` (0..1), ``ratio`` (relative change, −0.5 is −50 %),
    ``points``, ``index`` (−1..1), ``h``, ``count``, ``persons``, ``fen``; any other unit is printed after the number.
    """

    language: str = "en"

    @property
    def chinese(self) -> bool:
        """Whether the language is Chinese."""
        return self.language == "zh"

    def plain(self, number: float, digits: int = 0) -> str:
        """A number with thousands separators and a true minus sign, never "−0"."""
        if not math.isfinite(number):
            return MISSING
        text = f"{abs(number):,.{digits}f}"
        is_zero = not text.strip("0.,")
        return text if number >= 0 or is_zero else _MINUS + text

    def percent(self, share: float, digits: int | None = None) -> str:
        """A share of one as percent; without `digits`, as many as a small one needs."""
        if digits is None:
            digits = 1 if abs(share) >= 0.00995 or share == 0 else 2 if abs(share) >= 0.000995 else 3
        return self.plain(share * 100, digits) + "%" if math.isfinite(share) else MISSING

    def count(self, number: float) -> str:
        """A count, shortened to k/M/B or 万/亿 from ten thousand up."""
        if not math.isfinite(number):
            return MISSING
        size = abs(number)
        for step, suffix in _CHINESE_STEPS if self.chinese else _ENGLISH_STEPS:
            if size >= step * 0.99995:
                scaled = number / (1e3 if suffix == "k" else step)
                return self._short(scaled) + suffix
        whole = size >= 100 or abs(number - round(number)) < 0.05
        return self.plain(number, 0 if whole else 1)

    def _short(self, scaled: float) -> str:
        # 万 runs to 9,999 where k and M run to 999, so it keeps a decimal longer
        digits = 0 if abs(scaled) >= (999.95 if self.chinese else 99.95) else 1 if abs(scaled) >= 9.995 else 2
        text = self.plain(scaled, digits)
        return text.rstrip("0").rstrip(".") if "." in text else text

    def money(self, fen: float) -> str:
        """Yuan out of fen: ``¥1.2M``, ``120万元``."""
        if not math.isfinite(fen):
            return MISSING
        yuan = fen / 100
        if self.chinese:
            return self.count(round(yuan)) + "元"
        text = self.count(round(yuan))
        return _MINUS + "¥" + text[1:] if text.startswith(_MINUS) else "¥" + text

    def hours(self, hours: float, like: float | None = None) -> str:
        """A span of time in the unit a reader would say it (or `like`) in: minutes, hours or days."""
        if not math.isfinite(hours):
            return MISSING
        size = abs(hours if like is None else like)
        if 0 < size < 0.995:
            return self.plain(hours * 60) + (" 分钟" if self.chinese else " min")
        if size < _HOURS_SHOWN_AS_DAYS_FROM:
            whole = size >= 9.95 or abs(hours - round(hours)) < 0.005
            return self.plain(hours, 0 if whole else 1) + (" 小时" if self.chinese else " h")
        return self.plain(hours / 24, 1) + (" 天" if self.chinese else " days")

    def target(self, number: float, unit: str) -> str:
        """A number somebody set, without decimals that say nothing: 40, not 40.0."""
        text = self.value(number, unit)
        return re.sub(r"\.0+(?=\D|$)", "", text)

    def value(self, number: float | None, unit: str) -> str:
        """A number with its unit; a missing one is a dash."""
        if number is None or not math.isfinite(number):
            return MISSING
        match unit:
            case "share":
                return self.percent(number)
            case "ratio":
                return self._signed(number, self.percent(number))
            case "points":
                return self.plain(number, 1)
            case "index":
                return self.plain(number, 2 if abs(number) >= 0.0995 else 3)
            case "h":
                return self.hours(number)
            case "fen":
                return self.money(number)
            case "count" | "persons" | "":
                return self.count(number)
            case _:
                return f"{self.plain(number, 2)} {unit}"

    def delta(self, number: float | None, unit: str) -> str:
        """A difference with its sign; a difference of shares is in percentage points."""
        if number is None or not math.isfinite(number):
            return MISSING
        if unit in ("share", "ratio"):
            text = self.plain(number * 100, 1) + (" 个百分点" if self.chinese else " pp")
        else:
            text = self.plain(number, 3) if unit == "index" else self.value(number, unit)
            if unit == "points":
                text += " 分" if self.chinese else " points"
        return self._signed(number, text)

    def band(self, low: float | None, high: float | None, unit: str, *, delta: bool = False) -> str:
        """An interval, ``20.1 to 27.6``; a dash when an end is missing."""
        write = self.delta if delta else self.value
        first, last = write(low, unit), write(high, unit)
        if MISSING in (first, last):
            return MISSING
        if unit == "h" and low is not None and high is not None and not delta:
            first = self.hours(low, like=high)
        _, space, said = last.rpartition(" ")
        if space and first.endswith(space + said):
            first = first.removesuffix(space + said)
        return f"{first} 至 {last}" if self.chinese else f"{first} to {last}"

    def tick(self, number: float, unit: str, step: float) -> str:
        """An axis label: only the digits that the step between ticks needs."""
        if unit in ("share", "ratio"):
            return self.percent(number, _digits(step * 100))
        if unit == "h":
            return self.hours(number)
        if unit == "fen":
            return self.money(number)
        if abs(number) >= 1e4:
            return self.count(number)
        return self.plain(number, _digits(step))

    @staticmethod
    def _signed(number: float, text: str) -> str:
        shown = text.strip("0.,% ")
        return "+" + text if number > 0 and shown[:1].isdigit() else text


def _digits(step: float) -> int:
    """Decimals needed to tell multiples of `step` apart."""
    if not step > 0:
        return 0
    return next((digits for digits in range(6) if abs(round(step, digits) - step) < step * 1e-6), 6)
