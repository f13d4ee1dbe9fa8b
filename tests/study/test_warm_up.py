from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest

from prsim.study import warm_up as module
from prsim.study.warm_up import is_warm, warm_up


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """A cache in which nothing is compiled, and a compilation that only remembers that it was asked for."""
    calls: list[str] = []
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "_done", False)
    monkeypatch.setattr(module, "run_all_kernels", lambda: calls.append("compiled"))
    yield calls


def test_it_is_done_once_and_said(cold: list[str]) -> None:
    said: list[str] = []
    assert not is_warm()
    warm_up(said.append)
    assert is_warm() and cold == ["compiled"]
    assert said[0] == "Compiling the engine, once on this machine: up to a minute …"
    assert said[1].startswith("Compiled in ") and len(said) == 2
    warm_up(said.append)
    assert cold == ["compiled"] and len(said) == 2


def test_another_process_finds_the_mark(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up(lambda _: None)
    monkeypatch.setattr(module, "_done", False)
    warm_up(lambda text: pytest.fail(text))
    assert cold == ["compiled"]


def test_other_kernels_are_compiled_anew(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up(lambda _: None)
    monkeypatch.setattr(module, "_done", False)
    monkeypatch.setattr(module, "fingerprint", lambda: "edited")
    warm_up(lambda _: None)
    assert cold == ["compiled", "compiled"]


def test_what_was_broken_off_is_completed(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "run_all_kernels", breaks)
        with pytest.raises(KeyboardInterrupt):
            warm_up(lambda _: None)
    assert not is_warm()
    warm_up(lambda _: None)
    assert cold == ["compiled"] and is_warm()


@pytest.mark.skipif(os.name == "nt", reason="no lock there; both compile")
def test_the_second_process_waits_for_the_first(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads stand for processes: each opens the lock's file itself, which is what the lock goes by."""
    began, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        began.set()
        assert go_on.wait(60)
        cold.append("compiled")

    monkeypatch.setattr(module, "run_all_kernels", slowly)
    first = threading.Thread(target=warm_up, args=(lambda _: None,))
    first.start()
    assert began.wait(60)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        go_on.set()

    warm_up(say)
    first.join()
    assert said == ["Another process is compiling the engine; waiting for it …"]
    assert cold == ["compiled"]


def test_where_nothing_can_be_kept_it_is_done_anyway(
    cold: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(module, "FOLDER", tmp_path / "file" / "below")
    warm_up(lambda _: None)
    warm_up(lambda text: pytest.fail(text))
    assert cold == ["compiled"]


def test_nothing_to_do_without_a_compiler(cold: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    warm_up(lambda text: pytest.fail(text))
    assert is_warm() and not cold


@pytest.mark.slow
def test_a_run_compiles_nothing_after_the_warm_up(tmp_path: Path) -> None:
    """In a cache of its own: what two workers leave there is what the warm-up left, whatever the scenario."""
    program = """
import sys
from pathlib import Path
from prsim.study.api import Job, run_jobs
from prsim.study.warm_up import warm_up
import prsim

def kept():
    return {(f.name, f.stat().st_mtime_ns) for f in Path(sys.argv[1]).rglob("*.nb?")}

if __name__ == "__main__":
    said = []
    warm_up(said.append)
    compiled = kept()
    assert len(said) == 2 and len(compiled) > 20, said
    for name in ("dingtalk_2024", "techbrand_2026", "xiaomi_launch", "tests/fixtures/rich.yaml"):
        jobs = [Job("", prsim.load(name, ["population.agents=2000"]), seed) for seed in (1, 2)]
        list(run_jobs(jobs, 2))
    print(sorted(kept() - compiled))
"""
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join([".", *sys.path])},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
