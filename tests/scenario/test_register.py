from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import prsim
from prsim.scenario.metrics import METRICS
from prsim.scenario.register import configured, declared, markdown
from prsim.scenario.root import Scenario

ROOT = Path(__file__).parents[2]


def test_the_committed_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert page == markdown(declared()), "run: python -m prsim.scenario.register > docs/parameters.md"


def test_every_parameter_has_unit_range_source_and_meaning() -> None:
    rows = declared()
    assert len({row.path for row in rows}) == len(rows) > 200
    for row in rows:
        assert row.doc.endswith("."), row.path
        assert row.source, row.path
        assert row.kind in ("fact", "evidence", "assumption")
        if isinstance(row.value, int | float) and not isinstance(row.value, bool):
            assert row.unit or row.path in ("seed", "population.seed"), row.path
            assert row.range, row.path
    assert {row.path.partition(".")[0] for row in rows} == {f.name for f in fields(Scenario)} - {
        "language",
        "out",
    }


def test_patterns_and_defaults() -> None:
    rows = {row.path: row for row in declared()}
    assert rows["segments.*.size"].shown == "required"
    assert rows["segments.*.needs.<topics>"].range == "0 … 1"
    assert rows["platforms.*.hot.window_h"].value == 1.5
    assert rows["incidents.library.*.facts.*.after_h"].unit == "h"
    assert rows["incidents.random.library"].shown == "none"
    assert rows["response.first_h"].kind == "fact"
    assert rows["response.shadow"].kind == "assumption"
    assert rows["belief.negativity"].kind == "evidence"
    assert rows["workers"].inert
    assert not any(path.endswith(".title_en") for path in rows)
    assert any(row.path == "meta.title_en" and row.inert for row in declared(labels=True))


def test_a_scenarios_values_carry_the_source_of_their_entry(tiny: Path) -> None:
    scenario = prsim.load(tiny, ["segments.staff.source=D31"])
    rows = {row.path: row for row in configured(scenario)}
    assert rows["segments.staff.size"].value == 6e6
    assert (rows["segments.staff.size"].source, rows["segments.staff.size"].kind) == ("D31", "fact")
    assert rows["segments.owners.size"].kind == "assumption"
    assert rows["response.fit.deny.preventable"].value == -0.8


def test_metric_names_are_stable() -> None:
    stable = """nps nps_survey sentiment negative_share mentions_positive mentions_neutral mentions_negative
        media_positive_share complaints satisfaction awareness trust favourability reach share_of_voice
        hot_search_hours"""
    assert set(stable.split()) <= set(METRICS)
    assert all(m.unit and m.title_en and m.title_zh and m.doc.endswith(".") for m in METRICS.values())
