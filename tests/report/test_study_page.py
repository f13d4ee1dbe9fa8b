"""The report of a study is whole in both languages, safe, small, and says what is missing."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim.report
from prsim.report.study_facts import study_facts
from prsim.report.study_page import render_study, write_study
from prsim.report.study_words import STUDY_TEXT
from tests.report.study_pages import said, section
from tests.report.synthetic_study import KINDS, SyntheticStudy, make_study
from tests.report.test_report import HOSTILE, LONE_SURROGATE, Balance, check, pictures


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_speaks_one_language(
    kind: str, language: str, studies: dict[str, SyntheticStudy]
) -> None:
    page = render_study(**studies[kind].parts(), language=language)
    assert len(check(page)) >= 10
    bare = unescape(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert "{" not in bare and "}" not in bare
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff，。：（）]", bare)
        return
    assert '<html lang="zh-CN">' in page
    texts = re.sub(r'class="path[^"]*">[^<]*<|FloatingPointError[^<]*<', "><", page.split("</style>")[1])
    texts = re.sub(r"<[^>]+>", " ", texts)
    words = set(re.findall(r"[A-Za-z_.]{3,}", unescape(texts)))
    known = {"NPS", "KOL", "API", "pandas", "DuckDB", "manifest.json", "runs.sqlite", "prsim", "base"}
    assert {word for word in words if not word.endswith(".parquet")} <= known


def poisoned(value: Any) -> Any:
    """Facts with every text made hostile; names that others refer to stay."""
    kept = ["name", "scale", "unit", "start", "metric", "segment", "statistic", "verdict"]
    kept += ["incident", "strategy", "measure", "axis"]
    if isinstance(value, dict):
        return {key: item if key in kept else poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return HOSTILE + LONE_SURROGATE + value if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ["response_delay", "three_lines", "storm"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_texts_stay_text(kind: str, language: str, tmp_path: Path) -> None:
    study = make_study(kind, 30, 4, title="<script>alert(1)</script>")
    facts = poisoned(study.facts)
    study.tables["incidents"][["title_en", "title_zh"]] = HOSTILE
    if kind == "response_delay":
        study.tables["points"]["strategy"] += HOSTILE
    page = write_study(tmp_path / "report.html", tables=study.tables, facts=facts, language=language)
    text = page.read_text(encoding="utf-8")
    balance = Balance()
    balance.feed(text)
    assert not balance.open and not balance.tags & {"script", "img"}
    assert "&lt;script&gt;" in text and "\x00" not in text
    pictures(text)


@pytest.mark.parametrize("kind", ["budget_split", "budget_by_delay"])
def test_a_thousand_points_stay_small_and_readable(kind: str) -> None:
    study = make_study(kind, 1000, 8, days=243)
    page = render_study(**study.parts(), language="zh")
    assert len(page.encode()) < 3_000_000
    check(page)
    assert page.count('<th scope="row">#') == 10 + 300
    assert "前 300 个" in page
    for drawing in pictures(page):
        assert len(list(drawing.iter())) < 2000, drawing.get("aria-label")


def test_without_statistics_the_page_says_so() -> None:
    study = make_study("policy", 12, difference=False)
    page = render_study(**study.parts())
    check(page)
    assert "Differences from a reference point were not computed." in said(page, "differences")
    assert len(pictures(section(page, "convergence"))) == 3, (
        "intervals over replicates come from the summaries"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_at_all_is_a_page_that_says_so(language: str) -> None:
    page = render_study(tables={}, facts={}, language=language)
    check(page)
    assert STUDY_TEXT["no_results"][language == "zh"] in page


@pytest.mark.parametrize("table", ["runs", "summaries", "incidents", "bands"])
def test_a_study_under_way_may_lack_tables(table: str) -> None:
    study = make_study("budget_by_delay", 12, 5)
    tables = {name: frame for name, frame in study.tables.items() if name != table}
    check(render_study(tables=tables, facts=study.facts))
    tables[table] = study.tables[table].iloc[:0]
    check(render_study(tables=tables, facts=study.facts, language="zh"))


@pytest.mark.parametrize(("points", "replicates"), [(1, 1), (1, 5), (2, 1), (3, 2), (10, 1)])
def test_few_points_and_few_replicates(points: int, replicates: int) -> None:
    study = make_study("budget_by_delay", points, replicates, failed=False, difference=False)
    page = render_study(**study.parts())
    check(page)
    if points == 1:
        assert "There is no other point to compare it with." in said(page)
    elif replicates == 1:
        assert "cannot tell it from any" in said(page)


def test_points_without_any_run_are_listed_last() -> None:
    study = make_study("policy", 6)
    rows = study.tables["summaries"]
    study.tables["summaries"] = rows[rows["point"] != 4]
    page = render_study(**study.parts())
    check(page)
    assert re.findall(r'<th scope="row">#(\d+)', section(page, "points"))[-1] == "4"


def test_infinite_and_missing_values_are_left_out() -> None:
    study = make_study("policy", 6)
    rows = study.tables["summaries"]
    rows.loc[rows["replicate"] == 3, "value"] = np.inf
    rows.loc[rows["replicate"] == 4, "value"] = np.nan
    study.tables["bands"].loc[:, ["q10", "q50", "q90"]] = np.nan
    for row in study.facts["differences"][:5]:
        row.update(mean=np.nan, lo=np.nan, hi=np.nan)
    page = render_study(**study.parts())
    check(page)
    assert said(page, "points").count(" 18 ") == 5, "18 of 20 replicates remain, 17 where one failed"


def test_the_same_study_gives_the_same_bytes(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    for kind in ("policy", "response_delay"):
        study = studies[kind]
        turned = {
            name: table.iloc[::-1] if name != "points" else table for name, table in study.tables.items()
        }
        assert render_study(tables=turned, facts=study.facts) == english[kind]


def test_tables_and_rows_may_be_frames(studies: dict[str, SyntheticStudy], english: dict[str, str]) -> None:
    study = studies["response_delay"]
    frames = {key: pd.DataFrame(study.facts[key]) for key in ("differences", "curve", "knees", "convergence")}
    assert render_study(tables=study.tables, facts={**study.facts, **frames}) == english["response_delay"]


def test_tables_may_hold_categories(studies: dict[str, SyntheticStudy], english: dict[str, str]) -> None:
    study = studies["response_delay"]
    tables = {}
    for name, table in study.tables.items():
        texts = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
        tables[name] = table.astype(dict.fromkeys(texts, "category"))
    assert render_study(tables=tables, facts=study.facts) == english["response_delay"]


def test_facts_come_out_of_a_manifest() -> None:
    study = make_study("policy", 6)
    experiment = {
        **study.facts["experiment"],
        "factors": study.facts["factors"],
        "replicates": 20,
        "notes": ["Mind <this>."],
    }
    manifest = {
        "experiment": {**experiment, "notes": ["Mind <this>."]},
        "seeds": list(range(1, 21)),
        "versions": {"prsim": "0.1.0"},
        "model": "8f4e3c21aa90b7d1",
        "config": {
            "meta": {"title_en": "A plan", "title_zh": "方案", "start": "2024-02-01"},
            "population": {"agents": 5000},
            "segments": {"staff": {"title_en": "Staff", "title_zh": "员工"}},
            "targets": {"nps_40": {"title_en": "NPS of forty", "title_zh": ""}},
            "incidents": {"library": {"privacy": {"title_en": "Privacy", "title_zh": "隐私"}}},
            "horizon_days": 90,
        },
    }
    facts = study_facts(manifest, notes=["And that."], differences=study.facts["differences"], reference=0)
    page = render_study(tables=study.tables, facts=facts)
    check(page)
    for text in (
        "A plan",
        "5,000",
        "1 Feb – 30 Apr 2024",
        "1–20, the same",
        "8f4e3c21aa90b7d1",
        "NPS of forty",
        "Staff",
    ):
        assert text in page
    assert "Mind &lt;this&gt;." in page and "And that." in page
    assert "1 of 120 runs failed: 1 while running." in said(page, "failures"), "out of the table of runs"
    check(render_study(tables=study.tables, facts=study_facts({})))


def test_what_it_cannot_read_is_refused() -> None:
    study = make_study("policy", 3)
    with pytest.raises(ValueError, match="language"):
        render_study(**study.parts(), language="fr")
    study.tables["summaries"] = study.tables["summaries"].drop(columns="statistic")
    with pytest.raises(ValueError, match="summaries lacks"):
        render_study(**study.parts())


def test_both_languages_have_the_same_parts() -> None:
    for key, (first, second) in STUDY_TEXT.items():
        parts = [set(re.findall(r"\{(\w+)\}", text)) for text in (first, second)]
        if not key.startswith("stat_"):  # only English writes a measure small within its own title
            assert parts[0] == parts[1], key


def test_no_text_is_left_over() -> None:
    folder = Path(prsim.report.__file__).parent
    files = [*folder.glob("study_*.py"), folder / "templates" / "study.html.j2"]
    source = "".join(file.read_text(encoding="utf-8") for file in files if file.name != "study_words.py")
    begun = ("sec_", "col_", "fact_", "scale_", "origin_", "verdict_", "stat_", "unit_", "made_")
    named = set(re.findall(r"[\"'](\w+)[\"']", source))
    unused = [key for key in STUDY_TEXT if key not in named and not key.startswith(begun)]
    assert not unused
