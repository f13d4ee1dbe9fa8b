"""The page on the warning system: complete in both languages, with and without crises, for any text."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prsim.report.warning import render_warning
from prsim.report.warning_words import WARNING_TEXT
from prsim.study.warning_rates import Rates, compare_tools, operating_areas, setting_rates

TOOLS = (0.0, 0.6)


def parts(crises: bool = True, worth: bool = True) -> dict[str, Any]:
    """Four incidents under two tool levels and two thresholds."""
    cases = pd.DataFrame(
        {"case": range(4), "crisis": [crises, crises, False, False], "deadline_h": [1.0, 3.0, 1.0, math.nan]}
    )
    rows = [
        {
            "case": case,
            "factor": factor,
            "tool": tool,
            "alarm_h": 0.25 * factor,
            "detected_h": 2.0 - tool + case,
        }
        for factor in (0.5, 1.0)
        for tool in TOOLS
        for case in range(3)
    ]
    alarms = {(factor, tool): np.array([1, 0, 2]) for factor in (0.5, 1.0) for tool in TOOLS}
    rates = Rates(cases, pd.DataFrame(rows), 2.0, np.array([5, 5, 5]), alarms)
    shared = {
        "title_en": "Tool <b> (month)",
        "title_zh": "工具（月）",
        "crises": 2,
        "damage": 2.0,
        "unit": "posts",
    }
    saved = {
        "tool": 0.6, "yuan_per_month": 4000.0, "measure": "negative_posts", "saved": 500.0, "lo": 100.0, "hi": 900.0,
        "verdict": "better", "yuan_per_unit": 8.0, "yuan_lo": 4.4, "yuan_hi": 40.0,
    }  # fmt: skip
    unsure = {**saved, "measure": "nps_trough", "verdict": "cannot tell", "yuan_per_unit": math.nan}
    base = {"tool": 0.0, "yuan_per_month": 0.0, "measure": "negative_posts"}
    table = pd.DataFrame([{**shared, **row} for row in (base, saved, unsure)])
    return {
        "title": "A plan & more",
        "settings": setting_rates(rates),
        "contrasts": compare_tools(rates),
        "areas": operating_areas(rates),
        "worth": table if worth else table.iloc[:0],
        "facts": {
            "runs": 4, "seed": 1, "days": 7.0, "crisis_per_h": 500.0, "crises": 2 * crises, "pairs": 2,
            "notes": ["Mind <this>."],
            "incidents_per_month": 2.0, "crises_per_month": 1.0, "bursts_per_month": 5.0,
            "tools": [
                {"tool": 0.0, "title_en": "no tool", "title_zh": "不用工具", "yuan_per_month": 0.0},
                {"tool": 0.6, "title_en": "Tool <b> (month)", "title_zh": "工具（月）", "yuan_per_month": 4000.0},
            ],
        },
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_complete_and_needs_nothing_else(language: str) -> None:
    page = render_warning(language=language, **parts())
    assert page.count("<svg") == 4, "two figures, each for a desk and a phone"
    assert not re.search(r"https?://|<script|src=|\b(nan|inf|None)\b", page)
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "Mind &lt;this&gt;." in page
    assert "<b>" not in page
    assert "(month)" not in page and "（月）" not in page, "a price's unit is no part of a tool's name"


def test_what_is_sure_is_said_with_its_price_and_what_is_not_as_such() -> None:
    page = render_warning(**parts())
    assert "saves 500 negative posts (100 to 900), on average of 2 crises" in page
    assert "¥8 for a negative post less" in page
    assert "Whether it lowers NPS lost at the trough cannot be told from 2 crises." in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_crises_there_are_notes_and_false_alarms_only(language: str) -> None:
    page = render_warning(language=language, **parts(crises=False, worth=False))
    assert "<svg" not in page
    assert "Mind &lt;this&gt;." in page
    assert not re.search(r"\bnan\b", page)
    assert "<table" in page


def test_a_language_it_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="en, zh"):
        render_warning(language="fr", **parts())


def test_both_languages_have_the_same_parts() -> None:
    for key, (english, chinese) in WARNING_TEXT.items():
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", chinese)), key
