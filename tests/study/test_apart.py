from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.targetconfig import TargetConfig

from prsim.spread.walks import coprime_step
from prsim.study import apart as module
from prsim.study.apart import compiled_apart, in_haste

PROGRAM = """
import numpy as np
from prsim.spread.walks import coprime_step
from prsim.study.apart import compiled_apart

with compiled_apart(coprime_step, (np.uint64(3), 7)) as apart:
    assert apart and not coprime_step.overloads
coprime_step(np.uint64(3), 7)
print(sum(coprime_step.stats.cache_hits.values()), sum(coprime_step.stats.cache_misses.values()))
"""


def test_what_another_process_compiled_is_found_in_the_cache(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={
            **os.environ,
            "NUMBA_CACHE_DIR": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["1", "0"], done.stderr


def test_without_another_process_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")
    with compiled_apart(coprime_step, (np.uint64(3), 7)) as apart:
        assert not apart


def test_a_process_that_fails_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROGRAM", "raise SystemExit(1)")
    with compiled_apart(coprime_step, (np.uint64(3), 7)) as apart:
        assert apart


def test_the_other_process_ends_when_this_one_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: object, **kw: object) -> None:
            super().__init__(*args, **kw)  # type: ignore[call-overload]
            begun.append(self)

    monkeypatch.setattr(module, "_PROGRAM", "import time; time.sleep(600)")
    monkeypatch.setattr(module.subprocess, "Popen", Noted)
    with pytest.raises(KeyboardInterrupt), compiled_apart(coprime_step, (np.uint64(3), 7)):
        raise KeyboardInterrupt
    assert begun[0].poll() not in (None, 0)


def test_haste_changes_nothing_that_stays() -> None:
    kinds: type = TargetConfig
    before = gc.get_threshold(), kinds.__eq__, kinds.__hash__
    with in_haste():
        assert kinds.__eq__ is not before[1]
        one, other = _Options(), _Options()
        assert one == other and hash(one) == hash(other)
        other._values["any"] = 1
        assert hash(one) == hash(other)  # equal ones must not differ, whatever was set
    assert (gc.get_threshold(), kinds.__eq__, kinds.__hash__) == before


class _Options(TargetConfig):
    """Options of a compilation, of which none is known."""
