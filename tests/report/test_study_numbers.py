"""The numbers of a study's report are the tables' numbers, and it says no more than they carry."""

from __future__ import annotations

import copy
import re

import numpy as np
import pandas as pd
import pytest

from prsim.report.numerals import Numerals
from prsim.report.study_digest import Measure, Result, StudyDigest, mean_interval, read_study
from prsim.report.study_page import render_study
from tests.report.study_pages import hints, means, said, section
from tests.report.synthetic_study import CURVE, SyntheticStudy, make_study
from tests.report.test_report import check, pictures

WRITE = Numerals("en")


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
    own = values - luck + rng.normal(0, 3, values.shape)
    own[2] += own.mean(axis=1).max()  # the best mean all the same
    digest, result = digest_of(own, common=False)
    unpaired = digest.best(result)
    assert unpaired is not None and unpaired.index == 2
    assert len(unpaired.undecided) == 5, "where every point has luck of its own, it hides the winner"


def test_a_point_with_missing_runs_is_compared_in_the_others() -> None:
    values = np.array([[0.0], [1.0], [0.95]]) + np.random.default_rng(4).normal(0, 0.1, (3, 12))
    values[0, 3] = values[1, 7] = np.nan
    digest, result = digest_of(values, common=True)
    best = digest.best(result)
    assert best is not None and (best.index, best.undecided) == (1, (2,))
    values[0, 1:] = np.nan
    digest, result = digest_of(values, common=True)
    best = digest.best(result)
    assert best is not None and best.undecided == (2, 0), (
        "one run says nothing of this point, nor spoils the others"
    )


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
    ends = {
        (row["strategy"], row["hours"]): row
        for row in study.facts["curve"]
        if row["incident"] == "privacy" and row["measure"] == "nps_loss"
    }
    for strategy, told in (("apologise", True), ("silence", False)):
        last = ends[strategy, max(hours for _, hours in ends)]
        assert told != (last["rise_lo"] <= 0.0 <= last["rise_hi"])
        end = "." if told else ": the runs cannot tell whether the delay matters."
        assert re.search(rf"With “{strategy}”, mean loss of NPS [^;]*; in the same worlds that is a difference of "
                         rf"[-−\d. to()]+{re.escape(end)}", answer), strategy  # fmt: skip
    assert "best at" not in answer, "an incident is no choice: no point of another one is better"


def test_a_curve_without_incidents_and_with_many_strategies_is_readable() -> None:
    study = make_study("policy", 6)
    rows = [
        {"incident": "", "strategy": f"tools={s}" if s else "", "measure": "nps_loss", "hours": h, "mean": h + s,
         "lo": h + s - 0.1, "hi": h + s + 0.1, "n": 9, "rise": h - 1.0, "rise_lo": h - 1.1, "rise_hi": h - 0.9}
        for s in range(9) for h in (1.0, 4.0, 24.0)
    ]  # fmt: skip
    study.facts["curve"] = rows
    page = render_study(**study.parts())
    check(page)
    assert "The incidents of the plan: With “as planned”, mean loss of NPS goes from 1" in said(page)
    assert "2 more strategies are left out." in said(page, "curve")
    assert not any("tools=8" in hint for hint in hints(page, "curve"))


def test_a_knee_that_may_cost_nothing_is_not_claimed() -> None:
    study = make_study("response_delay", 81, 4)
    for row in study.facts["knees"]:
        row["slope_lo"] = -0.1
    page = render_study(**study.parts())
    assert "Another hour costs most at" not in said(page)
    assert "Where another hour costs most the runs cannot tell (at best: about 3 h" in said(page)


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
