from __future__ import annotations

import math

import pytest

from prsim.report.dates import Dates
from prsim.report.numerals import MISSING, Numerals
from prsim.report.words import Words

EN, ZH = Numerals("en"), Numerals("zh")


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (0, "0", "0"),
        (3.4, "3.4", "3.4"),
        (950, "950", "950"),
        (9_536, "9,536", "9,536"),
        (9_999.9, "10k", "1万"),
        (24_300, "24.3k", "2.43万"),
        (138_000_000, "138M", "1.38亿"),
        (999_999, "1M", "100万"),
        (2_500_000_000, "2.5B", "25亿"),
        (-45_600, "−45.6k", "−4.56万"),
        (math.nan, MISSING, MISSING),
    ],
)
def test_counts_are_shortened_in_each_languages_own_steps(number: float, english: str, chinese: str) -> None:
    assert EN.count(number) == english
    assert ZH.count(number) == chinese


def test_money_is_yuan_out_of_fen() -> None:
    assert EN.money(200_000_000) == "¥2M"
    assert ZH.money(200_000_000) == "200万元"
    assert ZH.money(170_512_300) == "170.5万元"
    assert EN.money(-12_345) == "−¥123"
    assert EN.money(0) == "¥0"
    assert EN.money(math.nan) == MISSING


def test_spans_of_time_are_said_in_their_own_unit() -> None:
    assert EN.hours(0) == "0 h"
    assert EN.hours(0.5) == "30 min"
    assert EN.hours(3.2) == "3.2 h"
    assert EN.hours(48) == "48 h"
    assert EN.hours(96) == "4.0 days"
    assert ZH.hours(0.5) == "30 分钟"
    assert EN.band(0.15, 0.3, "h") == "9 to 18 min"
    assert EN.band(40, 80, "h") == "1.7 to 3.3 days"


def test_signs_and_units_of_values_and_differences() -> None:
    assert EN.value(-0.5, "ratio") == "−50.0%"
    assert EN.value(0.3, "ratio") == "+30.0%"
    assert EN.value(0.897, "share") == "89.7%"
    assert EN.value(None, "share") == MISSING
    assert EN.delta(-0.47, "share") == "−47.0 pp"
    assert ZH.delta(0.031, "share") == "+3.1 个百分点"
    assert EN.delta(2.1, "points") == "+2.1 points"
    assert EN.delta(0.0, "points") == "0.0 points"
    assert EN.value(-0.0001, "points") == "0.0"
    assert EN.band(-4.0, -2.8, "points", delta=True) == "−4.0 to −2.8 points"
    assert EN.target(40.0, "points") == "40"
    assert EN.target(0.85, "share") == "85%"
    assert EN.target(0.5, "h") == "30 min"


def test_dates_not_hours() -> None:
    dates = Dates.from_iso("2024-02-01", "en")
    assert dates.moment(45 * 24 + 9.5) == "17 Mar 09:30"
    assert dates.period(0, 243 * 24 - 1) == "1 Feb – 30 Sep 2024"
    assert Dates.from_iso("2024-02-01", "zh").period(0, 400 * 24) == "2024年2月1日至2025年3月7日"
    assert Dates.from_iso(None, "en").day(25) == "day 2"
    assert Dates.from_iso("rubbish", "zh").moment(25.5) == "第2天 01:30"


@pytest.mark.parametrize("days", [0.1, 1, 5, 30, 69, 71, 243, 800, 4000])
@pytest.mark.parametrize("start", ["2024-02-01", "2024-11-15T09:30", None])
def test_calendar_ticks_are_few_in_order_and_inside(days: float, start: str | None) -> None:
    ticks = Dates.from_iso(start, "en").ticks(0.0, days * 24, 9)
    hours = [tick.hour for tick in ticks]
    assert 1 <= len(ticks) <= 11
    assert hours == sorted(hours)
    assert all(0 <= hour <= days * 24 for hour in hours)


def test_month_ticks_stand_on_the_first() -> None:
    ticks = Dates.from_iso("2024-02-01", "zh").ticks(0.0, 243 * 24, 9)
    assert [tick.label for tick in ticks] == [
        "2024年2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月",
    ]  # fmt: skip
    assert ticks[1].hour == 29 * 24


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        Words("fr")


def test_every_text_exists_in_both_languages_with_the_same_parts() -> None:
    import string

    from prsim.report.phrases import TEXT
    from prsim.report.titles import KINDS, METRICS

    for key, pair in {**TEXT, **METRICS, **KINDS}.items():
        assert all(pair) or key == "space", key
        parts = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in pair]
        assert parts[0] == parts[1], key


def test_a_metric_without_a_title_is_named_in_words() -> None:
    assert Words("en").metric("brand_warmth") == "brand warmth"
    assert Words("zh").metric("interactions:short_video") == "互动量: short video"
