"""Built societies on disk: the same bytes and the same types as fresh ones, safe against breakage and company."""

from __future__ import annotations

import dataclasses
import hashlib
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

import prsim
from prsim.scenario.root import Scenario
from prsim.study.api import Job, run_jobs
from prsim.world import cache
from prsim.world.build import World, build_world
from prsim.world.population import Population
from tests.laboratory import fingerprint, fixture

TIES = ("public_ptr", "public_idx", "chat_ptr", "chat_idx")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, in which small worlds are kept too."""
    monkeypatch.setenv("PRSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SMALLEST", 0)
    return tmp_path / "cache" / "worlds"


def small(**changes: Any) -> Scenario:
    return fixture("rich", {"population.agents": 3000, "horizon_days": 10.0, **changes})


def arrays(w: World) -> dict[str, np.ndarray]:
    found = {f.name: getattr(w.population, f.name) for f in dataclasses.fields(Population)}
    return found | {name: getattr(w.ties, name) for name in TIES}


def digest(w: World) -> dict[str, str]:
    return {k: f"{a.dtype} {a.shape} {hashlib.sha256(a.tobytes()).hexdigest()}" for k, a in arrays(w).items()}


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(scenario: Scenario) -> Any:
        raise AssertionError("built again")

    monkeypatch.setattr(cache, "build_society", build)


def count(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    built: list[Scenario] = []
    real = cache.build_society

    def build(scenario: Scenario) -> Any:
        built.append(scenario)
        return real(scenario)

    monkeypatch.setattr(cache, "build_society", build)
    return built


# What is loaded ------------------------------------------------------------------------------------------------------


def test_a_loaded_world_has_the_bytes_and_runs_of_a_fresh_one(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = small()
    monkeypatch.setenv("PRSIM_CACHE", "off")
    fresh = build_world(s)
    assert not own_cache.exists()
    monkeypatch.setenv("PRSIM_CACHE", str(own_cache.parent))
    kept = build_world(s)
    forbid(monkeypatch)
    loaded = build_world(s)
    assert digest(fresh) == digest(kept) == digest(loaded)
    assert loaded.ties.own.dtype == fresh.ties.own.dtype and loaded.notes == fresh.notes == ()
    runs = [prsim.simulate(s, 3, world=w) for w in (fresh, loaded)]
    assert fingerprint(runs[0]) == fingerprint(runs[1])


def test_compiled_code_sees_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba has another type for arrays that cannot be written to, and would compile every kernel again."""
    s = small()
    monkeypatch.setenv("PRSIM_CACHE", "off")
    fresh = arrays(build_world(s))
    monkeypatch.delenv("PRSIM_CACHE")
    monkeypatch.setattr(cache, "_MAPPED", 1)
    build_world(s)
    forbid(monkeypatch)
    loaded = arrays(build_world(s))
    assert {k: numba.typeof(a) for k, a in loaded.items()} == {k: numba.typeof(a) for k, a in fresh.items()}
    assert all(type(a) is np.ndarray and a.flags.aligned for a in loaded.values())
    assert isinstance(loaded["public_idx"].base, np.memmap), "mapped, not read"


def test_what_is_written_to_a_loaded_array_stays_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    s = small()
    before = digest(build_world(s))
    forbid(monkeypatch)
    build_world(s).ties.public_idx[:] = 0
    assert digest(build_world(s)) == before


@pytest.mark.parametrize(
    "change",
    [
        {"population.seed": 2}, {"population.agents": 3001}, {"segments.owners.size": 999_999.0},
        {"population.chat_rewire": 0.2}, {"recommendation.personal_sd": 1.01},
    ],
    ids=lambda c: next(iter(c)),
)  # fmt: skip
def test_another_audience_is_another_entry(
    change: dict[str, Any], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = count(monkeypatch)
    build_world(small())
    build_world(small(**change))
    build_world(small(**{"belief.eta": 0.11, "seed": 5}))
    assert len(built) == len(entries(own_cache)) == 2, "another audience is; another belief is not"


def test_the_code_and_the_graph_files_are_part_of_the_name(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"source": np.arange(300), "target": (np.arange(300) * 7 + 1) % 300})
    frame[frame["source"] != frame["target"]].to_csv("ties.csv", index=False)
    s = small(**{"population.follower_graph": "ties.csv"})
    built = count(monkeypatch)
    first = build_world(s)
    assert first.notes and build_world(s).notes == first.notes and len(built) == 1
    assert build_world(s).ties.own.tolist() == [True, False]
    frame[frame["source"] != frame["target"]][2:].to_csv("ties.csv", index=False)
    assert digest(build_world(s)) != digest(first) and len(built) == 2
    monkeypatch.setattr(cache, "_builder", lambda: "another version")
    build_world(s)
    assert len(built) == 3


