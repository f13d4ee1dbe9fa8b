from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prsim.report import render_report, write_report
from tests.report.synthetic import Study, make_study

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>&\x00'
LONE_SURROGATE = (
    "\ud800"  # what a mangled file name leaves in a Python string; tables cannot hold it, a summary can
)
EMPTY: dict[str, Any] = {
    "series": pd.DataFrame(), "events": pd.DataFrame(), "ledger": pd.DataFrame(), "summary": {},
}  # fmt: skip
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Balance(HTMLParser):
    """Checks that every element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def pictures(page: str) -> list[ElementTree.Element]:
    """All drawings of a page, parsed as XML."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def check(page: str) -> list[ElementTree.Element]:
    """A page is whole, well-formed and self-contained; returns its drawings."""
    balance = Balance()
    balance.feed(page)
    assert not balance.open
    assert "script" not in balance.tags
    for outside in ("src=", 'href="http', "url(", "@import", "<link"):
        assert outside not in page
    drawn = pictures(page)
    for picture in drawn:
        for element in picture.iter():
            for name, value in element.attrib.items():
                assert "nan" not in value.split() and "NaN" not in value, (element.tag, name, value)
                if name in ("x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "width", "height"):
                    assert np.isfinite(float(value)), (element.tag, name, value)
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", text)
    return drawn


@pytest.fixture(scope="module")
def study() -> Study:
    return make_study()


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest, study: Study) -> tuple[str, str]:
    return request.param, render_report(**study.parts(), language=request.param)


def test_the_report_is_whole_and_self_contained(page: tuple[str, str]) -> None:
    assert len(check(page[1])) > 40
    assert len(page[1].encode()) < 3_000_000


def test_it_speaks_one_language(page: tuple[str, str]) -> None:
    language, text = page
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in text
    expected = {
        "en": (
            "DingTalk 2024: winning back trust",
            "Likely met",
            "1 Feb – 30 Sep 2024",
            "138M persons",
            "¥2M",
        ),
        "zh": (
            "钉钉 2024：重建信任",
            "大概率达标",
            "2024年2月1日至9月30日",
            "1.38亿人",
            "200万元",
            "无法判断",
        ),
    }
    for words in expected[language]:
        assert words in text
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", text)


def test_few_runs_are_cautioned(study: Study) -> None:
    page = render_report(**study.parts())
    assert "At least 40 runs are needed" in page
    assert "range of all 20 runs" in page
    assert "95% of runs" not in page


def test_incidents_and_statements_are_marked_on_the_curves(study: Study) -> None:
    page = render_report(**study.parts())
    nps = next(
        picture for picture in pictures(page) if picture.get("aria-label") == "NPS of the whole audience"
    )
    hints = [title.text or "" for title in nps.iter("title")]
    assert "Privacy dispute · 17 Mar 09:30" in hints
    assert any(hint.startswith("Official statement · 17 Mar 13:30") for hint in hints)
    assert sum("±" in hint for hint in hints) >= 4  # survey waves with their error
    labels = [text.text for text in nps.iter("text")]
    assert {"Feb 2024", "Mar", "Sep", "target 40"} <= set(labels)


def test_markers_stand_at_their_dates(study: Study) -> None:
    page = render_report(**study.parts())
    nps = next(
        picture for picture in pictures(page) if picture.get("aria-label") == "NPS of the whole audience"
    )
    width = 780 - 10 - 48
    badge = next(c for c in nps.iter("circle") if "Privacy" in "".join(t.text or "" for t in c.iter("title")))
    assert float(badge.attrib["cx"]) == pytest.approx(48 + width * (45 * 24 + 9.5) / (243 * 24), abs=0.1)


def test_the_reading_claims_no_more_than_the_runs_carry(study: Study) -> None:
    page = render_report(**study.parts())
    reading = " ".join(re.findall(r'<p class="reading">(.*?)</p>', page))
    assert "Of 8 targets: 1 likely met" in reading
    assert "met in 0 of 20 runs" in reading
    assert "whether NPS moves the runs cannot tell" in reading
    assert "NPS is 2.1 points higher" in reading
    assert "45% of runs resolve it within 48 hours" in reading


def test_writing_makes_the_folders_and_returns_the_path(study: Study, tmp_path: Path) -> None:
    path = write_report(tmp_path / "deep" / "report.html", **study.parts(), language="zh")
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_same_study_gives_the_same_bytes(study: Study) -> None:
    assert render_report(**study.parts()) == render_report(**study.parts())


