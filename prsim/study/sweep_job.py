"""The command ``prsim sweep``: what a person at a terminal, or a log file, sees of a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from prsim.design.experiment import Experiment
from prsim.errors import ConfigError
from prsim.study.opened import Study
from prsim.study.receipt import in_words
from prsim.study.sweep import OnError, Progress, sweep
from prsim.study.warm_up import warm_up

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["run_sweep_job"]

_LINE_S = 60.0  # between two lines of a log file
_SHOWN = 5  # failures that are told one by one


def run_sweep_job(
    experiment: Experiment,
    out: Path,
    console: Console,
    *,
    resume: bool = False,
    force: bool = False,
    workers: int = 0,
    executor: str | Executor | None = None,
    on_error: str = "record",
) -> Study:
    """Run an experiment (see :func:`prsim.sweep`), tell how far it is, and say in the end what failed where."""
    if on_error not in ("record", "stop"):
        raise ConfigError.of(
            "on_error", f"{on_error!r} is not one of the words allowed", allowed="record, stop"
        )
    warm_up(console.print)
    with _progress(console) as tell:
        study = sweep(
            experiment,
            out,
            resume=resume,
            force=force,
            workers=workers,
            executor=executor,
            on_error=cast(OnError, on_error),
            progress=tell,
        )
    _write_report(study)
    _say_failures(study, console)
    return study


def _write_report(study: Study) -> None:
    """Write the study's page; ``prsim.report.study_page`` is called here."""


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A bar for a person, a line a minute for a log file; the receipt first."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("Simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs{task.fields[failed]}"),
        TimeElapsedColumn(),
        TextColumn("left {task.fields[left]}"),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, failed="", left="–", visible=False)
        begun = last = time.monotonic()
        told = False

        def tell(now: Progress) -> None:
            nonlocal last, told
            if not told:
                told = True
                for line in now.receipt.lines():
                    console.print(line, markup=False, highlight=False)
            failed = f", {now.failed:,} failed" if now.failed else ""
            left = in_words(now.left)
            bar.update(task, total=now.total, completed=now.reached, failed=failed, left=left, visible=True)
            if not console.is_terminal and time.monotonic() - last > _LINE_S:
                last = time.monotonic()
                console.print(
                    f"{now.done:,} of {now.total:,} runs{failed} after {in_words(last - begun)}, about {left} left",
                    markup=False,
                    highlight=False,
                )

        yield tell


def _say_failures(study: Study, console: Console) -> None:
    """How many failed, where, and why the first of them did."""
    counts = study.counts
    console.print(f"{counts.done:,} runs are done" + (f", {counts.failed:,} failed" if counts.failed else ""))
    if not counts.failed:
        return
    failures = study.failures
    by_origin = ", ".join(f"{n:,} while {origin}" for origin, n in failures["origin"].value_counts().items())
    console.print(f"Failed: {by_origin}", markup=False, highlight=False)
    for row in failures.head(_SHOWN).itertuples():
        console.print(
            f"  point {row.point}, seed {row.seed}, {row.origin}: {row.error}", markup=False, highlight=False
        )
    more = f" ({len(failures) - _SHOWN:,} more)" if len(failures) > _SHOWN else ""
    console.print(
        f"Tracebacks: prsim.open_study({str(study.folder)!r}).failures{more}", markup=False, highlight=False
    )