# Breakage and company ------------------------------------------------------------------------------------------------


def truncate(entry: Path) -> None:
    path = entry / "public.idx.npy"
    path.write_bytes(path.read_bytes()[:-100])


def zero(entry: Path) -> None:
    with (entry / "population.base.npy").open("r+b") as file:
        file.seek(4096)
        file.write(bytes(8192))


def lose(entry: Path) -> None:
    (entry / "population.users.npy").unlink()


def garble(entry: Path) -> None:
    (entry / "about.json").write_text('{"arrays": ', encoding="utf-8")


def swap(entry: Path) -> None:
    np.save(entry / "chat.idx.npy", np.load(entry / "chat.idx.npy").astype(np.int64))


@pytest.mark.parametrize("harm", [truncate, zero, lose, garble, swap], ids=lambda f: f.__name__)
def test_a_broken_entry_is_built_again(
    harm: Callable[[Path], None], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s = small()
    before = digest(build_world(s))
    (entry,) = entries(own_cache)
    harm(entry)
    built = count(monkeypatch)
    assert digest(build_world(s)) == before and len(built) == 1
    assert digest(build_world(s)) == before and len(built) == 1, "and kept again"
    assert entries(own_cache) == [entry], "nothing is left over"


def test_where_nothing_can_be_written_it_works_without(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    s = small()
    before = digest(build_world(s))
    cache.shutil.rmtree(own_cache)
    monkeypatch.setattr(np, "save", full)
    assert digest(build_world(s)) == before
    assert entries(own_cache) == []
    with cache.shared_society(s) as folder:
        assert folder is None


def _digest_in_process(s: Scenario) -> dict[str, str]:
    cache.SMALLEST = 0
    return digest(build_world(s))


def test_two_processes_at_the_same_time(own_cache: Path) -> None:
    s = small(**{"population.agents": 20_000})
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        a, b = pool.map(_digest_in_process, [s, s])
    assert a == b == digest(build_world(s))
    assert len(entries(own_cache)) == 1, "one entry, nothing half-written"


def test_what_was_used_longest_ago_goes_first(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 3)
    scenarios = [small(**{"population.seed": seed}) for seed in range(1, 6)]
    for age, s in enumerate(scenarios[:3]):
        build_world(s)
        (new,) = [e for e in entries(own_cache) if e.stat().st_mtime > 1e9]
        os.utime(new, (age + 1, age + 1))
    build_world(scenarios[0])  # used again
    built = count(monkeypatch)
    build_world(scenarios[3])
    assert len(entries(own_cache)) == 3
    for s in (scenarios[0], scenarios[2], scenarios[3]):
        build_world(s)
    assert built == [scenarios[3]]
    size = sum(f.stat().st_size for f in entries(own_cache)[0].iterdir())
    monkeypatch.setattr(cache, "MOST_BYTES", int(1.5 * size))
    build_world(scenarios[4])
    assert len(entries(own_cache)) == 1
    forbid(monkeypatch)
    build_world(scenarios[4])


def test_half_written_folders_are_removed_after_an_hour(own_cache: Path) -> None:
    old, young = own_cache / ".old", own_cache / ".young"
    for folder in (old, young):
        (folder / "new").mkdir(parents=True)
    os.utime(old, (1e9, 1e9))
    build_world(small())
    assert young.exists() and not old.exists()


def test_small_worlds_are_not_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SMALLEST", 3001)
    build_world(small())
    assert entries(own_cache) == []


# Workers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [False, True], ids=["cache", "no cache"])
def test_workers_map_what_was_built_once(off: bool, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if off:
        monkeypatch.setenv("PRSIM_CACHE", "off")
    s = small()
    built = count(monkeypatch)
    with cache.shared_society(s) as folder:
        assert folder is not None and folder.is_dir() and len(built) == 1
        forbid(monkeypatch)
        assert digest(build_world(s, folder=folder)) == digest(build_world(s, folder=folder))
    assert folder.is_dir() is not off, "a temporary folder goes when the work is done"


def test_a_temporary_folder_that_is_gone_is_no_harm(tmp_path: Path) -> None:
    s = small()
    assert digest(build_world(s, folder=tmp_path / "gone")) == digest(build_world(s))


@pytest.mark.slow
@pytest.mark.parametrize("wish", ["on", "off"])
def test_runs_in_workers_are_the_same(wish: str, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRSIM_CACHE", "off" if wish == "off" else str(own_cache.parent))
    s = small(**{"population.agents": 50_000})
    jobs = [Job("run", s, seed) for seed in (1, 2)]
    alone = [fingerprint(run) for _, run in sorted(run_jobs(jobs, 1), key=lambda done: done[0])]
    both = [fingerprint(run) for _, run in sorted(run_jobs(jobs, 2), key=lambda done: done[0])]
    assert alone == both
