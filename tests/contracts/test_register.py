"""Every configured parameter changes some output, or the register says why none is expected.

Each pattern of the register (``segments.*.size``) is taken at entries of a scenario that has everything in it, given
a second value, and the run is compared with the one before. Where a parameter acts only in certain circumstances, both
runs are made in these (:data:`CIRCUMSTANCES`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

import prsim
from prsim.scenario.fields import Spec, walk
from prsim.scenario.register import declared
from prsim.study.run import Run, to_json
from tests.laboratory import FIXTURES, fixture

SHORT = 6.0  # days; enough for most parameters
FIXED_NAMES = (
    "sources",
    "strategies",
    "clusters",
)  # names that the program gives: every one is a parameter of its own
TRIES = 3  # entries of a pattern that are tried

type Changes = Mapping[str, Any]

# 90 accounts with a heavy tail, and who is who
TIES, NODES = str(FIXTURES / "ties.csv"), str(FIXTURES / "ties_nodes.csv")

# The second value where the general rule gives none that makes sense.
SECOND: dict[str, Changes] = {
    "meta.start": {"meta.start": "2024-03-03"},
    "horizon_days": {"horizon_days": 20.0},
    "tick_min": {"tick_min": 30.0},
    "topics.*.negative_share": {"topics.service.negative_share": 0.0},
    "population.chat_rewire": {"population.chat_rewire": 0.9},
    "platforms.*.kind": {"platforms.own_site.kind": "social"},
    "platforms.*.share_to": {"platforms.business_press.share_to": "zhihu"},
    "media.groups.*.tier": {"media.groups.national.tier": "core"},
    "media.doubt_topic": {"media.doubt_topic": "service"},
    "budget.kept": {"budget.kept": 0.15, "budget.split.media": 0.2},
    "budget.phases.*.start": {"budget.phases.rebuild.start": "2024-03-18"},
    "budget.phases.*.end": {"budget.phases.guide.end": "2024-03-10"},
    "budget.prices.*.action": {"budget.prices.creator.action": "service"},
    "budget.prices.*.tier": {"budget.prices.kol_post.tier": "top"},
    "budget.prices.*.platform": {"budget.prices.impressions.platform": "zhihu"},
    "budget.prices.*.production_h": {"budget.prices.video.production_h": 96.0},
    "budget.prices.*.effect": {"budget.prices.monitor.effect": 0.3},
    "budget.reserve.line": {"budget.reserve.line": "tools"},
    "budget.reserve.release_line": {"budget.reserve.release_line": "content"},
    "activities.*.every_days": {"activities.security_series.every_days": 3.0},
    "activities.*.until": {"activities.security_series.until": "2024-03-12"},
    "activities.*.conversion": {"activities.launch.conversion": 0.2},
    "targets.*.metric": {"targets.nps.metric": "trust"},
    "targets.*.value": {"targets.nps.value": -50.0},
    "targets.*.op": {"targets.nps.op": "<="},
    "incidents.random.library": {"incidents.random.library": ["outage"]},
    "incidents.random.by_topic.<topics>": {
        "incidents.random.by_topic": {"service": 1.0, "data_security": 3.0}
    },
    "review.min_shown": {"review.min_shown": 1e9},
    "incidents.schedule.*.use": {"incidents.schedule.leak_march.use": "outage"},
    "response.levels.*.min_severity": {"response.levels.orange.min_severity": 0.55},
    "response.levels.*.min_heat_per_h": {"response.levels.red.min_heat_per_h": 501.0},
    "response.rebound_evidence": {"response.rebound_evidence": 0.6},
    "incidents.escalation.reopened": {"incidents.escalation.reopened": 0.0},
    "response.resolve_h": {"response.resolve_h": 3.0},
    "kols.off_niche": {"kols.off_niche": 1.0},
    "population.follower_graph": {"population.follower_graph": TIES},
    "population.chat_graph": {"population.chat_graph": TIES},
    "population.graph_nodes": {"population.graph_nodes": NODES},
    "team.posting_windows": {"team.posting_windows": [9.0, 11.0, 12.0, 14.0, 18.0, 22.0]},
}

# What must be so for a parameter to matter.
UNEVIDENCED = {"response.statement_h": 1.0, "response.first_h": 0.2, "response.analysis_h": 6.0}
LATE = {"response.statement_h": 48.0}  # reports appear before there is an answer
PRIVATE = {"response.strategy": "private_contact", "response.private_per_h": 200.0}
HEAT_DECIDES = {
    "response.levels.red.min_severity": 1.0, "response.levels.orange.min_severity": 1.0,
    "response.levels.red.min_heat_per_h": 1e6, "response.levels.orange.min_heat_per_h": 500.0,
}  # fmt: skip
UNCOUNTED = {  # neither the count nor a spreading node raises the alarm; the brand is little talked of
    "monitoring.alert_posts": 1e6, "budget.prices.monitor.effect": 0.0, "ambient.mentions_per_day": 100.0,
}  # fmt: skip
CIRCUMSTANCES: dict[str, Changes] = {
    "population.follower_edges": {"population.follower_graph": TIES},
    "population.chat_edges": {"population.chat_graph": TIES},
    "population.graph_nodes": {"population.follower_graph": TIES},
    "meta.start": {"horizon_days": 27.0},
    "topics.*.negative_share": {
        "incidents.random.library": ["complaint", "leak"], "incidents.random.per_year": 100.0,
        "incidents.random.by_topic": {},
    },
    "incidents.random.by_topic.<topics>": {
        "incidents.random.library": ["complaint", "outage", "leak"], "incidents.random.per_year": 100.0,
    },
    "incidents.random.follow_up": {"incidents.random.per_year": 200.0},
    "incidents.random.follow_up_h": {"incidents.random.per_year": 200.0},
    "monitoring.alert_mood": {**UNCOUNTED, "monitoring.alert_keyword": 1.0},
    "monitoring.alert_keyword": {**UNCOUNTED, "monitoring.alert_mood": 0.1},
    "monitoring.early_posts": {**UNCOUNTED, "monitoring.alert_keyword": 1.0, "monitoring.alert_mood": 0.1},
    "monitoring.node_followers": {
        "monitoring.alert_posts": 1e6, "monitoring.early_posts": 1e6, "media.base": -12.0, "kols.heat_per_h": 20.0,
        "budget.prices.monitor.effect": 1.0,
    },
    "response.holding": {"media.w_unanswered": 4.0},
    "kols.off_niche": {"kols.heat_per_h": 20.0},
    "kols.fatigue": {"kols.tiers.middle.count": 1},
    "kols.fatigue_half_life_h": {"kols.tiers.middle.count": 1},
    "budget.reserve.line": {
        "activities.preparation.lines": {"media": 0.05}, "activities.preparation.buys": {"drill": 1.0},
    },
    "incidents.library.*.strategy": {"response.strategy": "historical"},
    "incidents.library.*.facts.*.contradicts": {"response.strategy": "deny"},
    "incidents.library.*.type": {"incidents.library.leak.cluster": "accidental"},
    "response.caught": {
        "response.strategy": "deny",
        "response.analysis_h": 0.5,
        "response.statement_h": 1.0,
        "incidents.library.leak.facts.0.after_h": 3.0,
    },
    "response.levels.*.outlets": {"response.statement_h": 24.0},
    "response.private_rounds": PRIVATE,
    "response.private_answer": {**PRIVATE, "response.private_per_h": 5000.0, "media.w_unanswered": 4.0},
    "response.evidence_without_analysis": UNEVIDENCED,
    "response.rebound": UNEVIDENCED,
    "response.rebound_h": UNEVIDENCED,
    "response.thunder": {**UNEVIDENCED, "response.analysis_h": 0.2, "media.base": -9.0},
    "response.levels.*.min_heat_per_h": HEAT_DECIDES,
    "response.rebound_evidence": {"incidents.library.leak.evidence_available": 0.5},
    "incidents.escalation.reopened": {"incidents.library.leak.fix_h": 100.0, "media.w_unanswered": 4.0},
    "media.single_channel_share": LATE,
    "media.one_sided": LATE,
    "media.answered_relief": LATE,
    "team.crisis_task_h": {"team.crisis": 1},
    "craft.first_hand": {"budget.prices.seat.yuan": 0.5},
    "craft.event_lift": {"budget.prices.seat.yuan": 0.5},
    "budget.frequency_cap": {"budget.prices.impressions.yuan": 0.01},
    "monitoring.staff_gain": {"team.monitoring": 3},
    "platforms.*.chat_forward": {"platforms.weibo.share_rate": 0.02},
}  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for row in declared():
        if not row.inert:
            parts = re.split(r"(\*|<[^>]*>)", row.path)
            yield (
                row.path,
                re.compile("".join("[^.]+" if p[:1] in ("*", "<") else re.escape(p) for p in parts) + "$"),
            )


@cache
def entries() -> dict[str, list[tuple[str, Any, Spec]]]:
    """The entries of the fixture by parameter: by pattern, or by path where the program gives the names."""
    known = list(patterns())
    found: dict[str, list[tuple[str, Any, Spec]]] = {name: [] for name, _ in known}
    for path, value, spec, _ in walk(fixture("rich")):
        name = next((name for name, pattern in known if pattern.match(path)), None)
        if name is None or spec.label:
            continue
        if spec.refs in FIXED_NAMES:
            found.pop(name, None)
            name = path
        found.setdefault(name, []).append((path, value, spec))
    return found


def sibling(path: str) -> tuple[str, float] | None:
    """Another entry of a mapping of shares, to take from or give to."""
    head = path.rpartition(".")[0]
    rows = [(p, v) for p, v, _, _ in walk(fixture("rich")) if p.rpartition(".")[0] == head and p != path]
    return max(rows, key=lambda row: row[1]) if rows else None


def other_number(value: float, spec: Spec) -> float:
    lo, hi = spec.lo if spec.lo is not None else -1e12, spec.hi if spec.hi is not None else 1e12
    if isinstance(value, int):
        return value - max(1, value // 2) if value - max(1, value // 2) >= lo else value + 1
    if value == 0.0:
        return min(hi, 0.4 if spec.unit in ("1", "share") else 2.0)
    choices = (0.5 * value, 1.6 * value, 0.5 * (lo + value), 0.5 * (hi + value))
    return next(x for x in choices if lo <= x <= hi and x != value)


def second_value(name: str, path: str, value: Any, spec: Spec) -> Changes | None:
    """Changes that give one entry another value; None where this entry has none."""
    if name in SECOND:
        return SECOND[name]
    if isinstance(value, bool):
        return {path: not value}
    if spec.sums_to_one or name in ("budget.split.<lines>", "budget.phases.*.share"):
        field = ".share" if name.endswith(".share") else ""
        beside = sibling(path.removesuffix(field)) if not field else ("budget.phases.rebuild.share", 0.4)
        if beside is None or beside[0] == path:
            return None
        part = 0.4 * min(value, beside[1])
        return {path: value - part, beside[0]: beside[1] + part}
    if isinstance(value, int | float):
        return {path: other_number(value, spec)}
    if isinstance(value, tuple):
        return (
            {path: [*value[:-1], 1.3 * value[-1]] if isinstance(value[-1], float) else value[:-1]}
            if value
            else None
        )
    if spec.choices:
        return {path: next(c for c in reversed(spec.choices) if c != value)}
    if spec.unit == "date":
        return (
            {path: (dt.datetime.fromisoformat(value) + dt.timedelta(hours=30)).isoformat()} if value else None
        )
    if spec.refs and value:
        section = fixture("rich")
        return {path: next(n for n in getattr(section, spec.refs) if n != value)}
    return None


def circumstances(name: str) -> Changes:
    if match := re.fullmatch(r"response\.fit\.(\w+)\.(\w+)", name):
        private = {"response.private_per_h": 5000.0} if match[1] == "private_contact" else {}
        return {"response.strategy": match[1], "incidents.library.leak.cluster": match[2], **private}
    if name == "response.playbook.victim":
        return {"incidents.library.leak.cluster": "victim"}
    return CIRCUMSTANCES.get(name, {})


BASES: dict[str, Run] = {}


def base_run(changes: Changes) -> Run:
    key = repr(sorted(changes.items()))
    if key not in BASES:
        BASES[key] = prsim.simulate(fixture("rich", changes), 1)
    return BASES[key]


def same(a: Run, b: Run) -> bool:
    """Whether two runs show no measurable difference: 1e-6 of a value, an event, a fen."""
    if len(a.series) != len(b.series) or len(a.events) != len(b.events) or len(a.ledger) != len(b.ledger):
        return False
    for column in ("time_h", "segment", "metric"):
        if not np.array_equal(a.series[column].astype(str), b.series[column].astype(str)):
            return False
    x, y = a.series["value"].to_numpy(), b.series["value"].to_numpy()
    if np.any(np.abs(x - y) > 1e-6 * (1e-6 + np.abs(x))):
        return False
    for column in ("time_h", "kind", "subject", "cause", "value", "thread"):
        if not a.events[column].equals(b.events[column]):
            return False
    return a.ledger.equals(b.ledger) and to_json(a.summary["targets"]) == to_json(b.summary["targets"])


def has_effect(name: str) -> bool:
    """Whether some entry of a parameter, given another value, changes an output."""
    around = circumstances(name)
    fixed = {"meta.start", "horizon_days"}
    tried = 0
    done: list[Changes] = []
    for path, value, spec in entries()[name]:
        changes = second_value(name, path, value, spec)
        if changes is None or changes in done:
            continue
        done.append(changes)
        for days in (SHORT, 26.0):
            context = {**({} if name in fixed else {"horizon_days": days}), **around}
            if not same(base_run(context), prsim.simulate(fixture("rich", {**context, **changes}), 1)):
                return True
        tried += 1
        if tried == TRIES:
            break
    assert tried, f"{name}: no second value was tried"
    return False


def test_the_fixture_has_every_parameter() -> None:
    assert not [name for name, found in entries().items() if not found]


def test_every_special_case_is_about_a_parameter() -> None:
    assert not {*SECOND, *CIRCUMSTANCES} - set(entries())


NOT_WALKED = {
    "budget.unfunded",  # a run with an activity that has no money does not exist under its other value, see below
}
SECTIONS = sorted({name.partition(".")[0] for name in entries()} - {"seed"})


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_every_parameter_changes_an_output(section: str) -> None:
    names = [n for n in entries() if n.partition(".")[0] == section and n not in NOT_WALKED]
    idle = [name for name in names if not has_effect(name)]
    assert not idle, f"no effect: {', '.join(idle)}"


def test_unfunded_decides_between_refusing_and_dropping() -> None:
    poor = {"activities.service_talk.lines": {"content": 1e-6}}
    with pytest.raises(prsim.ConfigError, match="service_talk"):
        fixture("rich", poor)
    assert "service_talk" not in fixture("rich", {**poor, "budget.unfunded": "drop"}).activities


@pytest.mark.slow
@pytest.mark.parametrize("name", ["workers", "replicates", "counterfactuals", "engine.thread_slots"])
def test_what_the_register_calls_inert_is_inert(name: str) -> None:
    row = next(row for row in declared() if row.path == name)
    assert row.inert
    base = base_run({"horizon_days": SHORT})
    value = {"workers": 2, "replicates": 7, "counterfactuals": 0, "engine.thread_slots": 60}[name]
    assert same(base, prsim.simulate(fixture("rich", {"horizon_days": SHORT, name: value}), 1))
