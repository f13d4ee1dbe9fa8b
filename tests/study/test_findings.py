"""What a stored study says, from a sweep that was run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prsim
from prsim.study.findings import findings
from prsim.study.opened import Study

EXPERIMENT = """
scenario: {tiny}
set: {{population.agents: 500, horizon_days: 9}}
experiment:
  title_en: Delay
  replicates: 6
  design:
    - {{kind: delays, hours: [1, 6, 48]}}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study")
    tiny = Path(__file__).parents[1] / "fixtures" / "tiny.yaml"
    (folder / "delay.yaml").write_text(EXPERIMENT.format(tiny=tiny), encoding="utf-8")
    return prsim.sweep(str(folder / "delay.yaml"), folder / "out", workers=1)


def test_the_differences_are_those_of_the_summaries(study: Study) -> None:
    found = findings(study, reference=1)
    table = found["differences"]
    assert found["reference"] == 1
    assert set(table["point"]) == {0, 2}
    assert (table["against"] == 1).all()
    rows = study.summaries
    nps = rows[(rows["metric"] == "nps") & (rows["statistic"] == "mean") & (rows["segment"] == "all")]
    wide = nps.pivot(index="seed", columns="point", values="value")
    mean = table[(table["metric"] == "nps") & (table["point"] == 2)]["mean"].item()
    assert mean == pytest.approx((wide[2] - wide[1]).mean())
    assert {"lo_simultaneous", "hi_simultaneous", "p_higher", "verdict", "n"} <= set(table.columns)
    best = {row["metric"]: row for row in found["best"]}
    assert best["nps"]["point"] == int(np.argmax([wide[p].mean() for p in (0, 1, 2)]))
    assert not set(best["nps"]["undecided"]) & {best["nps"]["point"]}


def test_segments_are_told_of_the_point_that_the_table_calls_best(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a run failed the best mean of all runs (here point 2) is not that of the runs all points have (point 0)."""
    rows = study.summaries.copy()
    nps = (rows["metric"] == "nps") & (rows["statistic"] == "mean") & (rows["segment"] == "all")
    for point, values in {0: [1.0] * 6, 1: [0.0] * 6, 2: [9.0, *[0.5] * 5]}.items():
        here = nps & (rows["point"] == point)
        rows.loc[here, "value"] = rows.loc[here, "replicate"].map(dict(enumerate(values)))
    rows = rows[~(nps & (rows["point"] == 0) & (rows["replicate"] == 0))]
    monkeypatch.setattr(Study, "summaries", property(lambda self: rows))
    found = findings(study, reference=1, metrics=["nps"])
    table = found["differences"]
    assert [row["point"] for row in found["best"] if row["metric"] == "nps"] == [0]
    assert set(table[table["segment"] != "all"]["point"]) == {0}


def test_the_curve_of_a_study_of_delays(study: Study) -> None:
    found = findings(study)
    assert set(found["curve"]["hours"]) == {1.0, 6.0, 48.0}
    assert {"nps_loss", "recovery_h"} <= set(found["curve"]["measure"])
    assert set(found["knees"]["axis"]) == {"linear", "log"}
    runs = {(point, replicate) for point, replicate, _ in study.courses("sentiment")}
    assert len(runs) == 18
    _, _, course = next(iter(study.courses("nps")))
    assert len(course) == 10  # the start and nine days


def test_stored_plans_are_compared_by_folder(study: Study) -> None:
    whole = prsim.compare([study.folder], metrics=["nps"])
    assert whole.plans == ("delay_h=1", "delay_h=6", "delay_h=48")
    two = prsim.compare(
        [f"{study.folder}:2", f"{study.folder}:0"], metrics=["nps", "trust"], segments=["all"]
    )
    assert two.plans == ("delay_h=48", "delay_h=1")
    assert two.differences["mean"][0] == pytest.approx(-whole.differences["mean"][1])
