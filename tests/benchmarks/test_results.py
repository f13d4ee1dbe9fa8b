"""What the benchmarks make of figures: agreement, targets, history, the page."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks import history, tables
from benchmarks.__main__ import PARTS, main
from benchmarks.graphs import MEAN, directed_configuration
from benchmarks.growth import slope
from benchmarks.profile import by_part, part_of
from benchmarks.rows import Row, agree, standard_errors_apart, summary

HERE = dict.fromkeys(history.SETTING, "x") | {"processor": "P", "cores": "2", "mode": "normal"}


def row(relative: float = math.nan, **more: object) -> Row:
    given = {
        "part": "start",
        "case": "waiting",
        "subject": "import",
        "measure": "seconds",
        "value": 1.0,
    } | more
    return Row(**given, relative=relative)  # type: ignore[arg-type]


def past(*relatives: float, **setting: str) -> list[history.Entry]:
    return [history.Entry(HERE | {"run": f"old {i}"} | setting, row(x)) for i, x in enumerate(relatives)]


def test_standard_errors_apart_is_the_t_statistic_of_two_samples() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = rng.normal(5, 2, 30).tolist(), rng.normal(6, 2, 7).tolist()
    assert standard_errors_apart(ours, theirs) == pytest.approx(stats.ttest_ind(theirs, ours).statistic)


def test_one_law_agrees_and_another_does_not() -> None:
    rng = np.random.default_rng(2)
    ours = rng.binomial(1000, 0.8, 100).tolist()
    assert agree(standard_errors_apart(ours, rng.binomial(1000, 0.8, 7).tolist()))
    assert not agree(standard_errors_apart(ours, rng.binomial(1000, 0.85, 7).tolist()))
    assert not agree(standard_errors_apart([5.0] * 10, [6.0] * 3))
    assert not agree(standard_errors_apart(ours, []) if len(ours) < 4 else math.nan)


def test_a_target_is_met_or_missed_and_missing_a_figure_is_missing_it() -> None:
    assert row(value=3.0, least=3.0).met is True
    assert row(value=2.9, least=3.0).met is False
    assert row(value=2.9, most=3.0).met is True
    assert row(value=3.1, most=3.0).met is False
    assert row(value=math.nan, most=3.0).met is False
    assert row().met is None


def test_a_slowdown_is_flagged() -> None:
    (change,) = history.compare(past(2.0, 2.1, 1.9, 2.0), HERE, [row(2.5)])
    assert change.slower
    assert str(change) == "25% slower than the median of the last 4 runs on this processor"
    (change,) = history.compare(past(2.0, 2.1, 1.9, 2.0), HERE, [row(2.1)])
    assert not change.slower
    (change,) = history.compare(past(2.0), HERE, [row(1.0)])
    assert not change.slower
    assert str(change) == "50% faster than the median of the last 1 run on this processor"


def test_until_some_runs_are_known_a_figure_may_vary_more() -> None:
    assert not history.compare(past(2.0), HERE, [row(2.5)])[0].slower
    assert history.compare(past(2.0), HERE, [row(2.7)])[0].slower


def test_a_figure_that_varies_much_is_given_more_room() -> None:
    (change,) = history.compare(past(1.0, 3.0, 2.0, 1.2, 2.8), HERE, [row(2.6)])
    assert change.share == pytest.approx(0.3)
    assert not change.slower


def test_only_the_last_runs_count() -> None:
    (change,) = history.compare(past(*[9.0] * 8, *[2.0] * history.LAST), HERE, [row(2.5)])
    assert change.runs == history.LAST
    assert change.slower


@pytest.mark.parametrize("other", [{"processor": "Q"}, {"cores": "4"}, {"mode": "quick"}])
def test_what_was_measured_elsewhere_or_otherwise_is_not_compared(other: dict[str, str]) -> None:
    assert history.compare(past(2.0, 2.0, **other), HERE, [row(9.0)]) == []


def test_the_history_keeps_what_it_is_given(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "history.csv"
    rows = [row(2.0, low=0.5, note="a, b"), row(value=math.nan, most=3.0)]
    history.append(file, HERE, rows[:1])
    history.append(file, HERE, rows[1:])
    read = history.read(file)
    assert [x.setting for x in read] == [HERE, HERE]
    assert [repr(x.row) for x in read] == [repr(x) for x in rows]


def test_a_history_with_other_columns_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "history.csv").write_text("a,b\n1,2\n")
    assert main(["--quick", "--only", "start", "--out", str(tmp_path)]) == 2
    assert "move it away" in capsys.readouterr().err


def test_the_page_shows_targets_slowdowns_and_those_who_are_missing() -> None:
    common: dict[str, str] = {"part": "peers", "case": "independent cascade, 10 nodes"}
    rows = [
        Row(**common, subject="fast 1.0", measure="seconds", value=0.5, unit="s"),
        Row(**common, subject="fast 1.0", measure="ratio, per run", value=2.5, unit="×", least=3.0, relative=0.4),
        Row(**common, subject="fast 1.0", measure="final size", value=8.0, low=7.0, high=9.0),
        Row(**common, subject="fast 1.0", measure="z", value=9.0, least=-4.0, most=4.0),
        Row(**common, subject="gone", measure="missing", value=math.nan, note="no wheel"),
    ]  # fmt: skip
    entries = [history.Entry(HERE | {"run": "now"}, x) for x in rows]
    old = [history.Entry(HERE | {"run": "then"}, x) for x in rows]
    now = Row(
        **{**common, "subject": "fast 1.0", "measure": "ratio, per run", "value": 1.25, "relative": 0.8}
    )  # type: ignore[arg-type]
    page = tables.page([*old, *entries], history.compare(old, HERE | {"run": "now"}, [now]))
    assert "| ≥ 3.00× | 2.50× | **missed** |" in page
    assert "0 of 1 | **missed**" in page
    assert "**+9.0 DIFFERS**" in page
    assert "* gone: missing. no wheel" in page
    assert "100% slower than the median of the last 1 run on this processor" in page
    assert page.count("### independent cascade, 10 nodes") == 1


def test_a_quick_run_does_not_hide_a_real_one() -> None:
    real = history.Entry(HERE | {"run": "1"}, row())
    toy = history.Entry(HERE | {"run": "2", "mode": "quick"}, row())
    assert tables.newest([real, toy]) == {"start": [real]}
    assert tables.newest([toy]) == {"start": [toy]}


def test_slope_and_its_error_are_those_of_a_regression() -> None:
    x, y = [1.0, 2.0, 5.0, 9.0], [1.1, 2.3, 4.4, 9.5]
    known = stats.linregress(np.log(x), np.log(y))
    assert slope(x, y) == pytest.approx((known.slope, known.stderr))


def test_the_graph_is_what_it_is_said_to_be() -> None:
    task = directed_configuration(20_000)
    out = np.diff(task.indptr)
    assert task.indices.size / task.nodes == pytest.approx(MEAN, abs=0.15)
    assert out.min() >= 5
    # of a Pareto variable of shape 2.5 and mean 10, which begins at 6
    assert (out > 30).mean() == pytest.approx((6 / 30.5) ** 2.5, abs=0.004)
    assert np.bincount(task.indices, minlength=task.nodes).var() == pytest.approx(MEAN, rel=0.05)
    assert statistics.fmean(task.indptr[1:] == task.indptr[:-1]) == 0.0


def test_seconds_of_libraries_go_to_the_part_that_called_them() -> None:
    root = Path(tables.__file__).parents[1] / "prsim"
    team, desk = (str(root / "model" / "team.py"), 1, "act"), (str(root / "model" / "service.py"), 1, "work")
    kernel, library, inner = (
        ("~", 0, "<built-in method prsim.spread.advance.advance>"),
        ("np.py", 1, "f"),
        ("~", 0, "sum"),
    )
    stats_ = {
        team: (1, 1, 1.0, 5.0, {}),
        desk: (1, 1, 2.0, 3.0, {}),
        kernel: (1, 1, 7.0, 7.0, {team: (1, 1, 7.0, 7.0)}),
        library: (2, 2, 0.4, 4.4, {team: (1, 1, 0.3, 3.3), desk: (1, 1, 0.1, 1.1)}),
        inner: (2, 2, 4.0, 4.0, {library: (2, 2, 4.0, 4.0)}),
    }
    found = by_part(stats_)  # type: ignore[arg-type]
    assert found["institutions: team"] == pytest.approx(1.0 + 0.75 * 4.4)
    assert found["institutions: service"] == pytest.approx(2.0 + 0.25 * 4.4)
    assert found["kernel advance (compiled)"] == 7.0
    assert sum(found.values()) == pytest.approx(14.4)
    assert part_of(library) == ""


def test_help_teaches_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in (*PARTS, "--quick", "--full", "history.csv", "pip install"))


def test_an_unknown_part_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "speed"])
    assert "speed" in capsys.readouterr().err


def test_median_and_bounds() -> None:
    assert summary([3.0, 1.0, 2.0]) == {"value": 2.0, "low": 1.0, "high": 3.0}


def test_growth_and_ratios_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from benchmarks import plots

    rows = [
        row(part="growth", case="agents", subject=agents, measure=measure, value=value)
        for agents, value in (
            ("20,000", 0.5),
            ("1,000,000", 5.0),
            ("slope", 0.6),
            ("a country of 1,000, extrapolated", 9.0),
        )
        for measure in ("after building", "building", "peak memory")
    ]
    case = "independent cascade, 1,000,000 nodes"
    rows += [
        row(part="peers", case=case, subject=x, measure="ratio, per run", value=9.0, low=8.0, high=11.0)
        for x in ("a", "b")
    ]
    assert plots.draw(rows, tmp_path) == ["ratios.svg", "growth.svg"]
