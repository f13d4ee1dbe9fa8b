from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prsim.report.readings import Readings, Track, quantiles, ratio_of_sums


def track(values: list[list[float]], step: float = 6.0) -> Track:
    table = np.array(values, dtype=float)
    return Track(np.arange(1, table.shape[1] + 1) * step, np.arange(table.shape[0]), table)


def test_quantiles_are_those_of_numpy_with_gaps_left_out() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(23, 200))
    values[rng.random(values.shape) < 0.3] = np.nan
    levels = (0.0, 0.025, 0.1, 0.5, 0.9, 0.975, 1.0)
    np.testing.assert_allclose(
        quantiles(values, levels), np.nanquantile(values, levels, axis=0), rtol=0, atol=1e-12
    )


def test_quantiles_of_nothing_are_nan() -> None:
    assert np.isnan(quantiles(np.full((4, 3), np.nan), (0.5,))).all()
    assert np.isnan(quantiles(np.zeros((0, 3)), (0.5,))).all()
    np.testing.assert_array_equal(quantiles(np.array([[2.0, np.nan]]), (0.1, 0.9)), [[2.0, np.nan]] * 2)


def test_bands_of_a_fan_are_the_quantiles_over_runs() -> None:
    values = np.random.default_rng(2).normal(size=(60, 12))
    fan = Track(np.arange(12.0), np.arange(60), values).fan(runs_for_95=40)
    assert [name for name, _, _ in fan.bands] == ["band95", "band80", "band50"]
    np.testing.assert_allclose(fan.median, np.median(values, axis=0))
    for (_, low, high), (q_low, q_high) in zip(
        fan.bands, [(0.025, 0.975), (0.1, 0.9), (0.25, 0.75)], strict=True
    ):
        np.testing.assert_allclose(low, np.quantile(values, q_low, axis=0))
        np.testing.assert_allclose(high, np.quantile(values, q_high, axis=0))


@pytest.mark.parametrize(
    ("runs", "names"),
    [(1, []), (2, ["band_range"]), (9, ["band_range"]), (20, ["band_range", "band80", "band50"])],
)
def test_few_runs_promise_no_95_percent(runs: int, names: list[str]) -> None:
    values = np.random.default_rng(3).normal(size=(runs, 5))
    fan = Track(np.arange(5.0), np.arange(runs), values).fan(runs_for_95=40)
    assert [name for name, _, _ in fan.bands] == names
    if "band_range" in names:
        np.testing.assert_allclose(fan.bands[0][1], values.min(axis=0))


def test_tracks_are_cut_out_of_a_shuffled_table_with_gaps() -> None:
    rows = [
        (run, hour, segment, metric, run * 100 + hour + 0.5 * (segment == "a") + 1000 * (metric == "x"))
        for run in (3, 7)
        for hour in (6.0, 12.0, 18.0)
        for segment in ("all", "a")
        for metric in ("nps", "x")
    ]
    table = pd.DataFrame(rows, columns=["run", "time_h", "segment", "metric", "value"])
    table = table[~((table["run"] == 7) & (table["time_h"] == 12.0))].sample(frac=1.0, random_state=4)
    found = Readings(table).track("nps", "a")
    assert found is not None
    np.testing.assert_array_equal(found.runs, [3, 7])
    np.testing.assert_array_equal(found.times_h, [6, 12, 18])
    np.testing.assert_array_equal(found.values, [[306.5, 312.5, 318.5], [706.5, np.nan, 718.5]])
    for category in ("category", "object"):
        again = Readings(table.astype({"metric": category, "segment": category})).track("nps", "a")
        assert again is not None
        np.testing.assert_array_equal(again.values, found.values)


def test_absent_and_all_nan_measures_are_none() -> None:
    table = pd.DataFrame(
        {"run": [0], "time_h": [6.0], "segment": ["all"], "metric": ["nps"], "value": [np.nan]}
    )
    readings = Readings(table)
    assert readings.track("nps") is None
    assert readings.track("trust") is None
    assert readings.track("nps", "founders") is None
    assert Readings(pd.DataFrame()).metrics == ()


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="time_h"):
        Readings(pd.DataFrame({"run": [0], "segment": ["all"], "metric": ["nps"], "value": [1.0]}))


def test_observations_close_the_interval_before_them() -> None:
    daily = track([[1, 2, 3, 4, 10, 20, 30, 40]]).binned(24.0)
    np.testing.assert_array_equal(daily.times_h, [12, 36])
    np.testing.assert_array_equal(daily.values, [[2.5, 25.0]])


def test_a_partial_last_day_is_scaled_to_a_whole_one() -> None:
    sums = track([[1, 1, 1, 1, 1, 1, 1, 1, 1]]).binned(24.0, "sum")
    np.testing.assert_array_equal(sums.values, [[4.0, 4.0, 4.0]])


def test_sums_leave_out_an_observation_at_the_very_start() -> None:
    counts = Track(np.arange(9) * 6.0, np.arange(1), np.array([[0.0] + [5.0] * 8]))
    np.testing.assert_array_equal(counts.binned(24.0, "sum").values, [[20.0, 20.0]])


def test_a_daily_share_is_weighted_by_its_base_and_silent_on_too_few() -> None:
    negative, other = track([[90, 1, 0, 0, 1, 0, 0, 0]]), track([[10, 9, 10, 10, 2, 2, 2, 2]])
    share = ratio_of_sums(negative, [negative, other], 24.0, least=50.0)
    np.testing.assert_allclose(share.values[0, 0], 91 / 130)
    assert np.isnan(share.values[0, 1])


def test_the_last_known_value_of_each_run() -> None:
    np.testing.assert_array_equal(track([[1, 2, np.nan], [4, 5, 6], [np.nan] * 3]).last(), [2, 6, np.nan])
