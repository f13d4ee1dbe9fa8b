"""The pages of the scenarios: what they name exists, and every fact of a plan is on its page."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

import prsim
from prsim.scenario.compose import scenario_names
from prsim.scenario.fields import walk
from prsim.scenario.metrics import METRICS
from prsim.scenario.root import Scenario

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "scenarios"
FACTS = ROOT.parent / "shared" / "domain" / "facts.md"
PLANS = {
    "dingtalk_2024": "D", "xiaomi_launch": "X", "social_media_plan": "S", "techbrand_2025": "M", "techbrand_2026": "M",
    "enterprise_channels": "C",
}  # fmt: skip
# what a table of outputs may name beside metrics: tables of a run, the documents, parts of the summary
OUTPUTS = {
    "events",
    "ledger",
    "series",
    "summary",
    "expected",
    "config.yaml",
    "report.html",
    "incidents",
    "effects",
}


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """Rows of the tables of a page, as cells."""
    lines = [
        line for line in page(name).splitlines() if line.startswith("| ") and not line.startswith("| fact")
    ]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def facts_in(text: str) -> set[str]:
    """Ids of facts, ranges included: D30–D34."""
    found = set(re.findall(r"\b([DXSMC]\d+)\b", text))
    for plan, first, last in re.findall(r"\b([DXSMC])(\d+)[–-][DXSMC]?(\d+)\b", text):
        found |= {f"{plan}{i}" for i in range(int(first), int(last) + 1)}
    return found


@cache
def keys_of(name: str) -> tuple[set[str], Scenario]:
    """Every dotted key of a scenario, with those of the sections above it."""
    scenario = prsim.load(name)
    keys: set[str] = set()
    for path, _, _, _ in walk(scenario):
        parts = path.split(".")
        keys |= {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return keys, scenario


def known(name: str, word: str) -> bool:
    """Whether a word in backticks is a key of the scenario, or the end of one."""
    keys, _ = keys_of(name)
    pattern = re.sub(r"<[^>]*>", "*", word)
    return any(fnmatchcase(key, pattern) or fnmatchcase(key, f"*.{pattern}") for key in keys)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_scenario_has_a_page_and_is_in_the_index(name: str) -> None:
    index = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert f"scenarios/{name}.md" in index
    assert page(name).startswith("# ")


def test_no_scenario_is_missing() -> None:
    assert set(scenario_names()) == set(PLANS)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_keys_and_outputs_named_on_a_page_exist(name: str) -> None:
    tables = [row for row in rows(name) if len(row) == 4 and facts_in(row[0])]
    assert tables, "a page has a table of facts"
    for fact, _, where, output in tables:
        for word in re.findall(r"`([^`]+)`", where):
            word = word.partition("=")[0].partition(":")[0].strip()
            assert known(name, word), f"{name}: {fact} names {word!r}, which is no key of the scenario"
        for word in re.findall(r"`([^`]+)`", output):
            word = word.partition(":")[0].partition("@")[0]
            fine = word in METRICS or word in OUTPUTS or known(name, word) or "=" in word
            assert fine, f"{name}: {fact} names the output {word!r}, which does not exist"


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_fact_of_a_plan_is_on_its_page(name: str) -> None:
    if not FACTS.is_file():
        pytest.skip("the list of facts is not there")
    plan = PLANS[name]
    stated = set(re.findall(rf"^\| ({plan}\d+) \|", FACTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert stated
    told = facts_in(" ".join(row[0] for row in rows(name)))
    if plan == "M":
        told |= facts_in(
            " ".join(row[0] for other in ("techbrand_2025", "techbrand_2026") for row in rows(other))
        )
    assert stated <= told, f"not on the page: {sorted(stated - told)}"


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_entry_of_a_scenario_says_where_it_comes_from(name: str) -> None:
    """Segments, prices, activities, incidents and the rest cite facts or call themselves assumptions."""
    _, scenario = keys_of(name)
    for section in ("segments", "topics", "activities", "targets", "competitors"):
        for key, entry in getattr(scenario, section).items():
            assert entry.source.strip(), f"{name}: {section}.{key}"
            assert entry.title_en, f"{name}: {section}.{key} has no English title"
            assert re.search(r"[一-鿿]", entry.title_zh) or section == "targets", f"{name}: {section}.{key}"
