"""The report of a study: one HTML file that needs nothing else, made from tables and facts only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from prsim.report import study_tables as rows
from prsim.report.parts import Title
from prsim.report.setting import Figure
from prsim.report.study_answer import short_answer
from prsim.report.study_curves import convergence_panels, curve_legend, curve_panels, fan_groups, slices
from prsim.report.study_design import design_figure
from prsim.report.study_digest import Result, read_study
from prsim.report.study_figures import bins, heat_panels, level_panels
from prsim.report.study_setting import StudySetting, set_up_study
from prsim.report.study_split import bars_figure, triangle_figure
from prsim.report.study_strips import difference_figure, segment_figure
from prsim.report.templating import TEMPLATES

__all__ = ["render_study", "write_study"]

_SECTIONS = ("answer", "design", "curve", "split", "levels", "heat", "differences", "fans", "targets", "convergence",
             "points", "failures", "reproduce", "method")  # fmt: skip
_MEASURES = 3
_FEW_RUNS = 20
_FANS = 3  # measures over time of the first group of points; the second has one less


def write_study(
    path: Path, *, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], language: str = "en"
) -> Path:
    """Write a study's report as one self-contained HTML file.

    Parameters
    ----------
    path
        Where to write; folders that lack are made, a file that is there is replaced.
    tables
        The tables of a study: ``points``, ``runs``, ``summaries``, ``incidents``, ``bands``; any may be empty.
    facts
        ``experiment`` and ``scenario`` (names, titles, question, agents, horizon_days, start), ``factors`` (name,
        titles, unit, scale; ``chosen: false`` for what no plan decides), ``replicates``, ``common``, ``seeds``,
        ``failures``. Statistics, where they were made, each a list of rows or a DataFrame: ``differences`` from a point
        called ``reference``, ``best`` (point and ``undecided`` points by metric and statistic), ``curve`` and
        ``knees``, ``convergence``. Words: ``names`` (``"incident:privacy"``, ``"segment:founders"``,
        ``"target.nps_40"`` … → titles), ``notes``, ``command``, ``manifest`` (name → value).
        :func:`prsim.report.study_facts.study_facts` makes all but the statistics from a study's manifest.
    language
        ``en`` or ``zh``.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        When the language is not known, or a table that has rows lacks a column.
    """
    page = render_study(tables=tables, facts=facts, language=language)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.encode("utf-8", errors="replace"))
    return path


def render_study(
    *, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], language: str = "en"
) -> str:
    """The report of a study as HTML text; see `write_study`."""
    study = read_study(tables, facts)
    page = set_up_study(study, language)
    results = study.shown
    experiment = facts.get("experiment") or {}
    level_heads, result_heads = rows.point_heads(page, results)
    failures, failures_cut = rows.failure_rows(page)
    command, manifest = rows.reproduction(page)
    parts: dict[str, Any] = {
        "w": page.say,
        "language": language,
        "safe": Markup,
        "drawn": _drawn,
        "common": study.common,
        "title": Title.of(experiment, "name").say(language) or page.say("untitled"),
        "question": Title(
            "", *(str(experiment.get(f"question_{tongue}") or "") for tongue in ("en", "zh"))
        ).say(language),
        "facts": rows.header_facts(page),
        "answer": short_answer(page),
        "design_said": _design_said(page),
        "factors": rows.factor_rows(page),
        "targets": rows.target_rows(page),
        "target_heads": _target_heads(page),
        "level_heads": level_heads,
        "result_heads": result_heads,
        "point_rows": rows.point_rows(page, results),
        "points_note": _points_note(page, results),
        "failures_said": rows.failures_said(page),
        "failures": failures,
        "failures_cut": failures_cut,
        "notes": [str(note) for note in facts.get("notes") or ()],
        "command": command,
        "manifest": manifest,
        **_figures(page, results),
    }
    shown = {"curve": parts["curves"], "split": parts["split"], "levels": parts["levels"], "heat": parts["heat"],
             "targets": parts["targets"]}  # fmt: skip
    parts["sections"] = [key for key in _SECTIONS if shown.get(key, True)]
    return TEMPLATES.get_template("study.html.j2").render(parts)


def _drawn(figure: Figure) -> tuple[Markup, Markup]:
    """The two drawings of a figure, marked as safe: their texts were escaped when they were drawn."""
    return Markup(figure.wide), Markup(figure.narrow)


def _figures(page: StudySetting, results: list[Result]) -> dict[str, Any]:
    study, first = page.study, (results[0] if results else None)
    best = study.order(first)[0] if first is not None and study.order(first) else None
    anchor = study.reference if study.reference is not None else best if best is not None else 0
    compared = [index for index in dict.fromkeys((best, study.reference)) if index is not None]
    fans: list[tuple[str, list[tuple[str, list[str]]]]] = []
    for said, chosen in slices(page, anchor, first) if study.points else []:
        groups = fan_groups(page, chosen, _FANS if not fans else _FANS - 1)
        fans += [(said, groups)] if groups else []
    return {
        "design": design_figure(page, first),
        "curves": curve_panels(page),
        "curve_legend": curve_legend(page),
        "curve_note": _curve_note(page),
        "split": bars_figure(page, first) if first is not None else None,
        "triangle": triangle_figure(page, first) if first is not None else None,
        "levels": [
            (page.measure(result.measure), level_panels(page, result))
            for result in results[:_MEASURES]
            if study.varied
        ],
        "levels_note": _levels_note(page),
        "heat": heat_panels(page, results[:_MEASURES]),
        "heat_note": _heat_note(page),
        "strips": difference_figure(page),
        "segments": segment_figure(page, best) if best is not None and study.comparable else None,
        "fans": fans,
        "fans_note": _fans_note(page),
        "convergence": convergence_panels(page, results, compared),
    }


def _design_said(page: StudySetting) -> list[str]:
    """What the short forms in labels mean, and what no plan decides."""
    words, said = page.setting.words, []
    if page.study.split:
        lines = [page.title(line) for line in page.study.split]
        said.append(page.say("split_said", lines=words.listing(lines)))
    given = [page.title(factor) for factor in page.study.varied if not factor.chosen]
    if given:
        said.append(page.say("given_said", names=words.listing(given)))
    return said


def _levels_note(page: StudySetting) -> str:
    said = [page.say("levels_note")]
    said += [page.say("levels_note_split")] if page.study.split else []
    said += [page.say("levels_note_common")] if page.study.common and len(page.study.points) > 1 else []
    return page.sentences(said)


def _curve_note(page: StudySetting) -> str:
    cut = page.study.strategies_left_out
    return page.sentences([page.say("curve_note"), page.say("curve_cut", n=cut) if cut else ""])


def _heat_note(page: StudySetting) -> str:
    cut = any("≈" in label for factor in page.study.varied for label in bins(factor, page).labels)
    return page.sentences([page.say("heat_note"), page.say("heat_note_bins") if cut else ""])


def _fans_note(page: StudySetting) -> str:
    study, said = page.study, [page.say("fans_note")]
    if study.replicates < _FEW_RUNS:
        said.append(page.say("fans_note_few", runs=study.replicates))
    if study.reference is not None:
        said.append(page.say("fans_note_reference", reference=page.label(study.reference)))
    if page.setting.markers:
        names = [
            page.say("interval", mean=marker.title, band=page.setting.dates.day(marker.start_h))
            for marker in page.setting.markers
        ]
        said.append(page.say("fans_note_incidents", names=page.setting.words.listing(names)))
    return page.sentences(said)


def _target_heads(page: StudySetting) -> list[str]:
    heads = [page.say("col_target")]
    if page.study.reference is not None:
        heads.append(page.say("col_reference", point=page.number(page.study.reference)))
    return [*heads, page.say("col_best_met"), page.say("col_least_met")]


def _points_note(page: StudySetting, results: list[Result]) -> str:
    if not results:
        return ""
    said = [page.say("points_note", measure=page.measure(results[0].measure))]
    points, most = len(page.study.points), rows.MOST_POINTS
    said += [page.say("points_cut", shown=most, points=points)] if points > most else []
    return page.sentences(said)
