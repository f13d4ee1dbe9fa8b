"""A package that is left unopened is as any other, for whoever asks it for something."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from prsim.model.unopened import leave_unopened

INIT = """
import sys, time
from prsim_late.part import number
opened = getattr(sys, "prsim_late_opened", 0)
sys.prsim_late_opened = opened + 1
if getattr(sys, "prsim_late_fails", False):
    raise ImportError("not today")
time.sleep(0.05)
last = number + 1
def __getattr__(name):
    if name == "made":
        return "made when asked for"
    raise AttributeError(name)
"""


@pytest.fixture
def late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """A package of its own, left unopened; how often it was opened."""
    folder = tmp_path / "prsim_late"
    folder.mkdir()
    (folder / "__init__.py").write_text(INIT, encoding="utf-8")
    (folder / "part.py").write_text("number = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "prsim_late_opened", 0, raising=False)
    leave_unopened(["prsim_late", "prsim_no_such_package"])
    yield lambda: sys.prsim_late_opened  # type: ignore[attr-defined]
    for name in [name for name in sys.modules if name.startswith("prsim_late")]:
        del sys.modules[name]


def late_package() -> Any:
    return importlib.import_module("prsim_late")


def test_it_is_opened_once_when_a_name_is_asked_of_it(late: Callable[[], int]) -> None:
    package = late_package()
    assert not hasattr(package, "__wrapped__") and package.__name__ == "prsim_late" and late() == 0
    assert package.last == 2 and package.made == "made when asked for" and late() == 1
    assert type(package) is ModuleType and package is sys.modules["prsim_late"]
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018
    assert late() == 1


def test_a_module_of_it_opens_it(late: Callable[[], int]) -> None:
    assert importlib.import_module("prsim_late.part").number == 1 and late() == 1


def test_its_names_are_listed(late: Callable[[], int]) -> None:
    assert {"last", "part"} <= set(dir(late_package())) and late() == 1


def test_one_that_is_there_stays_as_it_is(late: Callable[[], int]) -> None:
    assert late_package().last == 2
    leave_unopened(["prsim_late"])
    assert type(late_package()) is ModuleType and late() == 1


def test_one_that_cannot_be_opened_can_be_asked_again(
    late: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as now:
        now.setattr(sys, "prsim_late_fails", True, raising=False)
        with pytest.raises(ImportError, match="not today"):
            late_package().last  # noqa: B018
    assert late_package().last == 2 and late() == 2


def test_threads_that_ask_together_all_get_an_answer(late: Callable[[], int]) -> None:
    answers: list[int] = []
    at_once = threading.Barrier(4)

    def ask() -> None:
        at_once.wait()
        answers.append(late_package().last)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [2, 2, 2, 2] and late() == 1
