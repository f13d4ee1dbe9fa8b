#!/usr/bin/env python3
"""Run or test prsim from a fresh clone, with nothing but a Python.

This file needs the standard library only and keeps to the syntax of Python 3.6, so that an old interpreter
gets a sentence that helps instead of a SyntaxError.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from typing import Any, Dict, Iterator, List, Optional, Tuple

USAGE = """\
usage: python3 start.py COMMAND [ARGUMENTS]

  run [OVERRIDES]        simulate, as in: python3 start.py run population.agents=20000
  test [PYTEST OPTIONS]  check everything: ruff, mypy and pytest
  prsim ARGUMENTS        any other prsim command, as in: python3 start.py prsim list

The first call makes an environment in .venv beside this file; later calls use it."""

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "prsim-stamp.json")
MINIMUM = (3, 12)
WANTED = ("3.13", "3.12", "3.14")  # those that prsim is tested with come first
PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
CHECKS = (
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("pytest", ["pytest"]),
)


class CannotStart(Exception):
    """Why prsim cannot be started, in words for its user, and the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    """Tell the user in one line what happens; on stderr, since stdout is the command's own."""
    print("start.py: " + message, file=sys.stderr, flush=True)


def main(argv: List[str]) -> int:
    """Do what the command line says and return the exit code."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0 if argv else 2
    command, rest = argv[0], argv[1:]
    try:
        if command == "test":
            return check(prepare(dev=True), rest)
        if command == "run":
            prepare(dev=False)
            return prsim(["run", *rest])
        if command == "prsim":
            prepare(dev=False)
            return prsim(rest)
    except CannotStart as reason:
        say(str(reason))
        return reason.code
    except KeyboardInterrupt:
        return 130
    say(f"no such command: {command}\n{USAGE}")
    return 2


def prsim(arguments: List[str]) -> int:
    """Run the prsim command of the environment, in the folder where the user is."""
    return subprocess.call([in_venv(VENV, "prsim"), *arguments])


def check(python: str, pytest_options: List[str]) -> int:
    """Run every check, also after one has failed, and return 1 when any failed."""
    failed = []
    for name, arguments in CHECKS:
        say(name)
        options = pytest_options if name == "pytest" else []
        if subprocess.call([python, "-m", *arguments, *options], cwd=ROOT) != 0:
            failed.append(name)
    say("failed: " + ", ".join(failed) if failed else "all checks are fine")
    return 1 if failed else 0


def prepare(dev: bool) -> str:
    """Make the environment, or bring it up to date, and return its Python."""
    python = in_venv(VENV, "python")
    stamp = read_stamp(STAMP)
    wanted = fingerprint(ROOT)
    usable = new_enough(version_of([python], probe="import sys; print('%d.%d' % sys.version_info[:2])"))
    if usable and stamp.get("fingerprint") == wanted and (stamp.get("dev") or not dev):
        return python
    if os.path.exists(STAMP):
        os.remove(STAMP)  # so that an installation cut short is done again
    if not usable:
        make_venv(find_python(os.environ.get("PATH", os.defpath)))
    dev = dev or bool(stamp.get("dev"))
    say(f"installing prsim and what it needs into {VENV} (the first time takes a minute or two)")
    target = ".[dev]" if dev else "."
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    quietly([*pip, "-c", "constraints.txt", "-e", target], "the installation failed; pip says:")
    with open(STAMP, "w") as file:
        json.dump({"fingerprint": wanted, "dev": dev}, file)
    return python


def make_venv(python: List[str]) -> None:
    """Make an empty environment, in place of a broken one if there is one."""
    say("making an environment in {} with {}".format(VENV, " ".join(python)))
    quietly([*python, "-m", "venv", "--clear", VENV], "no environment could be made; Python says:")


def quietly(command: List[str], complaint: str) -> None:
    """Run a command silently; raise with the end of its output when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").splitlines()
        raise CannotStart("\n".join([complaint, *lines[-40:]]))


def find_python(path: str, this: Tuple[int, ...] = sys.version_info[:2]) -> List[str]:
    """Return the command of a Python that can make the environment, best this one; raise if there is none."""
    if new_enough(this) and importlib.util.find_spec("ensurepip") is not None:
        return [sys.executable]
    for command in candidates(path):
        if new_enough(version_of(command)):
            return command
    raise CannotStart(advice(this), code=2)


def candidates(path: str, windows: bool = os.name == "nt") -> Iterator[List[str]]:
    """Give the commands that may be a newer Python: on the PATH, the Windows launcher, what pyenv holds."""
    for version in WANTED:
        # Every folder, not the first hit alone: where pyenv's shim fails, a later folder's Python may work.
        for folder in path.split(os.pathsep):
            found = shutil.which("python" + version, path=folder) if folder else None
            if found:
                yield [found]
        launcher = shutil.which("py", path=path) if windows else None
        if launcher:
            yield [launcher, "-" + version]
    versions = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    held = os.listdir(versions) if os.path.isdir(versions) else []
    for version in WANTED:
        for name in sorted(held):
            if name.startswith(version + "."):
                yield [os.path.join(versions, name, "bin", "python")]


def version_of(command: List[str], probe: str = PROBE) -> Optional[Tuple[int, ...]]:
    """Ask a Python for its version; None when it does not run, or has no venv of its own."""
    try:
        done = subprocess.run(
            [*command, "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        )
        return tuple(int(part) for part in done.stdout.decode().strip().split("."))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def new_enough(version: Optional[Tuple[int, ...]]) -> bool:
    """Whether prsim runs on this version of Python."""
    return version is not None and version >= MINIMUM


def advice(version: Tuple[int, ...]) -> str:
    """Say what is missing and how to get it."""
    need = ".".join(map(str, MINIMUM))
    if new_enough(version):
        lack = "This Python {} cannot make environments, and no other Python {} or newer was found."
    else:
        lack = "This is Python {}, prsim needs Python {} or newer, and none was found."
    return "\n".join(
        [
            lack.format(".".join(map(str, version)), need),
            "Install one, then run the same command again:",
            f"  Debian, Ubuntu  sudo apt install python{need} python{need}-venv",
            f"  Fedora          sudo dnf install python{need}",
            f"  macOS           brew install python@{need}",
            f"  Windows         winget install Python.Python.{need}",
            f"  pyenv           pyenv install {need}",
        ]
    )


def in_venv(venv: str, name: str, windows: bool = os.name == "nt") -> str:
    """Return the path of a program in an environment."""
    return os.path.join(venv, "Scripts", name + ".exe") if windows else os.path.join(venv, "bin", name)


def fingerprint(root: str) -> str:
    """Return a hash over what the environment is made of: requirements, pins, and where the source lies."""
    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape"))
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(b"\0" + file.read())
    return digest.hexdigest()


def read_stamp(path: str) -> Dict[str, Any]:
    """Return what the environment was last made of; empty when unknown."""
    try:
        with open(path) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
