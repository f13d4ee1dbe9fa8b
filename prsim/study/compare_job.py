"""The command ``prsim compare``: plans compared, the answer on the terminal, tables for whoever wants them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prsim.errors import ResultsExist
from prsim.scenario.overrides import Overrides
from prsim.scenario.root import Scenario
from prsim.study.candidates import Given, candidates_of
from prsim.study.choice import choose_best
from prsim.study.comparison import Comparison, compare
from prsim.study.progress import run_progress
from prsim.study.run import to_json
from prsim.study.warm_up import warm_up
from prsim.study.whole_files import write_table, write_text

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

__all__ = ["FILES", "run_choice_job", "run_compare_job", "titles_of"]

FILES = ("comparison.json", "differences.csv", "best.csv", "values.csv")


def run_compare_job(
    plans: Sequence[Given],
    console: Console,
    watcher: Console,
    *,
    out: Path | None = None,
    force: bool = False,
    as_json: bool = False,
    language: str = "",
    overrides: Overrides = (),
    **asked: Any,
) -> Comparison:
    """Compare plans and say what came of it.

    Parameters
    ----------
    console, watcher
        Where the answer goes, and where progress goes.
    out
        Folder for ``comparison.json``, ``differences.csv``, ``best.csv``, ``values.csv``; None writes nothing.
    force
        Overwrite what is there.
    as_json
        Print JSON in place of a table.
    language
        ``en`` or ``zh``; that of the first plan if empty.
    overrides, asked
        See :func:`prsim.study.comparison.compare`.
    """
    from prsim.report.comparison import print_comparison

    if out is not None and not force and any((out / name).exists() for name in FILES):
        raise ResultsExist(str(out))
    first = _first_scenario(plans, overrides)
    with _watched(watcher) as progress:
        found = compare(plans, overrides=overrides, progress=progress, **asked)
    language = language or first.language
    facts = {
        "plans": list(found.plans),
        "pairs": found.pairs,
        "looks": list(found.looks),
        "enough": found.enough,
        "level": found.level,
        "notes": list(found.notes),
        "titles": titles_of(first, language),
    }
    differences, best = _records(found.differences), _records(found.best)
    text = to_json({**facts, "differences": differences, "best": best})
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_text(out / "comparison.json", text)
        write_table(out / "differences.csv", found.differences)
        undecided = ["; ".join(names) for names in found.best["undecided"]]
        write_table(out / "best.csv", found.best.assign(undecided=undecided))
        write_table(out / "values.csv", found.values)
    if as_json:
        console.file.write(text + "\n")
    else:
        print_comparison(differences, best, facts, console, language)
    return found


def run_choice_job(
    plans: Sequence[Given],
    metric: str,
    console: Console,
    watcher: Console,
    *,
    as_json: bool = False,
    language: str = "",
    overrides: Overrides = (),
    **asked: Any,
) -> None:
    """Find the best of several plans and say which it is; see :func:`prsim.study.choice.choose_best`."""
    from prsim.report.comparison import print_choice

    first = _first_scenario(plans, overrides)
    with _watched(watcher) as progress:
        found = choose_best(plans, metric, overrides=overrides, progress=progress, **asked)
    language = language or first.language
    facts = {**dataclasses.asdict(found), "titles": titles_of(first, language)}
    if as_json:
        console.file.write(to_json(facts) + "\n")
    else:
        print_choice(facts, console, language)


def titles_of(scenario: Scenario, language: str) -> dict[str, str]:
    """What a plan calls its targets and segments: ``target.NAME`` and ``segment:NAME`` → title."""
    side = "title_zh" if language == "zh" else "title_en"
    targets = {f"target.{name}": getattr(t, side) for name, t in scenario.targets.items()}
    segments = {f"segment:{name}": getattr(s, side) for name, s in scenario.segments.items()}
    return {key: title for key, title in (targets | segments).items() if title}


def _first_scenario(plans: Sequence[Given], overrides: Overrides) -> Scenario:
    """The plan that gives names and language; every plan is looked at, and nothing has run."""
    first = candidates_of(plans, overrides)[0]
    if first.scenario is not None:
        warm_up()
        return first.scenario
    assert first.study is not None
    return first.study.experiment.scenario


@contextmanager
def _watched(console: Console) -> Iterator[Callable[[float, int], None]]:
    with run_progress(console) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
