"""The bootstrapper: which Python it takes, what it says when there is none, when it installs anew."""

import ast
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import start


def fake_python(folder: Path, name: str, answer: str, code: int = 0) -> Path:
    """Make a program that answers the version probe like a Python, or fails like an empty shim."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


OLD = (3, 11)


@pytest.fixture(autouse=True)
def no_pyenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "no-pyenv"))


unix = pytest.mark.skipif(os.name == "nt", reason="fakes a Python with a shell script")


def test_an_old_python_can_read_the_file() -> None:
    ast.parse(Path(start.__file__).read_text("utf-8"), feature_version=(3, 6))


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse(Path(start.__file__).read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_minimum_is_the_packages_own() -> None:
    project = Path(start.ROOT, "pyproject.toml").read_text("utf-8")
    declared = re.search(r'requires-python = ">=(\d+)\.(\d+)"', project)
    assert declared is not None
    assert tuple(map(int, declared.groups())) == start.MINIMUM


@pytest.mark.parametrize(
    ("version", "fine"), [(None, False), ((3, 6), False), ((3, 11), False), ((3, 12), True), ((3, 14), True)]
)
def test_new_enough(version: tuple[int, ...] | None, fine: bool) -> None:
    assert start.new_enough(version) is fine


def test_a_good_python_is_taken_as_it_is() -> None:
    assert start.find_python("") == [sys.executable]


def test_without_a_newer_python_the_user_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(start.CannotStart) as refused:
        start.find_python(str(tmp_path), OLD)
    assert refused.value.code == 2
    assert "This is Python 3.11, prsim needs Python 3.12 or newer" in str(refused.value)
    assert "apt install python3.12 python3.12-venv" in str(refused.value)


def test_a_python_without_venv_is_called_that() -> None:
    assert "Python 3.12 cannot make environments" in start.advice((3, 12))


@unix
def test_a_tested_version_is_preferred(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3.14", "3.14")
    fake_python(tmp_path, "python3.12", "3.12")
    best = fake_python(tmp_path, "python3.13", "3.13")
    assert start.find_python(str(tmp_path), OLD) == [str(best)]


@unix
def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path / "shims", "python3.13", "", code=127)
    fake_python(tmp_path / "shims", "python3.12", "", code=127)
    works = fake_python(tmp_path / "bin", "python3.12", "3.12")
    path = os.pathsep.join([str(tmp_path / "shims"), "", str(tmp_path / "missing"), str(tmp_path / "bin")])
    assert start.find_python(path, OLD) == [str(works)]


@unix
def test_a_name_is_not_believed(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3.12", "3.11")
    with pytest.raises(start.CannotStart):
        start.find_python(str(tmp_path), OLD)


@unix
def test_a_python_that_pyenv_holds_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    fake_python(tmp_path / "versions" / "3.11.7" / "bin", "python", "3.11")
    held = fake_python(tmp_path / "versions" / "3.12.1" / "bin", "python", "3.12")
    assert start.find_python(str(tmp_path / "empty"), OLD) == [str(held)]


def test_windows_asks_its_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda name, path: "py.exe" if name == "py" else None)
    assert ["py.exe", "-3.12"] in list(start.candidates("somewhere", windows=True))


@pytest.mark.parametrize(("windows", "parts"), [(False, ("bin", "prsim")), (True, ("Scripts", "prsim.exe"))])
def test_where_an_environment_keeps_its_programs(windows: bool, parts: tuple[str, ...]) -> None:
    assert start.in_venv("env", "prsim", windows=windows) == os.path.join("env", *parts)


def test_the_fingerprint_follows_requirements_pins_and_place(tmp_path: Path) -> None:
    def of(name: str, project: str = "a", pins: str = "b") -> str:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        (root / "pyproject.toml").write_text(project)
        (root / "constraints.txt").write_text(pins)
        return start.fingerprint(str(root))

    before = of("here")
    assert of("here") == before
    assert len({before, of("here", project="c"), of("here", pins="c"), of("there")}) == 4


@pytest.mark.parametrize("text", [None, "", "{", "[]"])
def test_a_stamp_that_says_nothing_counts_as_none(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "stamp.json"
    if text is not None:
        path.write_text(text)
    assert start.read_stamp(str(path)) == {}


def test_a_failing_command_shows_its_output() -> None:
    with pytest.raises(start.CannotStart, match=r"(?s)pip says:.*no such package"):
        start.quietly([sys.executable, "-c", "print('no such package'); raise SystemExit(1)"], "pip says:")


def test_all_checks_run_after_one_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def call(command: list[str], cwd: str) -> int:
        ran.append(command)
        return int("mypy" in command)

    monkeypatch.setattr(start.subprocess, "call", call)
    assert start.check("python", ["-k", "x"]) == 1
    assert [command[2] for command in ran] == ["ruff", "ruff", "mypy", "pytest"]
    assert ran[-1][-2:] == ["-k", "x"]


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["dance"], 2)])
def test_usage(arguments: list[str], code: int) -> None:
    done = subprocess.run([sys.executable, start.__file__, *arguments], capture_output=True, text=True)
    assert done.returncode == code
    assert "usage: python3 start.py" in done.stdout + done.stderr
