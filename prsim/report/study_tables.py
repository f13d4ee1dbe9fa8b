"""The tables of a study's report as rows of text: factors, points, targets, failures, what to cite."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prsim.report.parts import number, text
from prsim.report.study_digest import Result
from prsim.report.study_setting import StudySetting
from prsim.report.study_words import STUDY_TEXT

__all__ = [
    "MOST_POINTS", "PointRow", "factor_rows", "failure_rows", "failures_said", "header_facts", "point_heads",
    "point_rows", "reproduction", "seeds_said", "target_rows",
]  # fmt: skip

MOST_POINTS = 300
_MOST_FAILURES = 50
_MOST_LEVELS = 9
_MOST_NAMES = 12
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point in the table: its number, whether it is the reference, levels, (mean, interval) cells and runs."""

    number: str
    reference: bool
    levels: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    runs: str


def header_facts(page: StudySetting) -> list[tuple[str, str]]:
    """Scenario, design, runs, agents, period and seeds."""
    study, scenario = page.study, page.study.facts.get("scenario") or {}
    done = study.runs.get("done", 0)
    total = max(sum(study.runs.values()), len(study.points) * study.replicates)
    title = text(scenario.get("title_zh" if page.language == "zh" else "title_en")) or text(
        scenario.get("name")
    )
    design = page.say(
        "fact_design_said", points=page.numbers.plain(len(study.points)), replicates=study.replicates
    )
    facts = [
        ("fact_scenario", title),
        ("fact_design", design),
        (
            "fact_runs",
            page.say("fact_runs_said", done=page.numbers.plain(done), total=page.numbers.plain(total)),
        ),
    ]
    agents = number(scenario.get("agents"))
    if math.isfinite(agents):
        facts.append(("fact_agents", page.numbers.count(agents)))
    if page.setting.horizon_h > 0:
        facts.append(("fact_period", page.setting.period()))
    if study.facts.get("seeds"):
        facts.append(("fact_seeds", seeds_said(page)))
    return [(page.say(key), said) for key, said in facts if said]


def seeds_said(page: StudySetting) -> str:
    """``1–20, the same at every point``."""
    seeds = sorted({int(seed) for seed in page.study.facts.get("seeds") or ()})
    if not page.study.common:
        return page.say("seeds_own", count=page.numbers.plain(len(seeds)))
    spans: list[tuple[int, int]] = []
    for seed in seeds:
        if spans and seed == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], seed)
        else:
            spans.append((seed, seed))
    said = [str(first) if first == last else f"{first}–{last}" for first, last in spans[:5]]
    return page.say("seeds_common", seeds=", ".join(said) + ("…" if len(spans) > 5 else ""))


def factor_rows(page: StudySetting) -> list[tuple[str, str, str, str]]:
    """Title, parameter, levels and scale of each factor."""
    rows = []
    for factor in page.study.factors:
        distinct = factor.distinct
        named = [page.level(factor, level) for level in distinct[:_MOST_NAMES]]
        if factor.category and len(distinct) > _MOST_NAMES:
            levels = page.say("levels_names", names=_joined(page, named), n=len(distinct) - _MOST_NAMES)
        elif factor.category or len(distinct) <= _MOST_LEVELS:
            levels = _joined(page, named)
        else:
            ends = [page.level(factor, level) for level in (distinct[0], distinct[-1])]
            levels = page.say("levels_range", low=ends[0], high=ends[1], n=len(distinct))
        scale = page.say(f"scale_{factor.scale}") if f"scale_{factor.scale}" in STUDY_TEXT else factor.scale
        rows.append((page.title(factor), factor.name, levels, scale))
    return rows


def _joined(page: StudySetting, names: Sequence[str]) -> str:
    return ("、" if page.language == "zh" else ", ").join(names)


def point_heads(page: StudySetting, results: Sequence[Result]) -> tuple[list[str], list[str]]:
    """Heads of the columns of levels, and of the results."""
    measures = [page.measure(result.measure) for result in results[:_COLUMNS]]
    return [page.title(factor) for factor in page.study.varied], measures


