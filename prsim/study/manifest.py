"""What a study is: its manifest, and whether an experiment can go on with it.

A folder is continued only by the model, the plan and the seeds that it was begun with.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prsim.design.experiment import Experiment
from prsim.design.points import Factor, Point
from prsim.errors import StudyRefused
from prsim.scenario.plain import config_hash, graph_digests, to_plain
from prsim.study.model_version import model_fingerprint, versions

__all__ = [
    "DATABASE", "MANIFEST", "REPORT", "SERIES", "TABLES", "base_hash", "described", "factors_of", "read_manifest",
    "refuse_others", "run_key",
]  # fmt: skip

MANIFEST, DATABASE, SERIES, REPORT = "manifest.json", "runs.sqlite", "series", "report.html"
TABLES = ("points.parquet", "summaries.parquet", "incidents.parquet", "bands.parquet")
FORMAT = 1  # of the folder; raised when an older prsim could not read it

# settings that no result depends on
_INERT = ("replicates", "counterfactuals", "out", "language", "workers")


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a folder says that it is.

    Raises
    ------
    StudyRefused
        If it is no study, or one that this version cannot read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or "study" not in manifest:
        what = "there is no such folder" if not folder.exists() else f"its {MANIFEST} is not that of a study"
        raise StudyRefused(f"{folder} is not a study: {what}")
    if manifest["study"] != FORMAT:
        raise StudyRefused(f"{folder} is a study in format {manifest['study']}; this prsim reads {FORMAT}")
    return manifest


def described(e: Experiment, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The manifest of a study; ``before`` is the one that it has."""
    replicates = max(e.replicates, before["experiment"]["replicates"] if before else 0)
    return {
        "study": FORMAT,
        "model": model_fingerprint(),
        "versions": before["versions"] if before else versions(),
        "created": before["created"] if before else _now(),
        "continued": [*before["continued"], _now()] if before else [],
        "experiment": {
            "name": e.name,
            "title_en": e.title_en,
            "title_zh": e.title_zh,
            "question_en": e.question_en,
            "question_zh": e.question_zh,
            "factors": [dataclasses.asdict(f) for f in e.design.factors],
            "points": len(e.design),
            "replicates": replicates,
            "common": e.common,
            "keep": e.keep,
            "notes": list(e.notes),
        },
        "seeds": [e.scenario.seed + i for i in range(replicates)]
        if e.common
        else "one of its own for each run",
        "config_hash": base_hash(e),
        "graphs": graph_digests(e.scenario),
        "config": to_plain(e.scenario),
        "sources": _sources(e),
    }


def refuse_others(folder: Path, manifest: Mapping[str, Any], now: Experiment) -> None:
    """Refuse to mix what cannot be compared.

    Raises
    ------
    StudyRefused
        Naming what differs: the model, keys of the plan, the factors, the choice of seeds.
    """
    before = manifest["experiment"]
    if manifest["model"] != model_fingerprint():
        was, here = manifest["versions"]["prsim"], versions()["prsim"]
        raise StudyRefused(
            f"{folder} was made by another model: prsim {was}, model {manifest['model']}; here it is {here}, "
            f"{model_fingerprint()}. Go on with that one, or start anew in another folder, or with --force"
        )
    if manifest["config_hash"] != base_hash(now):
        raise StudyRefused(
            f"{folder} was made with another plan: {_differences(manifest['config'], to_plain(now.scenario))}. "
            "Start anew in another folder, or with --force"
        )
    factors = [f.name for f in now.design.factors]
    if [f["name"] for f in before["factors"]] != factors:
        was = ", ".join(f["name"] for f in before["factors"])
        raise StudyRefused(f"{folder} varies {was}, and the experiment {', '.join(factors)}")
    for name, what in (("common", "common random numbers"), ("keep", "what is kept of a run")):
        if before[name] != getattr(now, name):
            raise StudyRefused(
                f"{folder} was made with {name}={before[name]} ({what}), not {getattr(now, name)}"
            )


def base_hash(experiment: Experiment) -> str:
    """Hash of what the runs of a study have in common; how many there are is left out."""
    digest = hashlib.sha256(
        config_hash(dataclasses.replace(experiment.scenario, replicates=1, counterfactuals=0)).encode()
    )
    for choices, source in sorted(_sources(experiment).items()):
        plain = {key: value for key, value in source["plain"].items() if key not in _INERT}
        text = json.dumps([choices, plain, source["horizons"]], sort_keys=True, separators=(",", ":"))
        digest.update(text.encode())
    return digest.hexdigest()


def _sources(experiment: Experiment) -> dict[str, dict[str, Any]]:
    """What the base was composed from, as plain data."""
    return {
        choices: {"name": source.name, "plain": source.plain, "horizons": list(source.horizons)}
        for choices, source in experiment.sources.items()
    }


def run_key(base: str, point: Point, seed: int) -> str:
    """Name of a run: the same plan, point and seed always have the same."""
    return hashlib.blake2b(f"{base}/{point.key}/{seed}".encode(), digest_size=16).hexdigest()


def factors_of(manifest: Mapping[str, Any]) -> tuple[Factor, ...]:
    """What a study varies."""
    return tuple(Factor(**factor) for factor in manifest["experiment"]["factors"])


def _differences(before: Any, now: Any) -> str:
    """The first keys in which two configurations differ."""
    found = list(_differing("", before, now))
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return (", ".join(found[:5]) or "a graph that it imports") + more


def _differing(path: str, before: Any, now: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*before, *now)):
            if not path and key in _INERT:
                continue
            yield from _differing(f"{path}.{key}".lstrip("."), before.get(key), now.get(key))
    elif before != now:
        yield f"{path} (was {_short(before)}, now {_short(now)})"


def _short(value: Any) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
