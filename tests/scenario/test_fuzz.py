"""Whatever is done to a configuration: it builds, or it is refused with a message that names a key."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prsim.errors import ConfigError
from prsim.scenario.load import from_plain
from prsim.scenario.overrides import parse
from prsim.scenario.plain import to_plain
from prsim.scenario.read import read_file
from prsim.scenario.root import Scenario
from tests.laboratory import TINY

BASE = to_plain(from_plain(read_file(TINY)).scenario)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-5, max_value=5),
    st.floats(),
    st.floats(min_value=0, max_value=1),
    st.sampled_from(
        [
            "",
            "x",
            "nps",
            "weibo",
            "leak",
            "2024-03-10",
            "2024-03-10T25:00",
            "9999-12-31",
            "2h",
            "50%",
            "1e999",
            "120M",
            "${x}",
            "_target_",
            "\x00",
            "安全",
        ]
    ),
    st.sampled_from([10**400, math.nan, math.inf, -0.0, 2**63]),
    st.text(max_size=12),
)
KEYS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["total", "weibo", "source", "_target_", "owners"]),
    st.integers(0, 3),
    st.none(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        found += places(child, (*path, key))
    return found


PLACES = places(BASE)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    data = copy.deepcopy(BASE)
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from(PLACES))
        node: Any = data
        try:
            for key in parents:
                node = node[key]
            node[last]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed it
        match draw(st.sampled_from(["set", "set", "remove", "rename", "add"])):
            case "set":
                node[last] = draw(VALUES)
            case "remove":
                del node[last]
            case "rename" if isinstance(node, dict):
                node[draw(KEYS)] = node.pop(last)
            case _ if isinstance(node, dict):
                node[draw(KEYS)] = draw(VALUES)
    return data


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_mutated_scenario_builds_or_is_refused_by_key(data: dict[str, Any]) -> None:
    try:
        scenario = from_plain(data).scenario
    except ConfigError as refused:
        assert refused.problems
        for problem in refused.problems:
            assert problem.path
            assert problem.what
            assert str(problem)
    else:
        assert isinstance(scenario, Scenario)
        assert from_plain(to_plain(scenario)).scenario == scenario


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=40), st.from_regex(r"[~+]{0,2}[a-z_.]{1,12}=[\S ]{0,20}", fullmatch=True)))
def test_any_override_parses_or_is_refused(text: str) -> None:
    try:
        parse([text])
    except ConfigError as refused:
        assert str(refused)


@pytest.mark.parametrize("seed", range(3))
def test_the_base_itself_builds(seed: int) -> None:
    assert from_plain({**BASE, "seed": seed}).scenario.seed == seed
