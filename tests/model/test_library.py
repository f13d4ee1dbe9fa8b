"""The incident library: every entry can happen, and what its name says is what it does."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
import yaml

import prsim
from prsim.scenario.compose import conf_dir
from prsim.scenario.crisis import CLUSTERS, TYPES, Incident
from prsim.scenario.root import Scenario
from prsim.study.run import Run
from prsim.world.build import World, build_world
from tests.laboratory import RICH, fingerprint, one_after_another, total_of

SEVERITIES = ("slight", "serious", "grave")
CASES = ("api_hole", "sync_delay", "price_rise", "slow_service", "privacy_dispute", "supply_chain_doubt")
TYPICAL = tuple(f"{t}_{s}_{c}" for t in TYPES for s in SEVERITIES for c in CLUSTERS)
GENERAL = (*TYPICAL, *CASES)
DOCS = Path(__file__).parents[2] / "docs" / "incidents.md"


@cache
def library() -> dict[str, Incident]:
    """The general library as a scenario with its topics and platforms has it."""
    own = ["incident_library=general", "incidents=none"]
    return dict(prsim.load("dingtalk_2024", own).incidents.library)


@cache
def quiet() -> tuple[Scenario, World]:
    """The DingTalk scenario without a plan, small."""
    base = prsim.load(
        "dingtalk_2024", ["incident_library=general", "incidents=none", "population.agents=1500"]
    )
    base = dataclasses.replace(base, activities={})
    return base, build_world(base)


def happen(names: Sequence[str], seed: int = 1, gap_days: float = 6.0, strategy: str = "matched") -> Run:
    base, world = quiet()
    base = dataclasses.replace(
        base,
        horizon_days=gap_days * len(names) + 1.0,
        response=dataclasses.replace(base.response, strategy=strategy),
    )
    return prsim.simulate(one_after_another(base, names, gap_days), seed, world=world)


# --- the scheme ------------------------------------------------------------------------------------------


def test_the_library_is_whole_and_inherited() -> None:
    assert tuple(sorted(library())) == tuple(sorted(GENERAL))
    for name in GENERAL:
        entry = library()[name]
        assert entry.title_en and entry.title_zh and entry.strategy, name
        assert not entry.segments, "a library for every scenario knows no segments"
    assert {e.topic for e in library().values()} == {
        "data_security", "product_experience", "price", "service", "responsibility", "innovation",
    }  # fmt: skip
    assert {e.platform for e in library().values()} == {"weibo", "wechat_accounts", "zhihu", "douyin"}
    assert set(GENERAL) <= set(prsim.load("dingtalk_2024").incidents.library)


def test_what_a_name_says_is_in_the_numbers() -> None:
    entries = library()
    for name in TYPICAL:
        kind, severity, cluster = name.split("_")
        entry = entries[name]
        assert (entry.type, entry.cluster) == (kind, cluster)
        assert entry.severity == {"slight": 0.2, "serious": 0.5, "grave": 0.8}[severity]
        assert entry.witnesses == {"slight": 4e3, "serious": 6e4, "grave": 5e5}[severity]
        assert entry.evidence_available == {"victim": 0.9, "accidental": 0.8, "preventable": 0.7}[cluster]
        happened = cluster == "victim" and kind in ("product", "legal")
        assert (
            entry.evidence == 0.6
            if happened
            else {"victim": 0.3, "accidental": 0.7, "preventable": 0.8}[cluster]
        )
        arousal = {"opinion": 0.6, "product": 0.55, "legal": 0.45, "brand": 0.6}[kind]
        arousal += {"slight": -0.15, "serious": 0.0, "grave": 0.15}[severity]
        assert entry.arousal == pytest.approx(arousal + 0.05 * (cluster == "preventable"))
        assert entry.info_delay_h == {"opinion": 1.0, "product": 2.0, "legal": 2.0, "brand": 0.5}[kind]
        fix = (72.0 if kind == "legal" else 36.0) * {"slight": 0.5, "serious": 1.0, "grave": 2.0}[severity]
        assert entry.fix_h == fix
        if cluster == "victim" and kind != "product":
            assert entry.hit_share == 0.0
        assert all(fact.severity < entry.severity for fact in entry.facts)
    for kind in TYPES:
        for severity in SEVERITIES:
            shares = [entries[f"{kind}_{severity}_{c}"].hit_share for c in ("accidental", "preventable")]
            assert shares[0] == shares[1] or (kind, severity) == ("brand", "serious")


def test_no_two_cases_are_the_same() -> None:
    for language in ("title_en", "title_zh"):
        titles = [getattr(entry, language) for entry in library().values()]
        assert len(set(titles)) == len(titles)


def test_numbers_of_the_typical_cases_are_called_assumptions() -> None:
    assert {library()[name].source for name in TYPICAL} == {"assumption"}
    for name in CASES:
        assert "assumption" in library()[name].source and library()[name].source[0] in "DM"
    header = (
        (conf_dir() / "incident_library" / "typical.yaml").read_text(encoding="utf-8").split("incidents:")[0]
    )
    assert all(word in header for word in ("S10", "SCCT", "assumption", "witnesses", "hit_share"))


def test_what_is_not_used_changes_nothing() -> None:
    base, world = quiet()
    base = one_after_another(dataclasses.replace(base, horizon_days=10.0), ["product_serious_victim"], 1.0)
    used = {k: base.incidents.library[k] for k in reversed(base.incidents.library) if "serious" in k}
    fewer = dataclasses.replace(base, incidents=dataclasses.replace(base.incidents, library=used))
    whole, part = (prsim.simulate(s, 1, world=world) for s in (base, fewer))
    assert fingerprint(whole) == fingerprint(part)


# --- every one happens -----------------------------------------------------------------------------------


def test_every_incident_happens_beside_a_plan_and_money_and_persons_stay_what_they_are() -> None:
    s = prsim.load("dingtalk_2024", ["incident_library=general", "incidents=none", "population.agents=1500"])
    names = list(GENERAL)
    random.Random(1).shuffle(names)
    run = prsim.simulate(one_after_another(s, names, 5.7), 1)
    found = {i["title_en"]: i for i in run.summary["incidents"]}
    assert set(found) == {library()[name].title_en for name in GENERAL}
    persons = sum(segment.size for segment in s.segments.values())
    users = sum(segment.size * segment.user_share for segment in s.segments.values())
    for name in GENERAL:
        incident, entry = found[library()[name].title_en], library()[name]
        assert incident["topic"] == entry.topic and incident["severity"] >= entry.severity
        assert incident["persons_hit"] == pytest.approx(entry.hit_share * users)
        assert 0.0 <= incident["posts"] < persons
        if np.isnan(incident["detected_h"]):
            assert incident["posts"] < 1000.0, f"{name} grew unnoticed"
        else:
            assert incident["strategy"], name
    noticed = [n for n in GENERAL if not np.isnan(found[library()[n].title_en]["detected_h"])]
    assert sum(library()[n].severity >= 0.5 for n in noticed) >= 24, "serious and grave matters are noticed"
    ledger = run.ledger
    assert run.summary["balanced"]
    assert ledger["amount_fen"].dtype.kind == "i"
    reach = run.series.query("metric == 'reach' and segment == 'all'")["value"]
    assert reach.is_monotonic_increasing and reach.iloc[-1] <= persons * (1 + 1e-12)


def test_a_small_world_has_the_incidents_that_it_has_the_names_for() -> None:
    s = prsim.load(RICH, ["incident_library=general", "incidents=none", "population.agents=1000"])
    assert 8 <= len(s.incidents.library) < len(GENERAL)
    run = prsim.simulate(one_after_another(s, list(s.incidents.library), 1.5), 1)
    happened = {i["title_en"] for i in run.summary["incidents"]}
    assert happened == {entry.title_en for entry in s.incidents.library.values()}
    assert run.summary["balanced"]


# --- what the name says is what it does ------------------------------------------------------------------


def test_the_graver_the_more_negative_posts() -> None:
    pairs = [f"{t}_{{}}_{c}" for t in TYPES for c in CLUSTERS]
    runs = {severity: happen([pair.format(severity) for pair in pairs]) for severity in SEVERITIES}
    total = {severity: total_of(run, "mentions_negative") for severity, run in runs.items()}
    assert total["slight"] < total["serious"] < total["grave"], total
    posts = {s: np.array([i["posts"] for i in run.summary["incidents"]]) for s, run in runs.items()}
    assert (posts["serious"] > 2.0 * posts["slight"]).mean() >= 0.9
    assert (posts["grave"] > posts["serious"]).mean() >= 0.9


def test_what_could_have_been_prevented_costs_more_trust_than_what_was_done_to_the_brand() -> None:
    def lost(cluster: str, seed: int) -> float:
        names = [f"{t}_{s}_{cluster}" for t in TYPES for s in ("serious", "grave")]
        run = happen(names, seed, strategy="silence")
        trust = run.series.query("metric == 'trust' and segment == 'all'")["value"]
        return float(trust.iloc[0] - trust.iloc[-1])

    more = [lost("preventable", seed) - lost("victim", seed) for seed in (1, 2, 3)]
    assert mean(more) > 0.0 and sum(x > 0.0 for x in more) >= 2, more


# --- the documentation -----------------------------------------------------------------------------------


def table() -> list[str]:
    """The library as the documentation shows it."""
    files = ("typical", "cases")
    plain = [
        yaml.safe_load((conf_dir() / "incident_library" / f"{f}.yaml").read_text("utf-8")) for f in files
    ]
    names = [name for part in plain for name in part["incidents"]["library"]]
    rows = []
    for name in names:
        e = library()[name]
        facts = ", ".join(f"{f.after_h:g} h ({f.severity:g})" for f in e.facts) or "–"
        rows.append(
            f"| `{name}` | {e.title_en} ({e.title_zh}) | `{e.topic}` | `{e.platform}` | {e.severity:g} "
            f"| {e.witnesses:,.0f} | {100 * e.hit_share:g} % | {e.arousal:g} | {e.evidence:g} "
            f"| {e.evidence_available:g} | {e.info_delay_h:g} | {e.fix_h:g} | {e.strategy} | {facts} |"
        )
    return rows


def test_the_table_of_the_documentation_is_the_library() -> None:
    shown = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row for row in table() if row not in shown] == [], "docs/incidents.md lacks these rows"
    names = {row.split("`")[1] for row in shown if row.split("`")[1].count("_") >= 1}
    assert set(GENERAL) <= names
