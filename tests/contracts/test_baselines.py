"""K1 from one commit to the next: scenarios give what is on file, or somebody meant it to move (see ``baselines``)."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from prsim.measure.tables import Observations
from prsim.study.run import Run
from tests.contracts import baselines
from tests.contracts.baselines import FILE, PACKAGED, RENEW, SCENARIOS, digest, here, measured, moved, on_file

CONF = Path(__file__).parents[2] / "conf" / "scenario"
MEANT = f"If this is meant, `{RENEW}` writes the file anew, and CHANGELOG.md must say why outputs change."


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_gives_the_numbers_and_events_on_file(name: str) -> None:
    lines = list(moved(name, on_file()["runs"][name], measured(name)))
    if lines:
        pytest.fail("\n".join([*lines, MEANT]), pytrace=False)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_gives_the_tables_on_file(name: str) -> None:
    file = on_file()
    for key, there in file["recorded_on"].items():
        if here()[key] != there:
            pytest.skip(f"the file's digests are of {key} {there}, this is {here()[key]}")
    before, now = file["runs"][name]["digest"], measured(name)["digest"]
    if before != now:
        text = f"{name}: the digest of its tables (nine digits) moved from {before[:12]}… to {now[:12]}…"
        pytest.fail(f"{text}\n{MEANT}", pytrace=False)


def test_every_packaged_scenario_is_on_file() -> None:
    assert sorted(PACKAGED) == sorted(path.stem for path in CONF.glob("*.yaml"))
    assert list(on_file()["runs"]) == list(SCENARIOS)


def test_the_file_is_as_it_is_written() -> None:
    assert baselines.written(on_file()) == FILE.read_text(encoding="utf-8")


def with_value(run: Run, at: int, value: float) -> Run:
    """A run with one value of its time series replaced."""
    seen = run.outcome.observed
    values = seen.values.copy()
    values[at] = value
    observed = Observations(seen.keys, seen.grids, seen.grid, values)
    return Run(run.scenario, run.seed, run.outcome._replace(observed=observed))


def test_the_digest_sees_the_ninth_digit_but_not_the_last_bit(rich_run: Run) -> None:
    at = int(np.argmax(rich_run.outcome.observed.values))
    was = digest(with_value(rich_run, at, 12.3456789))
    assert digest(with_value(rich_run, at, np.nextafter(12.3456789, 13.0))) == was
    assert digest(with_value(rich_run, at, 12.3456790)) != was


def test_the_digest_sees_words_and_money(rich_run: Run) -> None:
    for table, column, value in (("events", "cause", "other"), ("ledger", "amount_fen", 1)):
        run = dataclasses.replace(rich_run)  # tables of its own
        frame = getattr(run, table).copy()
        frame.loc[frame.index[3], column] = value
        vars(run)[table] = frame
        assert digest(run) != digest(rich_run), table


def test_what_moved_is_named_with_both_values() -> None:
    before = on_file()["runs"]["rich"]
    now = copy.deepcopy(before)
    assert not list(moved("rich", before, now))
    now["numbers"]["final nps"] *= 1 + 1e-7
    assert not list(moved("rich", before, now))
    now["numbers"]["final nps"] = before["numbers"]["final nps"] * (1 + 2e-5)
    now["numbers"]["spent_fen"] += 1
    del now["events"]["survey"]
    assert [line.split(" moved from ")[0] for line in moved("rich", before, now)] == [
        "rich: final nps",
        "rich: spent_fen",
        "rich: events, survey,",
    ]
    spent = before["numbers"]["spent_fen"]
    assert f"rich: spent_fen moved from {spent} to {spent + 1}" in moved("rich", before, now)
