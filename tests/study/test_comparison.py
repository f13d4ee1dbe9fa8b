"""Plans compared: stored studies of known truth, and small scenarios that are run."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.errors import ConfigError
from prsim.study.candidates import candidates_of
from prsim.study.choice import choose_best
from prsim.study.comparison import Comparison, compare
from prsim.study.measures import better_of, headline, measures_of
from prsim.study.opened import Study

TINY = Path(__file__).parents[1] / "fixtures" / "tiny.yaml"
SMALL = ["population.agents=500", "horizon_days=10"]


class Stored(Study):
    """A study whose tables are made up: points of known means, luck that they share."""

    def __init__(
        self, means: list[float], replicates: int = 20, shift: float = 0.0, gaps: tuple[int, ...] = ()
    ) -> None:
        self.folder, self.manifest = Path("made-up"), {}
        rng = np.random.default_rng(1)
        luck = rng.standard_normal(replicates)
        rows, runs, points = [], [], []
        for p, mean in enumerate(means):
            points.append({"point": p, "key": f"{p:016x}", "level": float(p), "changes": "{}"})
            for r in range(replicates):
                seed = r + 1 + int(shift * p)
                runs.append((p, r, seed, "failed" if (p, r) == (0, 3) and gaps else "done"))
                own = 0.2 * rng.standard_normal()
                values = {
                    ("nps", "mean"): mean + luck[r] + own,
                    ("negative_share", "mean"): 0.3 - 0.1 * mean + 0.01 * own,
                    ("hot_search_hours", "end"): 0.0,
                    ("complaints", "mean"): math.nan,
                }
                for (metric, statistic), value in values.items():
                    if math.isfinite(value) and not (r in gaps and metric == "nps"):
                        rows.append((p, r, seed, "all", metric, statistic, value))
        self.__dict__ |= {
            "points": pd.DataFrame(points),
            "runs": pd.DataFrame(runs, columns=["point", "replicate", "seed", "status"]),
            "summaries": pd.DataFrame(
                rows, columns=["point", "replicate", "seed", "segment", "metric", "statistic", "value"]
            ),
            "experiment": SimpleNamespace(scenario=prsim.load(TINY)),
        }


def row(found: Comparison, metric: str, **labels: Any) -> pd.Series:
    table = found.differences
    for name, value in {"metric": metric, **labels}.items():
        table = table[table[name] == value]
    (only,) = (r for _, r in table.iterrows())
    return only


# --- stored studies -----------------------------------------------------------------------------------------


def test_a_difference_is_told_and_its_direction_is_that_of_the_metric() -> None:
    found = compare([Stored([1.0, 0.0])], metrics=["nps", "negative_share"])
    nps, negative = row(found, "nps"), row(found, "negative_share")
    assert nps["verdict"] == "higher"
    assert nps["lo_simultaneous"] < 1.0 < nps["hi_simultaneous"]
    assert nps["mean"] == pytest.approx(nps["value"] - nps["value_against"])
    assert nps["p_better"] > 0.99
    assert (negative["verdict"], negative["better"]) == ("lower", "lower")
    assert negative["p_better"] > 0.99
    # luck of variance 1 is shared, luck of variance 0.04 is not
    assert nps["variance_ratio"] == pytest.approx((1 + 0.04) / 0.04, rel=0.7)
    assert (found.pairs, found.looks, found.plans) == (20, (20,), ("level=0", "level=1"))


def test_equal_points_are_not_told_apart_and_it_is_said_what_would_tell() -> None:
    found = row(compare([Stored([0.5, 0.5])], metrics=["nps"]), "nps")
    assert found["verdict"] == "cannot tell"
    assert found["needed"] > 20


def test_a_metric_that_never_differs_and_one_that_no_run_has() -> None:
    found = compare([Stored([1.0, 0.0])])
    hot = row(found, "hot_search_hours")
    assert (hot["share_equal"], hot["verdict"], hot["needed"]) == (1.0, "cannot tell", math.inf)
    assert "complaints" not in set(found.differences["metric"])
    assert any("complaints" in note and "left out" in note for note in found.notes)


def test_the_best_point_and_those_that_may_be_better() -> None:
    found = compare([Stored([1.0, 0.99, -2.0, 0.0])], metrics=["nps", "negative_share"])
    nps, negative = found.best.to_dict("records")
    assert (nps["plan"], nps["undecided"]) in [("level=0", ["level=1"]), ("level=1", ["level=0"])]
    assert (negative["metric"], negative["plan"]) == ("negative_share", "level=0")
    assert len(found.differences) == 3 * 2


def test_points_are_named_by_folder_and_number() -> None:
    study = Stored([1.0, 0.0, 2.0])
    found = compare([(study, 2), (study, 0)], metrics=["nps"])
    assert found.plans == ("level=2", "level=0")
    assert row(found, "nps")["mean"] == pytest.approx(1.0, abs=0.3)
    with pytest.raises(ConfigError, match="no point 7"):
        compare([(study, 7), (study, 0)])


def test_without_common_seeds_runs_are_paired_by_number() -> None:
    found = compare([Stored([1.0, 0.0], shift=1000)], metrics=["nps"])
    assert found.pairs == 20
    assert any("share no seeds" in note for note in found.notes)


def test_failed_runs_and_gaps_are_left_out_and_counted() -> None:
    found = compare([Stored([1.0, 0.0], gaps=(5, 6))], metrics=["nps", "negative_share"])
    assert found.pairs == 19
    assert (row(found, "nps")["n"], row(found, "negative_share")["n"]) == (17, 19)
    assert any("2 of 19 pairs have no value" in note for note in found.notes)
    assert any("1 others" in note for note in found.notes)


def test_a_comparison_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="no pair of runs has a value of complaints"):
        compare([Stored([1.0, 0.0])], metrics=["complaints"])
    with pytest.raises(ConfigError, match="no run of"):
        compare([Stored([1.0, 0.0], replicates=0)], metrics=["nps"])


def test_what_is_stored_is_neither_changed_nor_mixed_nor_run_on() -> None:
    study = Stored([1.0, 0.0])
    with pytest.raises(ConfigError, match="cannot be changed"):
        compare([study], overrides=["budget.total=1M"])
    with pytest.raises(ConfigError, match="one kind only"):
        compare([(study, 0), TINY])
    with pytest.raises(ConfigError, match="not added to"):
        choose_best([study], "nps")


# --- what is asked ------------------------------------------------------------------------------------------


def test_measures_by_name() -> None:
    targets = prsim.load(TINY).targets
    name = next(iter(targets))
    found = measures_of(["nps", "nps.trough", "reach", f"target.{name}"], ["all", "x"], targets)
    assert [m.key for m in found][:5] == [
        ("all", "nps", "mean"),
        ("x", "nps", "mean"),
        ("all", "nps", "trough"),
        ("x", "nps", "trough"),
        ("all", "reach", "end"),
    ]
    assert found[-1].goal == targets[name].value
    assert (better_of("nps"), better_of("nps", "trough"), better_of("frequency")) == ("higher", "lower", "")
    assert len(headline(targets)) == 8 + len(targets)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"metrics": ["npss"]}, "'nps'"),
        ({"metrics": ["nps.though"]}, "trough"),
        ({"metrics": ["target.x"]}, "no metric 'target.x'"),
        ({"segments": ["nobody"]}, "segment 'nobody'"),
        ({"precision": 0.5}, "name the metric too"),
        ({"metrics": ["nps"], "precision": -1.0}, "above zero"),
        ({"runs": 1}, "1 runs"),
        ({"level": 95.0}, "level"),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        compare([TINY, TINY], **asked)


def test_plans_by_name() -> None:
    one, two = candidates_of([TINY, f"{TINY}:response.first_h=24,budget.total=2M"], SMALL)
    assert one.scenario is not None
    assert two.scenario is not None
    assert (two.scenario.response.first_h, two.scenario.budget.total) == (24.0, 2e6)
    assert two.scenario.population.agents == one.scenario.population.agents == 500
    same = candidates_of([TINY, TINY])
    assert len({c.name for c in same}) == 2
    with pytest.raises(ConfigError, match="two plans or more"):
        candidates_of([TINY])
    with pytest.raises(ConfigError, match="dingtalk_2024"):
        candidates_of(["dingtalk_2042", TINY])


# --- plans that are run -------------------------------------------------------------------------------------


def test_plans_are_run_on_the_same_seeds() -> None:
    told: list[tuple[float, int]] = []
    found = compare(
        [TINY, f"{TINY}:response.first_h=24"],
        metrics=["nps", "reach"],
        runs=12,
        overrides=SMALL,
        progress=lambda done, total: told.append((done, total)),
    )
    assert found.looks == (10, 12)
    assert told[-1][0] == pytest.approx(told[-1][1])
    values = found.values
    scenario = prsim.load(TINY, SMALL)
    assert sorted(values["seed"].unique()) == [scenario.seed + i for i in range(found.pairs)]
    run = prsim.simulate(scenario, scenario.seed + 3)
    nps = run.outcome.observed.of("nps")[1].mean()
    here = (values["seed"] == scenario.seed + 3) & (values["metric"] == "nps")
    assert values[here & (values["plan"] == str(TINY))]["value"].item() == pytest.approx(nps)
    assert len(values) == 2 * found.pairs * 2


def test_a_plan_is_equal_to_itself() -> None:
    found = compare([TINY, TINY], runs=3, overrides=SMALL)
    assert (found.differences["share_equal"] == 1.0).all()
    assert (found.differences["verdict"] == "cannot tell").all()


def test_enough_precision_ends_it() -> None:
    found = compare(
        [TINY, f"{TINY}:response.first_h=24"], metrics=["nps"], precision=50.0, runs=40, overrides=SMALL
    )
    assert (found.pairs, found.enough) == (10, True)


def test_plans_that_are_hard_to_compare_are_noted() -> None:
    found = compare([TINY, f"{TINY}:horizon_days=6"], metrics=["nps"], runs=2, overrides=SMALL[:1])
    assert any("different times" in note for note in found.notes)


@pytest.mark.parametrize("within", [None, 5.0])
def test_the_best_of_three_plans(within: float | None) -> None:
    plans = [TINY, f"{TINY}:response.first_h=24", f"{TINY}:response.first_h=48"]
    found = choose_best(plans, "nps", within=within, runs=12, overrides=SMALL)
    assert found.best in found.plans
    assert found.method == ("ocba" if within is None else "kn")
    assert sum(found.runs) == (36 if within is None else 30)
    assert all(math.isfinite(mean) for mean in found.means)
    assert found.done


def test_a_best_needs_a_better_side() -> None:
    with pytest.raises(ConfigError, match="neither more nor less"):
        choose_best([TINY, TINY], "frequency")
    with pytest.raises(ConfigError, match="above zero"):
        choose_best([TINY, TINY], "nps", within=0.0)
    with pytest.raises(ConfigError, match="runs of a plan"):
        choose_best([TINY, TINY], "nps", runs=3)
