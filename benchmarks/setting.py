"""On what it was measured: the machine, the versions, the commit; and how a part is to be measured."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.child import ROOT

LIBRARIES = ("prsim", "numba", "numpy", "scipy", "mesa")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    mode : {"quick", "normal", "full"}
        Toy sizes, what fits in half an hour, everything.
    say
        Called with a line of progress.
    """

    mode: str
    say: Callable[[str], None]

    def choose[T](self, quick: T, normal: T, full: T | None = None) -> T:
        """The value for the mode; `full` is as `normal` where it is left out."""
        if self.mode == "quick":
            return quick
        return full if self.mode == "full" and full is not None else normal


def processor() -> str:
    """Name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def commit() -> str:
    """Short hash of the repository's commit, with a plus if files differ from it; empty outside of one."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--", "prsim", "conf") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def setting(mode: str) -> dict[str, str]:
    """What every row of one run of the benchmarks has in common."""
    return {
        "run": dt.datetime.now().isoformat(timespec="seconds"),
        "mode": mode,
        "commit": commit(),
        "processor": processor(),
        "cores": str(cores()),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def free_gigabytes() -> float:
    """Memory that can be had; infinite where the system does not say."""
    info = Path("/proc/meminfo")
    lines = info.read_text().splitlines() if info.exists() else []
    found = [float(x.split()[1]) / 1024.0**2 for x in lines if x.startswith("MemAvailable")]
    return found[0] if found else float("inf")
