"""K1: the same configuration and seed give the same bytes, however, wherever and in whatever order they are run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

import prsim
from prsim.model import audience
from prsim.scenario.load import from_plain
from prsim.scenario.plain import to_plain
from prsim.spread.calendar import new_queue
from prsim.spread.crew import Crew
from prsim.study.run import Run
from prsim.world.build import build_world
from tests.laboratory import dingtalk, fingerprint, fixture

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def reference(rich_run: Run) -> dict[int, dict[str, str]]:
    scenario = fixture("rich")
    runs = {1: rich_run} | {seed: prsim.simulate(scenario, seed) for seed in SEEDS[1:]}
    return {seed: fingerprint(run) for seed, run in runs.items()}


def test_seeds_differ(reference: dict[int, dict[str, str]]) -> None:
    for table in ("series.value", "events.time_h", "ledger.time_h", "summary"):
        assert len({prints[table] for prints in reference.values()}) == len(SEEDS), table


def test_the_same_run_twice_in_one_process(reference: dict[int, dict[str, str]]) -> None:
    scenario = fixture("rich")
    world = build_world(scenario)
    for _ in range(2):  # the second run finds the world as the first one left it
        assert fingerprint(prsim.simulate(scenario, 1, world=world)) == reference[1]


def test_the_configuration_written_out_and_read_again(reference: dict[int, dict[str, str]]) -> None:
    again = from_plain(to_plain(fixture("rich"))).scenario
    assert fingerprint(prsim.simulate(again, 2)) == reference[2]


def test_two_threads_at_the_same_time(reference: dict[int, dict[str, str]]) -> None:
    scenario = fixture("rich")
    world = build_world(scenario)
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda seed: prsim.simulate(scenario, seed, world=world), SEEDS))
    assert [fingerprint(run) for run in runs] == [reference[seed] for seed in SEEDS]


@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_one_run_by_several_threads(
    threads: int, reference: dict[int, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are called before every step."""
    monkeypatch.setattr(audience, "MUCH", -1)
    assert fingerprint(prsim.simulate(fixture("rich"), 2, threads=threads)) == reference[2]


def test_one_run_by_more_threads_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands are late then, and what they have in their hands is done again; and the queue has to grow."""
    pieces: dict[int, int] = {}
    dismiss = Crew.dismiss

    def counted(crew: Crew) -> None:
        crew.halt()
        pieces[crew.workers] = pieces.get(crew.workers, 0) + crew.pieces
        dismiss(crew)

    monkeypatch.setattr(audience, "MUCH", -1)
    monkeypatch.setattr(audience, "new_queue", lambda ticks, chunks, threads: new_queue(ticks, 2, threads))
    monkeypatch.setattr(Crew, "dismiss", counted)
    storm = ("incidents=storm", "incidents.random.per_year=150", "engine.particles=16384")
    scenario = dingtalk("population.agents=3000", "horizon_days=15", "calendar_days=243", *storm)
    world = build_world(scenario)
    first, *others = [
        fingerprint(prsim.simulate(scenario, 7, world=world, threads=many)) for many in (1, 2, 2, 24)
    ]
    assert others == [first] * 3
    assert pieces[1] == 0
    assert pieces[24] > 0  # else nobody was disturbed


def test_one_process_and_two_and_any_order(reference: dict[int, dict[str, str]]) -> None:
    scenario = fixture("rich")
    alone = prsim.simulate_many(scenario, reversed(SEEDS), workers=1)
    # fresh processes: other memory layout, other hash randomisation
    spread = prsim.simulate_many(scenario, SEEDS, workers=2)
    assert [run.seed for run in alone] == [3, 2, 1]
    assert [run.seed for run in spread] == [1, 2, 3]
    for run in (*alone, *spread):
        assert fingerprint(run) == reference[run.seed], run.seed


def test_the_default_scenario_twice() -> None:
    scenario = dingtalk("population.agents=5000", "horizon_days=45")
    assert fingerprint(prsim.simulate(scenario, 7)) == fingerprint(prsim.simulate(scenario, 7))


def test_the_finest_record_changes_nothing_that_happens() -> None:
    """Observing is not acting: the events and the money do not depend on how often one looks."""
    coarse = prsim.simulate(fixture("rich", {"horizon_days": 12.0}), 1)
    fine = prsim.simulate(
        fixture("rich", {"horizon_days": 12.0, "engine.observe_h": 3.0, "engine.census_h": 24.0}), 1
    )
    a, b = fingerprint(coarse), fingerprint(fine)
    assert [a[k] for k in a if k.startswith("ledger")] == [b[k] for k in b if k.startswith("ledger")]
    for column in ("time_h", "kind", "subject", "cause"):
        assert a[f"events.{column}"] == b[f"events.{column}"], column
