"""The response-time curve out of studies of known shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prsim.errors import StudyRefused
from prsim.study.opened import Study
from prsim.study.response_curve import recovery_hours, response_curve

HOURS = (0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 72.0)
REPLICATES = 20


class Stored(Study):
    """Damage that jumps between 4 and 8 h for one strategy, and does not depend on the delay for the other."""

    def __init__(self, hours: tuple[float, ...] = HOURS) -> None:
        self.folder, self.manifest = Path("made-up"), {}
        rng = np.random.default_rng(2)
        points, rows = [], []
        self.bottoms: dict[tuple[int, int], float] = {}
        luck = rng.standard_normal(REPLICATES)
        for strategy in ("clarify", "deny"):
            for h in hours:
                p = len(points)
                points.append((p, f"{p:016x}", "privacy", strategy, h, "{}"))
                for r in range(REPLICATES):
                    rise = 3.0 * (h > 4) + 0.2 * np.log2(h) if strategy == "clarify" else 0.0
                    loss = 5.0 + rise + luck[r] + 0.05 * rng.standard_normal()
                    self.bottoms[p, r] = loss
                    rows += [
                        (p, r, r, "all", metric, statistic, loss)
                        for metric, statistic in (
                            ("nps", "loss"),
                            ("sentiment", "trough"),
                            ("complaints", "mean"),
                        )
                    ]
        self.__dict__ |= {
            "points": pd.DataFrame(
                points, columns=["point", "key", "incident", "strategy", "delay_h", "changes"]
            ),
            "incidents": pd.DataFrame(
                [(p, r, 40.0) for p, r in self.bottoms], columns=["point", "replicate", "start_h"]
            ),
            "summaries": pd.DataFrame(
                rows, columns=["point", "replicate", "seed", "segment", "metric", "statistic", "value"]
            ),
        }

    def courses(self, metric: str, segment: str = "all") -> Iterator[tuple[int, int, np.ndarray]]:
        assert metric == "negative_share"
        for p, r in self.bottoms:
            yield p, r, np.array([np.nan, 0.2, 0.8, 0.5, 0.24, 0.2])


def test_the_curve_and_its_knee() -> None:
    found = response_curve(Stored(), measures=["nps_loss", "sentiment_trough", "hot_search_hours"])
    curve = found.curve
    assert set(curve["measure"]) == {"nps_loss", "sentiment_trough"}  # of the other no run says anything
    clarify = curve[(curve["strategy"] == "clarify") & (curve["measure"] == "nps_loss")]
    assert clarify["hours"].tolist() == list(HOURS)
    assert (clarify["lo"] < clarify["mean"]).all()
    assert (clarify["mean"] < clarify["hi"]).all()
    assert (clarify["n"] == REPLICATES).all()
    rise = clarify["mean"].iloc[-1] - clarify["mean"].iloc[0]
    assert rise == pytest.approx(3.0 + 0.2 * np.log2(144), abs=0.1)
    knees = found.knees.set_index(["strategy", "measure", "axis"]).sort_index()
    knee = knees.loc[("clarify", "nps_loss", "linear")]
    assert (knee["begin"], knee["end"], knee["rises"]) == (4.0, 8.0, True)
    assert knee["hours"] == pytest.approx(np.sqrt(32))
    assert knee["slope"] == pytest.approx((3.0 + 0.2) / 4, abs=0.05)  # points an hour
    assert knees.loc[("clarify", "nps_loss", "log")]["slope"] == pytest.approx(3.2, abs=0.1)  # a doubling
    flat = knees.loc[("deny", "nps_loss", "linear")]
    assert not flat["rises"]
    assert np.isnan(flat["hours"])


def test_what_delay_costs_is_known_better_than_what_there_is() -> None:
    curve = response_curve(Stored(), measures=["nps_loss"]).curve
    clarify = curve[curve["strategy"] == "clarify"]
    first, *_, last = (row for _, row in clarify.iterrows())
    assert (first["rise"], first["rise_lo"], first["rise_hi"]) == (0.0, 0.0, 0.0)
    assert last["rise"] == pytest.approx(last["mean"] - first["mean"])
    assert last["rise_lo"] < 3.0 + 0.2 * np.log2(144) < last["rise_hi"]
    assert last["rise_hi"] - last["rise_lo"] < (last["hi"] - last["lo"]) / 5  # the luck is shared


def test_recovery_is_measured_from_the_incident() -> None:
    found = response_curve(Stored(), measures=["recovery_h"])
    assert (found.curve["mean"] == 4 * 24 - 40.0).all()  # over by the end of the fourth day
    assert found.notes == ()


@pytest.mark.parametrize(
    ("course", "hours", "over"),
    [
        ([np.nan, 0.2, 1.0, 0.6, 0.25], 72.0, True),
        ([np.nan, 0.2, 1.0, 0.2, 0.5, 0.2], 96.0, True),  # a second wave counts
        ([np.nan, 0.2, 1.0, 0.9], 48.0, False),
        ([np.nan, 0.2, 0.1, 0.2], 0.0, True),
        ([np.nan, 0.2, np.nan, 1.0, np.nan, 0.2], 96.0, True),
        ([np.nan, 0.2], 0.0, True),
    ],
)
def test_recovery_of_a_course(course: list[float], hours: float, over: bool) -> None:
    assert recovery_hours(np.array(course), start_h=24.0) == (hours, over)


def test_a_study_without_delays_is_refused() -> None:
    with pytest.raises(StudyRefused, match="does not vary delay_h"):
        response_curve(Stored(hours=(2.0,)))


def test_other_factors_are_named_with_the_strategy() -> None:
    study = Stored()
    points = study.points.rename(columns={"incident": "kind"})
    study.__dict__["points"] = points
    found = response_curve(study, measures=["nps_loss"])
    assert set(found.curve["incident"]) == {""}
    assert set(found.curve["strategy"]) == {"clarify, kind=privacy", "deny, kind=privacy"}
