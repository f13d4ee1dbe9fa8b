"""The tables of ``prsim list``: scenarios, experiments, groups, parameters, metrics, incidents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prsim.design.reading import experiment_names, summary_of
from prsim.scenario.compose import DEFAULT_SCENARIO, compose_plain, conf_dir, groups, scenario_names
from prsim.scenario.load import load
from prsim.scenario.metrics import METRICS
from prsim.scenario.register import configured, declared

__all__ = ["TABLES", "Table", "table"]

type Table = tuple[tuple[str, ...], list[tuple[str, ...]]]

_TOP_KEY = re.compile(r"^(\w+):", re.MULTILINE)


def table(what: str, overrides: Sequence[str] = (), language: str = "en") -> Table:
    """Header and rows of one table.

    Parameters
    ----------
    what
        One of :data:`TABLES`.
    overrides
        ``scenario=…`` and values, for parameters and incidents.
    language
        ``"en"`` or ``"zh"``: language of titles.

    Raises
    ------
    ConfigError
        If an override cannot be used.
    """
    header, rows = TABLES[what](overrides, language)
    return header, list(rows)


type _Rows = tuple[tuple[str, ...], Iterator[tuple[str, ...]]]


def _scenarios(_: Sequence[str], language: str) -> _Rows:
    def rows() -> Iterator[tuple[str, ...]]:
        for name in scenario_names():
            meta = _meta(name)
            title, question = (
                str(meta.get(f"{part}_{language}") or meta.get(f"{part}_en", ""))
                for part in ("title", "question")
            )
            yield name, title, question, "default" if name == DEFAULT_SCENARIO else ""

    return ("scenario", "title", "question", ""), rows()


def _experiments(_: Sequence[str], language: str) -> _Rows:
    def rows() -> Iterator[tuple[str, ...]]:
        for name in experiment_names():
            says = summary_of(name)
            yield (
                name,
                says[f"title_{language}"],
                says[f"question_{language}"],
                says["design"],
                says["replicates"],
            )

    return ("experiment", "title", "question", "design", "replicates"), rows()


def _meta(name: str) -> Mapping[str, Any]:
    """What a scenario says about itself: from its own file where that says it, which is much quicker than composing."""
    import yaml

    own = yaml.safe_load((conf_dir() / "scenario" / f"{name}.yaml").read_text(encoding="utf-8"))
    meta: Mapping[str, Any] = own.get("meta", {})
    said = all(meta.get(f"{part}_{language}") for part in ("title", "question") for language in ("en", "zh"))
    if not said:
        meta = compose_plain(name).plain.get("meta", {})
    return meta


def _groups(_: Sequence[str], __: str) -> _Rows:
    """Groups with what their options set: the keys at the top of the options' files."""

    def rows() -> Iterator[tuple[str, ...]]:
        for group, options in groups().items():
            texts = ((conf_dir() / group / f"{o}.yaml").read_text(encoding="utf-8") for o in options)
            keys = dict.fromkeys(key for text in texts for key in _TOP_KEY.findall(text) if key != "defaults")
            sets = "a whole scenario" if group == "scenario" else ", ".join(keys)
            yield group, sets, ", ".join(options)

    return ("group", "sets", "options"), rows()


def _parameters(overrides: Sequence[str], _: str) -> _Rows:
    rows = configured(load(overrides=overrides)) if overrides else declared()
    header = ("key", "value" if overrides else "default", "unit", "range", "source", "meaning")
    return header, ((r.path, r.shown, r.unit, r.range, r.source, r.doc) for r in rows)


def _metrics(_: Sequence[str], __: str) -> _Rows:
    rows = ((name, m.unit, m.title_en, m.title_zh, m.doc) for name, m in METRICS.items())
    return ("metric", "unit", "title", "title (zh)", "meaning"), rows


def _incidents(overrides: Sequence[str], language: str) -> _Rows:
    s = load(overrides=overrides)

    def rows() -> Iterator[tuple[str, ...]]:
        for name, i in s.incidents.library.items():
            dates = ", ".join(d.start for d in s.incidents.schedule.values() if d.use == name)
            yield (
                name,
                i.title_zh if language == "zh" and i.title_zh else i.title_en,
                i.topic,
                i.cluster,
                f"{i.severity:g}",
                f"{i.witnesses:,.0f}",
                dates,
                i.source,
            )

    return ("incident", "title", "topic", "cluster", "severity", "witnesses", "scheduled", "source"), rows()


TABLES = {
    "scenarios": _scenarios,
    "experiments": _experiments,
    "groups": _groups,
    "parameters": _parameters,
    "metrics": _metrics,
    "incidents": _incidents,
}
