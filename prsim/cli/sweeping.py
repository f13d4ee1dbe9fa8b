"""The commands that run many plans: ``prsim sweep``, and ``prsim run -m``."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from prsim.cli.inputs import console_with, get_ready, result_folder, split, workers_in
from prsim.cli.parser import Mistake

if TYPE_CHECKING:
    from prsim.design.experiment import Experiment

__all__ = ["run_combinations", "sweep"]

_OPTIONS = ("experiment", "out", "executor", "workers", "on_error")
_RUN_FAILED = 1  # exit code


def sweep(args: argparse.Namespace) -> int:
    """``prsim sweep``: run an experiment, or go on with one."""
    plain, words = split(args.words)
    if plain:
        raise Mistake(f"sweep takes key=value; did you mean: prsim sweep experiment={plain[0]}?")
    options, overrides = _options(words)
    if options.get("executor", "local") == "local":
        get_ready(args.words)

    from prsim.study.sweep import OnError, check_request
    from prsim.study.sweep_job import run_sweep_job

    workers, on_error = workers_in(options), options.get("on_error", "record")
    check_request(options.get("executor"), on_error)
    experiment = _experiment(options, overrides, args.resume)
    out = Path(options.get("out") or f"results/{experiment.name}")
    console = console_with(experiment.notes, args.quiet)
    study = run_sweep_job(
        experiment,
        out,
        console,
        resume=args.resume,
        force=args.force,
        workers=workers,
        executor=options.get("executor"),
        on_error=cast(OnError, on_error),
    )
    print(study.folder)
    return _RUN_FAILED if study.counts.failed else 0


def _options(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """What is said to the command, and what is said of the experiment."""
    options: dict[str, str] = {}
    overrides = []
    for word in words:
        key, _, value = word.partition("=")
        if key in _OPTIONS:
            options[key] = value
        else:
            overrides.append(word)
    return options, overrides


def _experiment(options: dict[str, str], overrides: list[str], resume: bool) -> Experiment:
    """The experiment that is named, or the one of the study that is to go on."""
    from prsim.design.reading import experiment_names, load_experiment

    if "experiment" in options:
        return load_experiment(options["experiment"], overrides)
    if not resume or "out" not in options:
        known = ", ".join(experiment_names())
        raise Mistake(f"which experiment? experiment=NAME ({known}), or the path of a .yaml file")
    from prsim.study.opened import open_study

    found = open_study(options["out"]).experiment
    for word in overrides:
        key, _, value = word.partition("=")
        if key != "replicates" or not value.isdecimal():
            raise Mistake(
                f"{word!r}: a study goes on as it began; only replicates=N can be raised without experiment="
            )
        found = dataclasses.replace(found, replicates=int(value))
    return found


def run_combinations(args: argparse.Namespace) -> int:
    """``prsim run -m``: the whole main job for every combination of values."""
    from prsim.scenario.combinations import combinations

    get_ready(args.words)
    words = list(args.words)
    out = result_folder(
        next((w[4:] for w in words if w.startswith("out=")), "") or "results/multirun", args.force
    )
    chosen = combinations([w for w in words if not w.startswith("out=")])

    from prsim.study.multirun import run_all

    failed = run_all(chosen, out, args.force, console_with((), args.quiet))
    print(out)
    return _RUN_FAILED if failed else 0
