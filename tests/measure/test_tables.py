"""The compact tables hold what there is, and the tables made of them are those that pandas makes of the same rows."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from prsim.measure.tables import Entries, Observations, stacked_entries, stacked_observations
from prsim.measure.targets import series_of

TIMES = np.array([0.0, 6.0, 12.0, 18.0])
NAN = np.nan
COLUMNS = ("time_h", "who", "value", "fen")
ROWS = [(0.5, "钉", 1.0, 3), (2.0, "a", 2, -4), (3.0, "钉", NAN, 2**40)]


def observations(**rows: list[float]) -> Observations:
    """Metrics of segment 'all'; one more of a segment."""
    keys = [(name, "all") for name in rows] + [("nps", "owners")]
    values = np.array([*rows.values(), [1.0, NAN, 3.0, 4.0]])
    return Observations.of_blocks(
        [(keys, TIMES.copy(), values), ([("wave", "all")], TIMES[1:2].copy(), np.array([[9.0]]))]
    )


FULL = {"reach": [1.0, 2.0, 3.0, 4.0], "rate": [NAN, 5.0, NAN, np.inf], "never": [NAN] * 4}


def tidy(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    """The same as a table made by pandas of single rows."""
    frame = pd.DataFrame(rows, columns=["metric", "segment", "time_h", "value"])
    frame = frame[["time_h", "segment", "metric", "value"]]
    return frame.astype({"segment": "category", "metric": "category"})


def test_only_finite_values_are_held() -> None:
    seen = observations(**FULL)
    assert seen.keys == (("nps", "owners"), ("rate", "all"), ("reach", "all"), ("wave", "all"))
    t, v = seen.of("rate")
    assert (list(t), list(v)) == ([6.0], [5.0])
    t, v = seen.of("nps", "owners")
    assert (list(t), list(v)) == ([0.0, 12.0, 18.0], [1.0, 3.0, 4.0])
    assert [len(a) for a in seen.of("never")] == [len(a) for a in seen.of("nps")] == [0, 0]
    assert seen.metrics() == ["rate", "reach", "wave"]
    assert len(seen.values) == 3 + 1 + 4 + 1


def test_the_table_is_tidy_and_sorted() -> None:
    expected = tidy(
        *(("nps", "owners", t, v) for t, v in ((0.0, 1.0), (12.0, 3.0), (18.0, 4.0))),
        ("rate", "all", 6.0, 5.0),
        *(("reach", "all", t, v) for t, v in zip(TIMES, FULL["reach"], strict=True)),
        ("wave", "all", 6.0, 9.0),
    )
    pd.testing.assert_frame_equal(observations(**FULL).frame(), expected, check_exact=True)


def test_the_table_and_its_compact_form_are_read_alike() -> None:
    seen = observations(**FULL)
    for metric, segment in (("reach", "all"), ("rate", "all"), ("nps", "owners"), ("never", "all")):
        for a, b in zip(
            series_of(seen, metric, segment), series_of(seen.frame(), metric, segment), strict=True
        ):
            assert np.array_equal(a, b)


@pytest.mark.parametrize("other", [FULL, {"reach": [4.0, 3.0, 2.0, 1.0], "zeal": [1.0] * 4}])
def test_several_runs_are_stacked_as_pandas_stacks_their_tables(other: dict[str, list[float]]) -> None:
    runs = [observations(**FULL), observations(**other)]
    frames = [run.frame().astype({"segment": str, "metric": str}).assign(run=i) for i, run in enumerate(runs)]
    expected = pd.concat(frames, ignore_index=True)[["run", "time_h", "segment", "metric", "value"]]
    expected = expected.astype({"segment": "category", "metric": "category"})
    pd.testing.assert_frame_equal(stacked_observations(runs), expected, check_exact=True)


def test_nothing_observed_is_an_empty_table() -> None:
    empty = Observations.of_blocks([])
    assert list(empty.frame()) == ["time_h", "segment", "metric", "value"]
    assert len(empty.frame()) == 0
    assert len(pickle.loads(pickle.dumps(empty)).values) == 0


def test_observations_travel_compressed_and_whole() -> None:
    rng = np.random.default_rng(1)
    quiet = np.where(np.arange(1000) % 100 == 0, rng.normal(size=1000), 0.0)
    seen = Observations.of_blocks([([("a", "all")], np.arange(1000.0), quiet[None])])
    packed = pickle.dumps(seen)
    assert len(packed) < 0.75 * 16_000
    got = pickle.loads(packed)
    assert isinstance(got.held, bytes)
    assert pickle.loads(pickle.dumps(got)).packed() == seen.packed()
    assert np.array_equal(got.values, quiet)
    assert isinstance(got.held, np.ndarray)
    assert pickle.loads(packed).keys is got.keys, "runs of a scenario share their keys"


def test_nobody_can_change_what_was_observed() -> None:
    seen = observations(**FULL)
    for table in (seen, pickle.loads(pickle.dumps(seen))):
        for array in table.of("reach"):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 9.0
        frame = table.frame()
        frame.loc[:, "value"] = 9.0
        assert list(table.of("reach")[1]) == FULL["reach"]


def test_a_log_is_the_table_that_pandas_makes_of_its_rows() -> None:
    log = Entries.of_rows(COLUMNS, ROWS)
    pd.testing.assert_frame_equal(log.frame(), pd.DataFrame(ROWS, columns=list(COLUMNS)), check_exact=True)
    assert len(log) == 3
    assert log["who"] == ["钉", "a", "钉"]
    assert log["fen"] == [3, -4, 2**40]
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(log)).frame(), log.frame())


def test_many_names_in_a_log() -> None:
    rows = [(float(i), f"name {i % 700}", 0.0, i) for i in range(1500)]
    assert Entries.of_rows(COLUMNS, rows)["who"] == [row[1] for row in rows]


def test_an_empty_log_is_an_empty_table() -> None:
    log = Entries.of_rows(COLUMNS, [])
    pd.testing.assert_frame_equal(log.frame(), pd.DataFrame([], columns=list(COLUMNS)))
    assert len(log) == len(log["who"]) == 0


def test_logs_of_several_runs_are_stacked() -> None:
    logs = [Entries.of_rows(COLUMNS, rows) for rows in (ROWS, ROWS[:1])]
    stacked = stacked_entries(logs)
    assert list(stacked["run"]) == [0, 0, 0, 1]
    assert list(stacked["fen"]) == [3, -4, 2**40, 3]
