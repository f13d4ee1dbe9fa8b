"""The short answer of a study: what is best, how sure that is, what a delay costs; never more than the runs carry."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from prsim.report.parts import number
from prsim.report.study_digest import Best, Result
from prsim.report.study_setting import StudySetting, lowered
from prsim.report.study_strips import columns_of

__all__ = ["short_answer"]

_MEASURES = 3
_NAMES = 4  # at most so many rivals are named
_MANY = 8  # from so many points on, being picked is luck enough to say so
_MOST_CASES = 6
_COSTS = ("nps_loss", "nps_trough", "sentiment_area", "sentiment_trough")


def short_answer(page: StudySetting) -> list[str]:
    """Paragraphs: what was run, what is best in each case, how points differ from the reference, what delay costs."""
    study = page.study
    results = study.shown[:_MEASURES]
    if not results and not len(study.curve):
        return [page.say("no_results")]
    said = [_runs(page), *_delays(page)]
    cases = study.cases()
    if cases is None:
        names = [page.title(factor) for factor in study.varied if not factor.chosen]
        said.append(page.say("read_no_best", names=page.setting.words.listing(names)))
    elif results and not (len(cases) > 1 and len(study.curve)):
        for case, members in cases:
            before = page.say("for_case", case=_case(page, case)) if case else ""
            said.append(before + _best(page, results, None if len(cases) == 1 else members))
    said.append(_reference(page))
    said.append(page.say("read_caution"))
    return [paragraph for paragraph in said if paragraph]


def _runs(page: StudySetting) -> str:
    study = page.study
    done, failed = study.runs.get("done", 0), study.runs.get("failed", 0)
    total = max(sum(study.runs.values()), len(study.points) * study.replicates)
    said = page.say(
        "read_runs", points=page.numbers.plain(len(study.points)), replicates=study.replicates,
        done=page.numbers.plain(done), total=page.numbers.plain(total),
    )  # fmt: skip
    return page.sentences([said, page.say("read_failed", n=page.numbers.plain(failed)) if failed else ""])


def _case(page: StudySetting, levels: tuple[Any, ...]) -> str:
    """What circumstances are called: names as they are, numbers behind what they are numbers of."""
    given = [factor for factor in page.study.varied if not factor.chosen]
    return " · ".join(
        page.level(factor, level) if factor.category else f"{page.title(factor)} {page.level(factor, level)}"
        for factor, level in zip(given, levels, strict=True)
    )


def _best(page: StudySetting, results: Sequence[Result], among: Sequence[int] | None) -> str:
    """The best point on the first measure, then where the other measures say otherwise."""
    found = [(result, best) for result in results if (best := page.study.best(result, among)) is not None]
    if not found:
        return ""
    first = found[0][1]
    said = [_one(page, *found[0])]
    same = [best for _, best in found[1:] if best.index == first.index and best.others]
    for key, part in (
        ("read_same", [best for best in same if not best.undecided]),
        ("read_same_unsure", [best for best in same if best.undecided]),
    ):
        if part:
            names = page.setting.words.listing([page.inline(best.measure) for best in part])
            said.append(page.say(key, names=names))
    said += [_one(page, result, best) for result, best in found[1:] if best.index != first.index]
    if first.others >= _MANY:
        said.append(page.say("read_luck"))
    return page.sentences(said)


def _one(page: StudySetting, result: Result, best: Best) -> str:
    unit, index = page.unit(result.measure), best.index
    spread = page.spread(result)
    mean, lo, hi = float(result.mean[index]), float(result.lo[index]), float(result.hi[index])
    said = page.say(
        "read_best", measure=page.measure(result.measure), point=page.described(index),
        mean=page.write(mean, unit, spread), band=page.band(lo, hi, unit, spread),
    )  # fmt: skip
    return page.sentences([said, _rivals(page, best)])


def _rivals(page: StudySetting, best: Best) -> str:
    """From how many others the runs can tell the best point."""
    unsure = len(best.undecided)
    if not best.others:
        return page.say("read_only")
    if not unsure:
        return page.say("read_sure", others=best.others)
    if unsure == best.others:
        return page.say("read_none", others=best.others)
    names = ""
    if unsure <= _NAMES:
        names = page.say(
            "read_names", names=page.setting.words.listing([page.number(i) for i in best.undecided])
        )
    return page.say("read_some", told=best.others - unsure, others=best.others, unsure=unsure, names=names)


def _reference(page: StudySetting) -> str:
    """At how many points the first measure is told to differ from the reference."""
    columns = columns_of(page)
    if not columns or page.study.reference is None or not page.study.comparable:
        return ""
    rows = columns[0].rows.values()
    higher, lower = (sum(row.told == way for row in rows) for way in (1, -1))
    return page.say(
        "read_reference", reference=page.label(page.study.reference), n=len(rows), higher=higher, lower=lower,
        measure=lowered(page.metric(columns[0].metric, columns[0].statistic)), unsure=len(rows) - higher - lower,
    )  # fmt: skip


def _delays(page: StudySetting) -> list[str]:
    """What the longest delay does against the shortest, and where another hour costs most."""
    curve = page.study.curve
    if not len(curve):
        return []
    measures = list(dict.fromkeys(curve["measure"]))
    measure = next((name for name in _COSTS if name in measures), measures[0])
    rows = curve[curve["measure"] == measure]
    # a quarter of the whole range: what is compared are neighbours
    spread = float(rows["mean"].max() - rows["mean"].min()) / 4
    paragraphs = []
    for incident in list(dict.fromkeys(rows["incident"]))[:_MOST_CASES]:
        part = rows[rows["incident"] == incident]
        lines = [
            _delay(page, str(measure), part[part["strategy"] == strategy], spread)
            for strategy in dict.fromkeys(part["strategy"])
        ]
        before = page.say("for_case", case=page.incident(incident))
        paragraphs += [before + page.sentences(lines)] if any(lines) else []
    return paragraphs


def _delay(page: StudySetting, measure: str, rows: pd.DataFrame, spread: float) -> str:
    title, unit = page.curve_measure(measure)
    part = rows.dropna(subset=["mean"]).sort_values("hours")
    if len(part) < 2:
        return ""
    first, last = part.iloc[0], part.iloc[-1]
    incident, strategy = str(first["incident"]), str(first["strategy"])
    apart = not last["more_lo"] <= 0.0 <= last["more_hi"]
    said = page.say(
        "read_delay" if apart else "read_delay_unsure",
        strategy=page.strategy(strategy), measure=lowered(title),
        first=page.interval(first["mean"], first["lo"], first["hi"], unit, spread),
        last=page.interval(last["mean"], last["lo"], last["hi"], unit, spread),
        more=page.interval(last["more"], last["more_lo"], last["more_hi"], unit, spread),
        early=page.numbers.target(first["hours"], "h"), late=page.numbers.target(last["hours"], "h"),
    )  # fmt: skip
    return page.sentences([said, _knee(page, measure, incident, strategy) if apart else ""])


def _knee(page: StudySetting, measure: str, incident: str, strategy: str) -> str:
    knees = page.study.knees
    if not len(knees):
        return ""
    here = (knees["measure"] == measure) & (knees["incident"] == incident) & (knees["strategy"] == strategy)
    for row in knees[here].to_dict("records"):
        unsure = number(row.get("slope_lo")) <= 0.0
        said = page.say(
            "read_knee_unsure" if unsure else "read_knee",
            hours=page.numbers.hours(row["hours"]),
            band=page.numbers.band(row["lo"], row["hi"], "h"),
        )
        return said if unsure else page.sentences([said, _slope(page, measure, row)])
    return ""


def _slope(page: StudySetting, measure: str, row: Mapping[Any, Any]) -> str:
    """What an hour costs at the knee, where that was worked out."""
    slope, low, high = (number(row.get(key)) for key in ("slope", "slope_lo", "slope_hi"))
    unit = page.curve_measure(measure)[1]
    if not (math.isfinite(slope) and slope > 0.0) or unit == "share":
        return ""
    said, first, last = (page.significant(value) for value in (slope, low, high))
    return page.say("read_slope", slope=said, band=page.say("band", low=first, high=last))