def poisoned(value: Any) -> Any:
    """A summary with every text made hostile; ids and units stay."""
    if isinstance(value, dict):
        kept = ("id", "line", "action", "metric", "unit", "op", "status", "verdict", "start")
        return {key: item if key in kept else poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return HOSTILE + LONE_SURROGATE + value if isinstance(value, str) else value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_titles_stay_text(language: str, tmp_path: Path) -> None:
    study = make_study(runs=3, days=60)
    events = study.events.assign(title=HOSTILE, subject=HOSTILE, thread=HOSTILE)
    series = study.series.replace(
        {"segment": {"founders": HOSTILE}, "metric": {"trust": HOSTILE, "volume:weibo": "volume:" + HOSTILE}}
    )
    ledger = study.ledger.replace({"line": {"tools": HOSTILE}})
    path = write_report(
        tmp_path / "report.html", series=series, events=events, ledger=ledger, summary=poisoned(study.summary),
        language=language,
    )  # fmt: skip
    page = path.read_text(encoding="utf-8")
    balance = Balance()
    balance.feed(page)
    assert not balance.open and not balance.tags & {"script", "img"}
    assert "&lt;script&gt;" in page
    assert "\x00" not in page
    pictures(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_at_all_is_a_report_that_says_so(language: str) -> None:
    page = render_report(**EMPTY, language=language)
    check(page)
    assert ("No runs were supplied" if language == "en" else "尚无模拟结果") in page


def test_a_study_without_incidents() -> None:
    page = render_report(**make_study(incidents=False).parts())
    check(page)
    assert "No incidents in this scenario." in page
    assert "No incidents strike." in page


def test_one_run_has_no_bands_and_says_so() -> None:
    page = render_report(**make_study(runs=1).parts())
    check(page)
    assert "This is a single run" in page
    assert "One run is an example, not a forecast." in page
    assert "the single run" in page
    assert (
        "80% of runs" not in page.split('id="method"')[0].split('id="course"')[1].split('id="incidents"')[0]
    )


@pytest.mark.parametrize("runs", [2, 9, 45])
def test_any_number_of_runs(runs: int) -> None:
    page = render_report(**make_study(runs=runs, days=50).parts())
    check(page)
    assert ("95% of runs" in page) == (runs == 45)


@pytest.mark.parametrize("hours", [6, 12, 24, 60])
def test_few_observations(hours: int) -> None:
    study = make_study(runs=3, days=50)
    parts = study.parts()
    parts["series"] = study.series[study.series["time_h"] <= hours]
    check(render_report(**parts))
    parts["summary"] = {**study.summary, "scenario": {}}
    check(render_report(**parts, language="zh"))


def test_a_measure_that_is_all_nan_is_said_to_be_missing(study: Study) -> None:
    series = study.series.copy()
    series.loc[series["metric"].isin(["complaints", "mentions_negative"]), "value"] = np.nan
    page = render_report(series=series, events=study.events, ledger=study.ledger, summary=study.summary)
    check(page)
    assert "Complaints per day: No observations of this measure." in page
    assert "not weighted" in page  # the negative share falls back to the unweighted one


def test_constant_measures_and_zero_mentions_are_drawn() -> None:
    study = make_study(runs=12, days=40)
    check(
        render_report(
            series=study.series.assign(value=0.0), events=study.events, ledger=study.ledger, summary={}
        )
    )


@pytest.mark.parametrize("part", ["scenario", "kpis", "budget", "incidents", "effects", "segments", "platforms",
                                  "assumptions", "manifest", "bands_note", "runs", "seed"])  # fmt: skip
def test_any_part_of_the_summary_may_be_missing(part: str) -> None:
    study = make_study(runs=2, days=60)
    for gap in ({}, {part: None}):
        summary = {key: value for key, value in study.summary.items() if key != part} | gap
        page = render_report(series=study.series, events=study.events, ledger=study.ledger, summary=summary)
        check(page)


def test_incidents_with_nothing_measured() -> None:
    study = make_study(runs=2, days=60)
    unknown = {"q10": None, "q50": None, "q90": None, "share_within_48h": None}
    bare = [{"id": "x", "start_h": 100.0, "resolved_h": unknown}, {"id": "y"}]
    page = render_report(**{**study.parts(), "summary": {**study.summary, "incidents": bare}})
    check(page)
    assert "the damage of each was not measured" in page


def test_many_incidents_stay_readable(study: Study) -> None:
    many = [{**study.summary["incidents"][0], "id": f"i{n}", "start_h": 100.0 + 300 * n} for n in range(11)]
    page = render_report(**{**study.parts(), "summary": {**study.summary, "incidents": many}})
    check(page)
    assert page.count('<table class="incidents">') == 3


@pytest.mark.parametrize("table", ["series", "events", "ledger"])
def test_a_table_that_lacks_a_column_is_refused(study: Study, table: str) -> None:
    parts = study.parts()
    parts[table] = parts[table].drop(columns=["run"])
    with pytest.raises(ValueError, match=f"{table} lacks"):
        render_report(**parts)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        render_report(**EMPTY, language="de")


def test_random_incidents_are_counted_beside_the_planned_ones(study: Study) -> None:
    alone = {**study.summary, "incidents": study.summary["incidents"][:1]}
    page = render_report(**{**study.parts(), "summary": alone})
    assert "random ones strike 1.0 times per run" in page
    assert "Random incidents: 1.0 per run on average." in page
    page = render_report(**{**study.parts(), "summary": {**alone, "incidents": []}})
    assert "Incidents strike at random, 2.0 times per run" in page
    assert "No incidents" not in page


def test_no_incident_cuts_deepest_when_no_damage_was_measured(study: Study) -> None:
    kept = ("id", "title_en", "title_zh", "start_h", "first_response_h")
    bare = [{key: row[key] for key in kept} for row in study.summary["incidents"]]
    page = render_report(**{**study.parts(), "summary": {**study.summary, "incidents": bare}})
    assert "cuts deepest" not in page