def point_rows(page: StudySetting, results: Sequence[Result]) -> list[PointRow]:
    """At most 300 points, the best on the first measure first, points without results last."""
    study, rows = page.study, []
    order = study.order(results[0]) if results else []
    seen = set(order)
    order = [*order, *(index for index in range(len(study.points)) if index not in seen)]
    for index in order[:MOST_POINTS]:
        cells = []
        for result in results[:_COLUMNS]:
            unit, spread = page.unit(result.measure), page.spread(result)
            low, high = float(result.lo[index]), float(result.hi[index])
            band = page.band(low, high, unit, spread) if math.isfinite(low + high) else ""
            cells.append((page.write(float(result.mean[index]), unit, spread), band))
        runs = int(np.isfinite(results[0].values[index]).sum()) if results else 0
        levels = tuple(page.level(factor, factor.levels[index]) for factor in study.varied)
        reference = index == study.reference
        rows.append(PointRow(page.number(index), reference, levels, tuple(cells), page.numbers.plain(runs)))
    return rows


def target_rows(page: StudySetting) -> list[tuple[str, list[str]]]:
    """For each target: met at the reference, where most often, where least."""
    rows = []
    for name, values in page.study.targets.items():
        n = np.isfinite(values).sum(axis=1)
        met = np.nansum(values, axis=1)
        known = np.flatnonzero(n > 0)
        if not len(known):
            continue
        share = np.where(n > 0, met / np.maximum(n, 1), np.nan)
        cells = []
        if page.study.reference is not None:
            at = page.study.reference
            cells.append(page.say("met", met=int(met[at]), n=int(n[at])))
        for end in (np.nanmax(share), np.nanmin(share)):
            there = np.flatnonzero(share == end)
            first = int(there[0])
            parts = {"met": int(met[first]), "n": int(n[first])}
            if len(there) > 1:
                cells.append(page.say("met_ties", points=len(there), **parts))
            else:
                cells.append(page.say("met_at", point=page.number(first), **parts))
        title = page.names.get(f"target.{name}")
        rows.append((title.say(page.language) if title else page.named("target", name), cells))
    return rows


def failures_said(page: StudySetting) -> str:
    """How many runs failed, and while doing what."""
    failures = page.study.failures
    failed = max(len(failures), page.study.runs.get("failed", 0))
    if not failed:
        return page.say("no_failures")
    origins: dict[str, int] = {}
    for row in failures:
        origins[text(row.get("origin"))] = origins.get(text(row.get("origin")), 0) + 1
    said = [
        page.say("origin_count", n=count, origin=_origin(page, origin)) for origin, count in origins.items()
    ]
    total = max(sum(page.study.runs.values()), len(page.study.points) * page.study.replicates)
    counted = page.say("failures_said", n=failed, total=total, origins=page.setting.words.listing(said))
    return page.sentences([counted, page.say("failures_bias")])


def _origin(page: StudySetting, origin: str) -> str:
    return page.say(f"origin_{origin}") if f"origin_{origin}" in STUDY_TEXT else origin


def failure_rows(page: StudySetting) -> tuple[list[list[str]], str]:
    """Point, replicate, seed, stage and error of the first failures, and a word on those left out."""
    failures = page.study.failures
    rows = [
        [
            f"#{text(row.get('point'))}", text(row.get("replicate")), text(row.get("seed")),
            _origin(page, text(row.get("origin"))), text(row.get("error")).strip().partition("\n")[0][:300],
        ]
        for row in failures[:_MOST_FAILURES]
    ]  # fmt: skip
    return rows, page.say("failures_cut", shown=_MOST_FAILURES) if len(failures) > _MOST_FAILURES else ""


def reproduction(page: StudySetting) -> tuple[str, list[tuple[str, str]]]:
    """The command, and (name, value) pairs of versions and fingerprints."""
    facts = page.study.facts
    name = text((facts.get("experiment") or {}).get("name"))
    command = text(facts.get("command")) or f"prsim sweep experiment={name} out=DIR"
    made = (facts.get("manifest") or {}).items()
    return command, [
        (page.say(f"made_{k}") if f"made_{k}" in STUDY_TEXT else str(k), text(v)) for k, v in made
    ]
