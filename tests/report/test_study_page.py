"""The report of a study: its numbers are the tables' numbers, it says no more than they carry, in both languages."""

from __future__ import annotations

import copy
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim.report
from prsim.report.numerals import Numerals
from prsim.report.study_digest import Measure, Result, StudyDigest, mean_interval, read_study
from prsim.report.study_facts import study_facts
from prsim.report.study_page import render_study, write_study
from prsim.report.study_words import STUDY_TEXT
from tests.report.synthetic_study import CURVE, SyntheticStudy, make_study
from tests.report.test_report import HOSTILE, LONE_SURROGATE, Balance, check, pictures

KINDS = {
    "budget_split": 40,
    "three_lines": 12,
    "budget_by_delay": 24,
    "response_delay": 81,
    "policy": 15,
    "storm": 60,
}
WRITE = Numerals("en")


@pytest.fixture(scope="module")
def studies() -> dict[str, SyntheticStudy]:
    return {kind: make_study(kind, points) for kind, points in KINDS.items()}


@pytest.fixture(scope="module")
def english(studies: dict[str, SyntheticStudy]) -> dict[str, str]:
    return {kind: render_study(**study.parts()) for kind, study in studies.items()}


def section(page: str, ident: str) -> str:
    return re.findall(rf'<section id="{ident}">(.*?)</section>', page, re.DOTALL)[0]


def said(page: str, ident: str = "answer") -> str:
    """The text of a section."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section(page, ident))))


def hints(page: str, ident: str) -> list[str]:
    return [unescape(hint) for hint in re.findall(r"<title>(.*?)</title>", section(page, ident))]


def means(study: SyntheticStudy, metric: str, statistic: str = "mean") -> pd.Series:
    """Mean over the replicates by point, by another way than the report's."""
    rows = study.tables["summaries"]
    rows = rows[(rows["segment"] == "all") & (rows["metric"] == metric) & (rows["statistic"] == statistic)]
    return rows.groupby("point")["value"].mean()


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


