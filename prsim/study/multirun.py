"""The whole main job for several plans, each with results of its own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prsim.errors import ConfigError, PrsimError, ResultsExist
from prsim.scenario.combinations import Combination
from prsim.scenario.load import Loaded, load_with_notes
from prsim.study.main_job import run_main_job
from prsim.study.store import refuse_existing
from prsim.study.whole_files import write_text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["INDEX", "run_all"]

INDEX = "runs.csv"


def run_all(chosen: Sequence[Combination], out: Path, force: bool, console: Console) -> int:
    """Run the main job of every combination in a folder below ``out``; all are checked before the first one runs.

    ``runs.csv`` says which folder holds what. One that fails is noted there, and the others go on.

    Returns
    -------
    int
        How many failed.

    Raises
    ------
    prsim.errors.ConfigError
        If a combination cannot be run; it is named.
    prsim.errors.ResultsExist
        If a folder holds results and ``force`` is not set.
    """
    loaded = [_load(combination) for combination in chosen]
    folders = [out / _name(i, combination) for i, combination in enumerate(chosen)]
    for folder in folders:
        refuse_existing(folder, force)
    if not force and (out / INDEX).exists():
        raise ResultsExist(str(out))
    status = ["waiting"] * len(chosen)
    out.mkdir(parents=True, exist_ok=True)
    for i, (plan, folder) in enumerate(zip(loaded, folders, strict=True)):
        text = ", ".join(f"{key}={value}" for key, value in chosen[i].chosen.items())
        console.print(f"{i + 1} of {len(chosen)}: {text}", markup=False, highlight=False)
        try:
            run_main_job(plan.scenario, plan.notes, folder, force, console)
            status[i] = "done"
        except PrsimError as error:
            status[i] = f"failed: {error}"
            console.print(f"  {status[i]}", markup=False, highlight=False)
        _write_index(out, chosen, folders, status)
    return sum(s != "done" for s in status)


def _load(combination: Combination) -> Loaded:
    try:
        return load_with_notes(overrides=combination.overrides)
    except ConfigError as error:
        text = ", ".join(f"{key}={value}" for key, value in combination.chosen.items())
        raise ConfigError.of("", f"with {text}: {error}") from None


def _name(number: int, combination: Combination) -> str:
    text = ",".join(f"{key}={value}" for key, value in combination.chosen.items())
    return f"{number:03d}-{re.sub(r'[^\w.=,+-]+', '_', text)[:80]}".rstrip("-")


def _write_index(
    out: Path, chosen: Sequence[Combination], folders: Sequence[Path], status: Sequence[str]
) -> None:
    keys = list(chosen[0].chosen)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["run", *keys, "status", "folder"])
    for i, (combination, folder) in enumerate(zip(chosen, folders, strict=True)):
        table.writerow([i, *(combination.chosen[key] for key in keys), status[i], folder.name])
    write_text(out / INDEX, text.getvalue())
