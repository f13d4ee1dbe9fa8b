"""One run and its results."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from prsim.measure.recorder import Recorder
from prsim.measure.tables import Entries, Observations
from prsim.measure.targets import achieved, met
from prsim.model import ledger
from prsim.model.simulation import Simulation
from prsim.scenario.plain import config_hash
from prsim.scenario.root import Scenario
from prsim.spread import layout as L

if TYPE_CHECKING:
    import pandas as pd

TROUGH_DAYS = 21.0  # an incident's NPS trough is looked for within this time (or before the next incident)


class Outcome(NamedTuple):
    """What a run leaves behind, as compact as it is held and sent between processes."""

    observed: Observations
    happened: Entries
    booked: Entries
    summary: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Run:
    """One simulated run; its tables are made when first asked for.

    Attributes
    ----------
    scenario, seed
        What was run.
    outcome
        Time series, events and money in their compact form, and the summary.
    series : DataFrame
        ``time_h, segment, metric, value``; the whole audience is segment ``all``.
    events : DataFrame
        ``time_h, kind, subject, cause, value, thread, title_en, title_zh``.
    ledger : DataFrame
        ``time_h, line, action, kind, amount_fen``; spending is negative.
    summary : dict
        Targets achieved, final metrics, incidents.
    """

    scenario: Scenario
    seed: int
    outcome: Outcome

    def __reduce__(self) -> tuple[Any, ...]:
        return Run, (self.scenario, self.seed, self.outcome)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Time series as a tidy table."""
        return self.outcome.observed.frame()

    @cached_property
    def events(self) -> pd.DataFrame:
        """Events as a table."""
        return self.outcome.happened.frame()

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Entries of the ledger as a table."""
        return self.outcome.booked.frame()

    @property
    def summary(self) -> dict[str, Any]:
        """Targets achieved, final metrics, incidents."""
        return self.outcome.summary

    def save(self, folder: str | Path, force: bool = False) -> Path:
        """Write the run to a folder: config.yaml, manifest.json, three Parquet tables, summary.json.

        Raises
        ------
        prsim.errors.ResultsExist
            If the folder holds results and ``force`` is not set.
        """
        from prsim.study.store import save_runs

        return save_runs(Path(folder), self.scenario, [self], self.summary, force=force)

    @property
    def config_hash(self) -> str:
        """Hash of the configuration that was run."""
        return config_hash(self.scenario)


def collect(sim: Simulation, seed: int) -> Run:
    """Make a :class:`Run` of a finished simulation."""
    assert isinstance(sim.observer, Recorder), "a run to be collected needs a Recorder"
    observed, happened = sim.observer.observations(), sim.observer.events()
    booked = Entries.of_rows(ledger.COLUMNS, sim.ledger.entries)
    summary = run_summary(sim, seed, observed, happened)
    return Run(sim.scenario, seed, Outcome(observed, happened, booked, summary))


def dismiss(sim: Simulation) -> None:
    """Let a finished run go at once.

    Its agents and appointments refer to it, and it to them; the garbage collector would find that out after hundreds
    of runs only, and each holds the arrays of a whole audience.
    """
    sim.__dict__.clear()


def run_summary(sim: Simulation, seed: int, observed: Observations, happened: Entries) -> dict[str, Any]:
    """Final values, targets, incidents and money of one run, JSON-ready."""
    s = sim.scenario
    final, mean = {}, {}
    for metric in observed.metrics():
        _, v = observed.of(metric)
        final[metric], mean[metric] = float(v[-1]), float(v.mean())
    targets = {}
    for name, target in s.targets.items():
        value = achieved(target, observed, happened, sim.horizon, s.response.resolve_h)
        targets[name] = {"value": value, "met": bool(met(target, value)) if math.isfinite(value) else None}
    return {
        "seed": seed,
        "final": final,
        "mean": mean,
        "nps": final.get("nps"),
        "targets": targets,
        "incidents": [incident_summary(sim, r, observed) for r in sim.incidents.records],
        "spent_fen": sim.ledger.spent_fen,
        "left_fen": {k: int(v) for k, v in sim.ledger.left.items()},
        "total_fen": sim.ledger.total_fen,
        "balanced": sim.ledger.balanced(),
    }


def incident_summary(sim: Simulation, record: Any, observed: Observations) -> dict[str, Any]:
    """What one incident did in one run; times in hours after it began."""
    t, nps = observed.of("nps")
    others = [r.start for r in sim.incidents.records if r.start > record.start + 1.0]
    until = min([record.start + TROUGH_DAYS * 24.0, *others])
    before = nps[t <= record.start]
    during = nps[(t > record.start) & (t <= until)]
    th, share = observed.of("negative_share")
    early = share[(th > record.start) & (th <= record.start + 72.0)]
    late = share[(th > record.start + 60.0) & (th <= record.start + 78.0)]
    return {
        "id": record.name,
        "title_en": record.incident.title_en,
        "title_zh": record.incident.title_zh,
        "topic": record.incident.topic,
        "start_h": record.start,
        "severity": record.incident.severity,
        "persons_hit": float(record.hit.sum()),
        "level": record.level,
        "strategy": record.strategy,
        "detected_h": record.detected - record.start,
        "first_response_h": record.first_response - record.start,
        "statement_h": record.statement - record.start,
        "resolved_h": record.resolved - record.start,
        "hot_search_hours": float(sim.audience.tf[record.thread.index, L.HOT_HOURS]),
        "posts": float(sim.audience.tf[record.thread.index, L.POSTS_TOTAL]),
        "peak_negative_share": float(early.max()) if len(early) else math.nan,
        "negative_share_72h": float(np.mean(late)) if len(late) else math.nan,
        "nps_trough": float(before[-1] - during.min()) if len(before) and len(during) else math.nan,
    }


def to_json(value: Any) -> str:
    """JSON for people to read, in the order given; nan becomes null."""

    def clean(x: Any) -> Any:
        if isinstance(x, dict):
            return {str(k): clean(v) for k, v in x.items()}
        if isinstance(x, list | tuple):
            return [clean(v) for v in x]
        if isinstance(x, np.generic):
            x = x.item()
        return None if isinstance(x, float) and not math.isfinite(x) else x

    return json.dumps(clean(value), ensure_ascii=False, indent=1, allow_nan=False)
