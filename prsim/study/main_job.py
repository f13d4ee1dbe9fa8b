"""The main job: replicates of one scenario, paired counterfactuals, results on disk, a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prsim.scenario.crisis import Incidents
from prsim.scenario.register import configured
from prsim.scenario.root import Scenario
from prsim.study.api import Job, read_imported, run_jobs
from prsim.study.progress import run_progress
from prsim.study.run import Run
from prsim.study.store import manifest, refuse_existing, save_runs, stacked
from prsim.study.summary import summarise
from prsim.study.warm_up import warm_up
from prsim.study.workers import available_cores

if TYPE_CHECKING:
    from rich.console import Console


MECHANISMS = (
    "belief",
    "attention",
    "sharing",
    "recommendation",
    "funnel",
    "service",
    "ambient",
    "monitoring",
    "team",
    "response",
    "survey",
    "population",
)


def variants(scenario: Scenario) -> dict[str, Scenario]:
    """The scenario without incidents, without any response, without its campaign; the same luck in each."""
    out = {}
    if scenario.incidents.schedule or scenario.incidents.random.per_year > 0:
        out["incidents"] = dataclasses.replace(scenario, incidents=Incidents())
        if scenario.response.strategy != "silence":
            out["response"] = dataclasses.replace(
                scenario, response=dataclasses.replace(scenario.response, strategy="silence")
            )
    if scenario.activities:
        out["campaign"] = dataclasses.replace(scenario, activities={})
    return out


def plan_jobs(scenario: Scenario) -> list[Job]:
    """The replicates, then the counterfactuals of the first of them."""
    seeds = [scenario.seed + i for i in range(scenario.replicates)]
    jobs = [Job("", scenario, seed) for seed in seeds]
    for kind, variant in variants(scenario).items():
        jobs += [Job(kind, variant, seed) for seed in seeds[: scenario.counterfactuals]]
    return jobs


def assumption_rows(scenario: Scenario) -> list[dict[str, object]]:
    """The parameters of the mechanisms with value, unit, range and source, for the report."""
    return [
        {
            "path": row.path,
            "value": row.value,
            "unit": row.unit,
            "range": row.range,
            "source": row.source,
            "kind": row.kind,
            "doc": row.doc,
        }
        for row in configured(scenario)
        if row.path.split(".")[0] in MECHANISMS
    ]


def run_main_job(
    scenario: Scenario, notes: tuple[str, ...], out: Path, force: bool, console: Console
) -> Path:
    """Run the scenario's replicates and counterfactuals and write everything to ``out``.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    prsim.errors.ResultsExist
        If ``out`` holds results and ``force`` is not set.
    prsim.errors.RunFailed
        If a run fails.
    """
    refuse_existing(out, force)
    imported = read_imported(scenario)
    for note in imported:
        console.print(f"note: {note}", markup=False, highlight=False)
    notes = (*notes, *imported)
    warm_up(console.print)
    jobs = plan_jobs(scenario)
    runs = _run_all(jobs, scenario.workers or available_cores(), console)

    from prsim.report.terminal import print_summary

    with console.status("Writing the results and the report …"):
        report, summary = _write_all(scenario, notes, out, jobs, runs)
    print_summary(summary, console, scenario.language)
    return report


def _write_all(
    scenario: Scenario, notes: Sequence[str], out: Path, jobs: Sequence[Job], runs: Sequence[Run]
) -> tuple[Path, dict[str, Any]]:
    from prsim.report.page import write_report

    replicates = [run for job, run in zip(jobs, runs, strict=True) if not job.name]
    others: dict[str, dict[int, Run]] = {}
    for job, run in zip(jobs, runs, strict=True):
        if job.name:
            others.setdefault(job.name, {})[job.seed] = run
    summary = summarise(scenario, replicates, others)
    summary["notes"] = list(notes)
    summary["assumptions"] = assumption_rows(scenario)
    tables = {name: stacked(replicates, name) for name in ("series", "events", "ledger")}
    save_runs(out, scenario, replicates, summary, force=True, tables=tables)
    summary["manifest"] = manifest(scenario, replicates)
    report = write_report(out / "report.html", summary=summary, language=scenario.language, **tables)
    return report, summary


def _run_all(jobs: list[Job], workers: int, console: Console) -> list[Run]:
    done: list[Run | None] = [None] * len(jobs)
    with run_progress(console) as bar:
        task = bar.add_task("", total=len(jobs))
        for i, run in run_jobs(jobs, workers, progress=lambda runs: bar.update(task, completed=runs)):
            done[i] = run
    return [run for run in done if run is not None]
