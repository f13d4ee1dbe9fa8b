"""K7: evidence and fit decide what a statement does; a loud answer to a small matter can make it large."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy import stats

from prsim.study.run import Run
from prsim.world.build import build_world
from tests.contracts.test_k06_delay import alone, answered, damage

SEEDS = range(1, 9)
MANY = range(1, 33)  # a small matter does little either way


@pytest.fixture(scope="module")
def runs() -> Callable[..., list[Run]]:
    @cache
    def world(name: str):  # type: ignore[no-untyped-def]
        base = alone(name)
        return base, build_world(base)

    def make(name: str, seeds: range = SEEDS, **response: object) -> list[Run]:
        base, built = world(name)
        return [answered(base, built, seed, **response) for seed in seeds]

    return make


def harm(of: list[Run]) -> np.ndarray:
    return np.array([damage(run) for run in of])


@pytest.mark.slow
def test_a_statement_without_evidence_does_less_and_rebounds(runs: Callable[..., list[Run]]) -> None:
    known = runs("privacy", first_h=1.0, analysis_h=0.0, statement_h=1.0)
    blind = runs("privacy", first_h=1.0, analysis_h=200.0, statement_h=1.0)
    assert stats.ttest_rel(harm(blind), harm(known), alternative="greater").pvalue < 0.01
    for run in blind:
        waves = run.events[run.events["kind"] == "second_wave"]
        assert (waves["cause"] == "unconvincing statement").any()
    for run in known:
        waves = run.events[run.events["kind"] == "second_wave"]
        assert not (waves["cause"] == "unconvincing statement").any()


@pytest.mark.slow
def test_a_mismatched_denial_does_harm(runs: Callable[..., list[Run]]) -> None:
    silent = runs("privacy", strategy="silence")
    denied = runs("privacy", strategy="deny")
    assert stats.ttest_rel(harm(denied), harm(silent), alternative="greater").pvalue < 0.01


@pytest.mark.slow
def test_private_contact_beats_a_loud_statement_for_a_small_matter_only(
    runs: Callable[..., list[Run]],
) -> None:
    small_loud = runs("read_receipts", MANY, strategy="clarify")
    small_private = runs("read_receipts", MANY, strategy="private_contact")
    assert stats.ttest_rel(harm(small_loud), harm(small_private), alternative="greater").pvalue < 0.05
    large_loud = runs("privacy", strategy="apologise")
    large_private = runs("privacy", strategy="private_contact")
    assert stats.ttest_rel(harm(large_private), harm(large_loud), alternative="greater").pvalue < 0.01


@pytest.mark.slow
def test_the_small_matter_stays_small_unanswered(runs: Callable[..., list[Run]]) -> None:
    for run in runs("read_receipts", strategy="silence"):
        assert not (run.events["kind"] == "hot_search_enter").any()
