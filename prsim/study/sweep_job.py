"""The command ``prsim sweep``: what a person at a terminal, or a log file, sees of a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prsim.design.experiment import Experiment
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
    on_error: OnError = "record",
) -> Study:
    """Run an experiment (see :func:`prsim.sweep`), tell how far it is, and say in the end what failed where."""
    warm_up(console.print)
    with _progress(console) as tell:
        study = sweep(
            experiment,
            out,
            resume=resume,
            force=force,
            workers=workers,
            executor=executor,
            on_error=on_error,
            progress=tell,
        )
    _write_report(study)
    _say_failures(study, console)
    return study


def _write_report(study: Study) -> None:
    """Write the study's page; ``prsim.report.study_page`` is called here."""


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """The receipt first; then a bar for a person, a line a minute for a log file."""
    with ExitStack() as stack:
        watch = _bar(stack, console) if console.is_terminal else _log(console)
        told = False

        def tell(now: Progress) -> None:
            nonlocal told
            if not told:
                told = True
                for line in now.receipt.lines():
                    _say(console, line)
            watch(now)

        yield tell


def _bar(stack: ExitStack, console: Console) -> Callable[[Progress], None]:
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
    bar = stack.enter_context(Bar(*columns, console=console, transient=True))
    task = bar.add_task("", total=None, failed="", left="–", visible=False)

    def show(now: Progress) -> None:
        left = in_words(now.left)
        bar.update(task, total=now.total, completed=now.reached, failed=_failed(now), left=left, visible=True)

    return show


def _log(console: Console) -> Callable[[Progress], None]:
    last = time.monotonic()

    def show(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last > _LINE_S:
            last = time.monotonic()
            gone, left = in_words(now.seconds), in_words(now.left)
            _say(console, f"{now.done:,} of {now.total:,} runs{_failed(now)} after {gone}, about {left} left")

    return show


def _failed(now: Progress) -> str:
    return f", {now.failed:,} failed" if now.failed else ""


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _say_failures(study: Study, console: Console) -> None:
    """How many failed, where, and why the first of them did."""
    counts = study.counts
    _say(console, f"{counts.done:,} runs are done" + (f", {counts.failed:,} failed" if counts.failed else ""))
    if not counts.failed:
        return
    failures = study.failures
    by_origin = ", ".join(f"{n:,} while {origin}" for origin, n in failures["origin"].value_counts().items())
    _say(console, f"Failed: {by_origin}")
    for row in failures.head(_SHOWN).itertuples():
        _say(console, f"  point {row.point}, seed {row.seed}, {row.origin}: {row.error}")
    if len(failures) > _SHOWN:
        _say(console, f"  and {len(failures) - _SHOWN:,} more")
    _say(console, f"Tracebacks: prsim.open_study({str(study.folder)!r}).failures")
