"""The command that compares plans: ``prsim compare``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prsim.cli.inputs import console_with, get_ready, workers_in
from prsim.cli.parser import Mistake

__all__ = ["compare"]

_RUNS, _RUNS_TO_CHOOSE = 40, 200  # of each plan at most, where nothing is said


def compare(args: argparse.Namespace) -> int:
    """``prsim compare``: which plan is better, and how sure that is; or which is best."""
    from rich.console import Console

    plans, options, overrides = _sorted(args.words)
    if len(plans) < 2 and not any(Path(plan).is_dir() for plan in plans):
        raise Mistake(
            "compare takes two plans or more, or a study: prsim compare A B (with changes: A:key=value,key=value)"
        )
    workers = workers_in(options)
    if not all(Path(plan.rpartition(":")[0] or plan).is_dir() for plan in plans):
        get_ready(args.words)

    from prsim.study.compare_job import run_choice_job, run_compare_job

    console = Console()
    if not console.is_terminal:
        console = Console(width=180)  # a file or a pipe has no width
    asked: dict[str, Any] = {
        "as_json": args.json,
        "language": args.language or "",
        "overrides": overrides,
        "level": args.level,
        "workers": workers,
    }
    metrics, segments = _listed(args.metric), _listed(args.segment)
    watcher = console_with((), args.quiet)
    if args.best:
        if args.precision is not None or metrics or len(segments) > 1 or "out" in options:
            raise Mistake("--best METRIC goes with --within, --runs, --level and one --segment")
        run_choice_job(
            plans,
            args.best,
            console,
            watcher,
            segment=(segments or ["all"])[0],
            within=args.within,
            runs=args.runs or _RUNS_TO_CHOOSE,
            **asked,
        )
        return 0
    if args.within is not None:
        raise Mistake("--within goes with --best METRIC")
    run_compare_job(
        plans,
        console,
        watcher,
        out=Path(options["out"]) if "out" in options else None,
        force=args.force,
        metrics=metrics,
        segments=segments or ["all"],
        precision=args.precision,
        runs=_RUNS if args.runs is None else args.runs,
        **asked,
    )
    return 0


def _sorted(words: Sequence[str]) -> tuple[list[str], dict[str, str], list[str]]:
    """Plans (their changes follow a colon), what is said to the command, and changes of all plans."""
    plans: list[str] = []
    options: dict[str, str] = {}
    overrides: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if (not equals and not word.startswith("~")) or (":" in key and not key.startswith(("{", "~"))):
            plans.append(word)
        elif key in ("out", "workers"):
            options[key] = value
        else:
            overrides.append(word)
    return plans, options, overrides


def _listed(texts: Sequence[str] | None) -> list[str]:
    return [part for text in texts or () for part in text.split(",") if part]