def test_points_carry_the_numbers_of_the_tables(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    study = studies["budget_by_delay"]
    measures = (("nps", "mean"), ("sentiment", "mean"), ("negative_share", "mean"), ("trust", "end"))
    columns = [means(study, *measure) for measure in measures]
    rows = re.findall(
        r'<tr><th scope="row">#(\d+).*?</tr>', section(english["budget_by_delay"], "points"), re.DOTALL
    )
    assert [int(row) for row in rows] == columns[0].sort_values(ascending=False, kind="stable").index.tolist()
    table = said(english["budget_by_delay"], "points")
    for point in rows:
        cells = re.findall(rf"#{point} (.*?)(?=#|$)", table)[0]
        for column, unit in zip(columns, ("points", "index", "share", "share"), strict=True):
            assert WRITE.value(column[int(point)], unit) in cells
        assert cells.strip().endswith("19" if int(point) == 23 else "20"), "one run of the last point failed"


def test_the_best_point_is_the_one_with_the_best_mean(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    for kind in ("budget_split", "policy", "three_lines"):
        nps = means(studies[kind], "nps")
        answer = said(english[kind])
        assert f"Mean NPS is best at #{nps.idxmax()} (" in answer
        assert f"): {WRITE.value(nps.max(), 'points')} (95% interval" in answer


def test_intervals_of_means_are_student_s() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(5, 2, (4000, 8))
    values[:, 0] = np.nan
    mean, lo, hi = mean_interval(values)
    assert np.mean((lo <= 5) & (hi >= 5)) == pytest.approx(0.95, abs=0.012)
    np.testing.assert_allclose(mean, np.nanmean(values, axis=1))
    assert np.isnan(mean_interval(np.array([[3.0, np.nan]]))[1])


def digest_of(values: np.ndarray, *, common: bool) -> tuple[StudyDigest, Result]:
    points = pd.DataFrame({"point": range(len(values))})
    digest = read_study({"points": points}, {"common": common, "replicates": values.shape[1]})
    return digest, Result(Measure("nps", "mean", True), values, *mean_interval(values))


@pytest.mark.parametrize("common", [True, False])
def test_the_truly_best_point_is_rarely_ruled_out(common: bool) -> None:
    rng = np.random.default_rng(8)
    wrong = decided = 0
    for _ in range(400):
        values = rng.normal(0, 1, (12, 10)) + (rng.normal(0, 3, 10) if common else 0.0)
        values[5] += 0.02  # hardly better than the rest: which one it is the runs cannot know
        digest, result = digest_of(values, common=common)
        best = digest.best(result)
        assert best is not None
        wrong += best.index != 5 and 5 not in best.undecided
        decided += not best.undecided
    assert wrong <= 400 * 0.05 + 2 * np.sqrt(400 * 0.05 * 0.95)
    assert decided <= 400 * 0.05


def test_a_clear_winner_is_called_one_and_equal_points_are_not() -> None:
    rng = np.random.default_rng(1)
    luck = rng.normal(0, 3, 10)
    values = rng.normal(0, 1, (6, 10)) * 0.1 + luck
    values[2] += 1.0
    digest, result = digest_of(values, common=True)
    best = digest.best(result)
    assert best is not None and (best.index, best.undecided, best.others) == (2, (), 5)
    digest, result = digest_of(values, common=False)
    unpaired = digest.best(result)
    assert unpaired is not None and len(unpaired.undecided) == 5, "without pairing the luck hides it"


def test_what_the_runs_cannot_tell_is_said() -> None:
    study = make_study("policy", 6, 8)
    rows = study.tables["summaries"]
    rng = np.random.default_rng(2)
    rows["value"] = rng.normal(0, 1, len(rows))
    study.facts["differences"] = []
    answer = said(render_study(**study.parts()))
    assert "The runs cannot tell it from any of the 5 others: which is best remains open." in answer
    assert "with the same" not in answer
    answer = said(render_study(**study.parts(), language="zh"))
    assert "孰优尚无定论" in answer


def test_a_given_selection_of_the_best_takes_precedence() -> None:
    study = make_study("policy", 6)
    study.facts["best"] = [{"metric": "nps", "statistic": "mean", "point": 3, "undecided": [1, 4], "n": 20}]
    answer = said(render_study(**study.parts()))
    assert "Mean NPS is best at #3 (" in answer
    assert "from 2 the runs cannot tell it (#1 and #4)" in answer


def test_differences_are_drawn_as_they_are_given(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    study, page = studies["budget_by_delay"], english["budget_by_delay"]
    drawn = []
    for hint in hints(page, "differences"):
        numbers = [
            float(n) for n in re.findall(r"[-+]?\d+(?:\.\d+)?", hint.replace("−", "-").replace("95%: ", ""))
        ]
        drawn.append((numbers, hint))
    for row in study.facts["differences"]:
        if row["segment"] != "all":
            continue
        factor = 1.0 if row["metric"] in ("nps", "sentiment") else 100.0
        keys = ("mean", "lo", "hi", "lo_simultaneous", "hi_simultaneous")
        expected = [*(factor * row[key] for key in keys), 100 * row["p_higher"], row["n"]]
        close = 0.0006 if row["metric"] == "sentiment" else 0.006
        found = [
            hint
            for numbers, hint in drawn
            if np.allclose(numbers, expected, rtol=0, atol=[close] * 5 + [0.51, 0])
        ]
        assert found and all(row["verdict"] in hint for hint in found), row
    nps = [r for r in study.facts["differences"] if (r["metric"], r["segment"]) == ("nps", "all")]
    counts = [sum(r["verdict"] == verdict for r in nps) for verdict in ("higher", "lower", "cannot tell")]
    counted = f"mean NPS is told to be higher at {counts[0]} of {len(nps)} points and lower at {counts[1]}; "
    assert counted + f"at {counts[2]} the runs cannot tell." in said(page)


def test_better_and_worse_have_their_colours() -> None:
    """Less negative share is better, less NPS is worse."""
    study = make_study("policy", 2, difference=False)
    base = {"segment": "all", "statistic": "mean", "p_higher": 0.0, "verdict": "lower", "n": 20, "point": 1}
    study.facts["differences"] = [
        {**base, "metric": metric, "mean": -0.5, "lo": -0.6, "hi": -0.4}
        for metric in ("nps", "negative_share")
    ]
    drawing = pictures(section(render_study(**study.parts()), "differences"))[0]
    fills = [c.attrib["fill"] for c in drawing.iter("circle") if c.find("title") is not None]
    assert fills == ["#d55e00", "#0072b2"]


def test_cells_are_means_over_their_points(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    study = studies["policy"]
    table = study.tables["points"].set_index("point").assign(nps=means(study, "nps"))
    cells = hints(english["policy"], "heat")
    levels = {"silence": "silence", "matched": "matched to the case", "apologise": "apologise"}
    for (strategy, tools), part in table.groupby(["strategy", "tools"]):
        if strategy in levels:
            start = f"{tools:g} · {levels[str(strategy)]}: {WRITE.value(part['nps'].mean(), 'points')} ("
            assert any(cell.startswith(start) for cell in cells), start


def test_curves_and_knees_are_drawn_as_they_are_given(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    study, page = studies["response_delay"], english["response_delay"]
    shown = hints(page, "curve")
    assert len(pictures(section(page, "curve"))) == 3 * len(CURVE) + 2
    for row in study.facts["curve"]:
        if row["measure"] == "nps_loss":
            said_ = f"{WRITE.value(row['mean'], 'points')} ({WRITE.band(row['lo'], row['hi'], 'points')})"
            assert f"{row['strategy']} · {WRITE.hours(row['hours'])}: {said_}" in shown
    for row in study.facts["knees"]:
        if row["axis"] == "log" or row["hours"] is None:
            continue
        band = WRITE.band(row["lo"], row["hi"], "h")
        assert f"{row['strategy']}: {WRITE.hours(row['hours'])} (95% interval {band})" in shown
    answer = said(page)
    assert "Privacy-policy controversy: With “apologise”, mean loss of NPS goes from" in answer
    assert "Another hour costs most at about 3 h (95% interval 1.8 to 5.4 h)." in answer
    assert "There an hour costs 0.5 (0.4 to 0.667)." in answer
    assert "With “silence” the intervals of mean loss of NPS overlap, " in answer
    assert "best at" not in answer, "an incident is no choice: no point of another one is better"


def test_a_curve_without_incidents_and_with_many_strategies_is_readable() -> None:
    study = make_study("policy", 6)
    rows = [
        {"incident": "", "strategy": f"tools={s}" if s else "", "measure": "nps_loss", "hours": h, "mean": h + s,
         "lo": h + s - 0.1, "hi": h + s + 0.1, "n": 9}
        for s in range(9) for h in (1.0, 4.0, 24.0)
    ]  # fmt: skip
    study.facts["curve"] = rows
    page = render_study(**study.parts())
    check(page)
    assert "The incidents of the plan: With “as planned”, mean loss of NPS goes from 1" in said(page)
    assert "2 more strategies are left out." in said(page, "curve")
    assert not any("tools=8" in hint for hint in hints(page, "curve"))


def test_circumstances_are_not_ranked(english: dict[str, str]) -> None:
    answer = said(english["storm"])
    assert (
        "circumstances that nobody chooses (Random incidents a year), so none of them is called the best"
        in answer
    )
    assert "best at" not in answer


def test_in_each_case_there_is_a_best(studies: dict[str, SyntheticStudy]) -> None:
    study = copy.deepcopy(studies["response_delay"])
    study.facts.pop("curve")
    answer = said(render_study(**study.parts()))
    for name in ("Privacy-policy controversy", "Outage with loss of data", "Security hole in an API"):
        assert f"{name}: Mean NPS is best at #" in answer
    answer = said(render_study(**make_study("storm_by_delay", 9).parts()))
    for rate, point in ((2, 0), (6, 3), (24, 6)):
        assert f"Random incidents a year {rate}: Mean NPS is best at #{point} (" in answer
    assert answer.count("All 2 others are ruled out as the best") >= 3


def test_an_incident_alone_gives_its_level_a_title() -> None:
    study = make_study("response_delay", 81, 4)
    names = {0: "privacy", 27: "outage", 54: "api_hole"}
    rows = study.tables["incidents"]
    alone = [rows[(rows["point"] // 27 * 27).map(names) == rows["incident"]]]
    study.tables["incidents"] = pd.concat(alone).assign(incident="case")
    study.facts["names"] = {}
    assert "Outage with loss of data: With “apologise”" in said(render_study(**study.parts()))


def test_fans_end_at_the_medians_of_the_table(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    bands = studies["budget_by_delay"].tables["bands"]
    section_ = section(english["budget_by_delay"], "fans")
    drawn = [p for p in pictures(section_) if p.get("aria-label") == "12 h"]
    assert len(drawn) == 3, "NPS, sentiment and negative share"
    rows = bands[(bands["point"] == 2) & (bands["metric"] == "nps")].sort_values("time_h")
    stored = rows["q50"].iloc[::1].iloc[-1]
    texts = [text.text for text in drawn[0].iter("text")]
    assert WRITE.value(stored, "points") in texts


def test_targets_count_the_runs_that_meet_them(
    studies: dict[str, SyntheticStudy], english: dict[str, str]
) -> None:
    rows = studies["policy"].tables["summaries"]
    met = (
        rows[(rows["metric"] == "target.nps_40") & (rows["statistic"] == "met")]
        .groupby("point")["value"]
        .sum()
    )
    shown = said(english["policy"], "targets")
    assert f"NPS of 40 {met[0]:.0f} of 20 {met.max():.0f} of 20 (" in shown


def test_failures_are_listed_with_their_origin(english: dict[str, str]) -> None:
    shown = said(english["policy"], "failures")
    assert "1 of 300 runs failed: 1 while running." in shown
    assert "#14 10 11 running FloatingPointError: NaN in nps" in shown
    assert "No run failed." in said(render_study(**make_study("policy", 6, failed=False).parts()), "failures")


def test_how_to_reproduce_it_is_said(english: dict[str, str]) -> None:
    shown = said(english["policy"], "reproduce")
    assert "prsim sweep experiment=policy out=DIR" in shown
    assert "8f4e3c21aa90b7d1" in shown
    assert "1–20, the same at every point" in english["policy"]


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
    facts = study_facts(manifest, differences=study.facts["differences"], reference=0)
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
    assert "Mind &lt;this&gt;." in page
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
