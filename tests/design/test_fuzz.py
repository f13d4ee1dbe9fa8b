"""Whatever stands in an experiment's file: it loads, or it is refused with a message that names a key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prsim.design import Experiment, load_experiment
from prsim.design.points import MOST_POINTS
from prsim.errors import ConfigError
from tests.laboratory import TINY
from tests.scenario.test_fuzz import VALUES, places

PARTS: dict[str, dict[str, Any]] = {
    "grid": {
        "factors": {"response.first_h": {"lo": 1, "hi": 4, "count": 2, "scale": "log"}, "team.crisis": [1, 2]}
    },
    "list": {"points": [{"response.first_h": 1}, {"response.first_h": 2}]},
    "latin": {"count": 3, "seed": 1, "factors": {"response.first_h": [1, 8, "log"]}},
    "sobol": {"count": 2, "scramble": False, "factors": {"response.first_h": {"lo": 1, "hi": 8}}},
    "simplex": {
        "divisions": 2,
        "lines": ["media", "content"],
        "bounds": {"content": [0, 1]},
        "rest": "fixed",
    },
    "delays": {"hours": [1, 2], "lo": 1, "hi": 4, "count": 2},
    "policies": {"strategies": ["fix"], "levels": ["red"]},
    "incidents": {"use": ["leak"], "after_h": 10},
    "storms": {"per_year": [3, 6], "follow_up": [0, 0.2]},
    "plans": {"levels": {"a": {}, "b": {"response.first_h": 2}}, "name": "p", "title_en": "x"},
}
ODD: list[Any] = [
    [],
    {},
    [0, 1],
    [1, 0],
    "30min",
    "50%",
    "log",
    "kept",
    -1,
    0,
    1e9,
    [[1]],
    [{}],
    {"lo": 1},
    True,
]
SOME_KEYS = ["response.first_h", "budget.total", "incidents", "budget", "x", ""]
NEARLY = st.one_of(
    VALUES,
    st.sampled_from(ODD),
    st.lists(st.floats(0, 80), max_size=4),
    st.dictionaries(st.sampled_from(SOME_KEYS), VALUES, max_size=2),
)


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    part = copy.deepcopy(PARTS[kind])
    data = {
        "experiment": {"title_en": "x", "replicates": 2, "design": [{"kind": kind, **part}]},
        "set": {"budget.unfunded": "drop"},
    }
    for _ in range(draw(st.integers(1, 3))):
        found = [place for place in places(data) if len(place) > 1]
        *above, last = draw(st.sampled_from(found[-20:] if draw(st.booleans()) else found))
        node: Any = data
        for key in above:
            node = node[key]
        if draw(st.integers(0, 4)) == 0 and isinstance(node, dict):
            del node[last]
        else:
            node[last] = copy.deepcopy(draw(NEARLY))
    return data


def written(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "mine.yaml"
    path.write_text(
        json.dumps({**data, "scenario": str(TINY)}, default=str), encoding="utf-8"
    )  # JSON is YAML
    return path


@pytest.mark.parametrize("kind", list(PARTS))
def test_the_parts_load_as_long_as_nobody_damages_them(tmp_path: Path, kind: str) -> None:
    data = {"experiment": {"design": [{"kind": kind, **PARTS[kind]}]}, "set": {"budget.unfunded": "drop"}}
    assert len(load_experiment(written(tmp_path, data)).design) >= 1


@pytest.mark.parametrize("kind", list(PARTS))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_file_loads_or_is_refused(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    path = written(tmp_path, data.draw(damaged(kind)))
    try:
        made = load_experiment(path)
    except ConfigError as wrong:
        assert wrong.problems and all(problem.what for problem in wrong.problems)
        return
    assert isinstance(made, Experiment) and 1 <= len(made.design) <= MOST_POINTS
    made.design.frame()
