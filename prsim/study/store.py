"""Results on disk."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import prsim
from prsim.errors import ResultsExist
from prsim.measure.tables import stacked_entries, stacked_observations
from prsim.scenario.plain import config_hash, graph_digests, to_yaml
from prsim.scenario.root import Scenario
from prsim.study.run import Run, to_json
from prsim.study.whole_files import write_table, write_text

if TYPE_CHECKING:
    import pandas as pd

FILES = (
    "config.yaml",
    "manifest.json",
    "series.parquet",
    "events.parquet",
    "ledger.parquet",
    "summary.json",
    "report.html",
)
PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pyarrow", "hydra-core")


def refuse_existing(folder: Path, force: bool) -> None:
    """Refuse a folder that holds results, unless told to overwrite them.

    Raises
    ------
    ResultsExist
    """
    if not force and any((folder / name).exists() for name in FILES):
        raise ResultsExist(str(folder))


def stacked(runs: Sequence[Run], table: str) -> pd.DataFrame:
    """The tables of several runs as one, with the number of the run in front."""
    outcomes = [run.outcome for run in runs]
    if table == "series":
        return stacked_observations([outcome.observed for outcome in outcomes])
    return stacked_entries(
        [outcome.happened if table == "events" else outcome.booked for outcome in outcomes]
    )


def manifest(scenario: Scenario, runs: Sequence[Run]) -> dict[str, Any]:
    """What is needed to make the same results again."""
    return {
        "prsim": prsim.__version__,
        "scenario": scenario.meta.name,
        "config_hash": config_hash(scenario),
        "graphs": graph_digests(scenario),
        "seeds": [run.seed for run in runs],
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            **{p: importlib.metadata.version(p) for p in PACKAGES},
        },
    }


def save_runs(
    folder: Path,
    scenario: Scenario,
    runs: Sequence[Run],
    summary: dict[str, Any],
    force: bool = False,
    tables: dict[str, pd.DataFrame] | None = None,
) -> Path:
    """Write runs to a folder; each file appears whole or not at all.

    Parameters
    ----------
    tables
        Already stacked ``series``, ``events``, ``ledger``.

    Raises
    ------
    prsim.errors.ResultsExist
        If the folder holds results and ``force`` is not set.
    """
    refuse_existing(folder, force)
    folder.mkdir(parents=True, exist_ok=True)
    tables = tables or {name: stacked(runs, name) for name in ("series", "events", "ledger")}
    write_text(folder / "config.yaml", to_yaml(scenario))
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", table)
    write_text(folder / "summary.json", to_json(summary))
    write_text(folder / "manifest.json", to_json(manifest(scenario, runs)))
    return folder
