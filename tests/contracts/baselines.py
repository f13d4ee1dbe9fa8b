"""What every scenario gave when it was last looked at, on file: to notice when a change moves results, and which.

``python -m tests.contracts.baselines`` writes the file anew and prints what moved; the changelog must say why.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np
import pandas as pd

import prsim
from prsim.study.run import Run
from tests.laboratory import TABLES, fixture

FILE = Path(__file__).with_suffix(".json")
RENEW = "python -m tests.contracts.baselines"

PACKAGED = (
    "dingtalk_2024", "xiaomi_launch", "social_media_plan", "techbrand_2025", "techbrand_2026", "enterprise_channels",
)  # fmt: skip
SCENARIOS = (*PACKAGED, "rich")  # the last is the fixture with everything in it
SMALL = ("population.agents=2000", "horizon_days=45")
SEED = 1

FINAL = (
    "nps", "nps_survey", "sentiment", "trust", "favourability", "awareness", "reach", "churn", "conversions",
)  # fmt: skip
MEAN = (
    "nps", "exposures", "mentions_positive", "mentions_neutral", "mentions_negative", "share_of_voice",
    "hot_search_hours",
)  # fmt: skip
RELATIVE = 1e-5  # more is a move; another kind of processor alone moves the census by up to 9e-7
ABSOLUTE = 1e-9  # for numbers that are zero but for rounding
READABLE = 160  # characters; longer lists of events are kept as a hash


def here() -> dict[str, str]:
    """What the last bits of a result depend on besides the code."""
    return {
        "processor": f"{platform.system()} {platform.machine()}, "
        f"{vars(numba.config)['CPU_NAME'] or llvm.get_host_cpu_name()}",
        "numba": str(numba.__version__),
        "numpy": np.__version__,
    }


def run_of(name: str) -> Run:
    scenario = prsim.load(name, list(SMALL)) if name in PACKAGED else fixture(name)
    return prsim.simulate(scenario, SEED)


@cache
def measured(name: str) -> dict[str, Any]:
    """What a scenario gives now, as it is put on file."""
    run = run_of(name)
    return {"digest": digest(run), "numbers": numbers(run), "events": events(run.events)}


def _text(column: pd.Series[Any]) -> str:
    if column.dtype.kind == "f":  # nine digits: the last bits are another processor's business
        return "\n".join(f"{value:.8e}" for value in (column.to_numpy() + 0.0).tolist())
    return "\n".join(map(str, column))


def digest(run: Run) -> str:
    """SHA-256 of the three tables, row by row in order, floats to nine significant digits."""
    out = hashlib.sha256()
    for table in TABLES:
        frame = getattr(run, table)
        for column in frame:
            out.update(f"{table}.{column}\n{_text(frame[column])}\n".encode())
    return out.hexdigest()


def numbers(run: Run) -> dict[str, float | int]:
    """Headline numbers of a run, floats to ten significant digits."""
    floats = {f"final {metric}": run.summary["final"][metric] for metric in FINAL}
    floats |= {f"mean {metric}": run.summary["mean"][metric] for metric in MEAN}
    out: dict[str, float | int] = {name: float(f"{value:.10g}") for name, value in floats.items()}
    return out | {"spent_fen": int(run.summary["spent_fen"])}


def events(frame: pd.DataFrame) -> dict[str, str]:
    """Of every kind of event how many there were, of what and why, in order; and the order of the kinds.

    Their times, values and titles are in the digest only.
    """
    out = {"all": _listed(list(frame["kind"]))}
    for kind, rows in frame.groupby("kind"):
        words = list(rows[["subject", "cause", "thread"]].itertuples(index=False, name=None))
        shown = [f"{subject} {cause}".strip() for subject, cause, _ in words]
        out[str(kind)] = _listed(["\0".join(row) for row in words], shown)
    return out


def _listed(full: list[str], shown: list[str] | None = None) -> str:
    mark = hashlib.sha256("\n".join(full).encode()).hexdigest()[:12]
    readable = ", ".join(shown or ())
    return f"{len(full)} ({mark})" + (f": {readable}" if 0 < len(readable) <= READABLE else "")


def moved(name: str, before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Say what numbers and events of a scenario are not what they were, each in a line."""
    old, new = before["numbers"], now["numbers"]
    for key in [*old, *(k for k in new if k not in old)]:
        a, b = old.get(key), new.get(key)
        exact = not (isinstance(a, float) and isinstance(b, float))
        if a != b if exact else not math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            yield f"{name}: {key} moved from {a} to {b}"
    old, new = before["events"], now["events"]
    for kind in [*old, *(k for k in new if k not in old)]:
        a, b = old.get(kind, "none"), new.get(kind, "none")
        if a != b:
            yield f"{name}: events, {kind}, moved from {a} to {b}"


def on_file() -> dict[str, Any]:
    """The file's content."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def written(content: dict[str, Any]) -> str:
    """The file's text."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def renew() -> None:
    """Write the file anew and print what moved."""
    before = on_file() if FILE.exists() else {"recorded_on": None, "runs": {}}
    now: dict[str, Any] = {"recorded_on": here(), "runs": {name: measured(name) for name in SCENARIOS}}
    if before["recorded_on"] != now["recorded_on"]:
        print(f"recorded on {before['recorded_on']} before, now on {now['recorded_on']}")
    for name, run in now["runs"].items():
        old = before["runs"].get(name)
        if old is None:
            print(f"{name}: new")
            continue
        lines = list(moved(name, old, run))
        if not lines and old["digest"] != run["digest"]:
            lines = [f"{name}: other tables; the same events, no headline number moved by {RELATIVE:g}"]
        print("\n".join(lines) or f"{name}: as before")
    FILE.write_text(written(now), encoding="utf-8")


if __name__ == "__main__":
    renew()
