"""Every script in experiments/ says what it asks and found, uses the public API only, and runs from one command."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

import prsim
from prsim.cli import main

ROOT = Path(__file__).parents[2]
SCRIPTS = {path.stem: path for path in sorted((ROOT / "experiments").glob("*.py"))}
DESIGNS = {path.stem: path for path in sorted((ROOT / "experiments").glob("*.yaml"))}
HEADINGS = ("Question", "Command", "Runtime", "Result", "Reading")

SMALL = ["population.agents=2000", "workers=1"]
# script -> what makes it tiny, and the runs that its study then holds
TINY: Mapping[str, tuple[list[str], int]] = {
    "common_random_numbers": (["horizon_days=25", "replicates=3"], 33),
    "early_warning": (["horizon_days=10", "replicates=2", "experiment.design.0.use=[privacy]"], 6),
    "relations": (["horizon_days=30", "replicates=2", "incidents=none"], 10),
    "reserve": (["horizon_days=20", "replicates=3"], 45),
    "response_delay": (
        [
            "horizon_days=8",
            "replicates=2",
            "experiment.design.0.use=[opinion_grave_victim]",
            "experiment.design.2.hours=[0.5,24]",
        ],
        12,
    ),
    "user_stories": (["horizon_days=45", "replicates=2"], 32),
}
FEW = {"early_warning": {"runs": 8, "pairs": 2}}  # arguments beside them


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"experiment_{name}", SCRIPTS[name])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_says_what_it_asks_and_what_it_found(name: str) -> None:
    said = ast.get_docstring(ast.parse(SCRIPTS[name].read_text(encoding="utf-8"))) or ""
    texts = re.split("|".join(rf"^{heading}\n" for heading in HEADINGS), said, flags=re.MULTILINE)
    parts = dict(zip(HEADINGS, texts[1:], strict=True))
    assert all(part.strip() for part in parts.values())
    assert f"python experiments/{name}.py" in parts["Command"]
    assert len(parts["Result"].splitlines()) > 3, "the result as printed"


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_uses_the_public_api_only(name: str) -> None:
    tree = ast.parse(SCRIPTS[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("prsim"), node.module
        elif isinstance(node, ast.Import):
            assert all(not alias.name.startswith("prsim.") for alias in node.names)
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "prsim"
        ):
            assert node.attr in prsim.__all__, node.attr


@pytest.mark.parametrize("name", DESIGNS)
def test_its_design_loads_and_every_point_can_be_run(name: str) -> None:
    assert name in SCRIPTS, "a design beside no script"
    experiment = prsim.load_experiment(DESIGNS[name])
    assert experiment.name == name
    assert len(experiment.design) >= 2
    assert experiment.question_en and experiment.question_zh


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_runs_from_one_command_and_goes_on_where_it_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words, runs = TINY[name]
    run, words = partial(script(name).main, **FEW.get(name, {})), [*SMALL, *words]
    run(words)
    first = capsys.readouterr().out
    folder = tmp_path / "results" / name
    study = prsim.open_study(folder)
    assert study.counts == (runs, 0, 0)
    seconds = study.runs["seconds"]
    named = study.points.filter(items=["piece", "media_money", "quarter", "strategy", "incident"])
    for level in named.stack().unique():
        assert level in first.lower() or level in first, level
    run(words)
    assert capsys.readouterr().out == first
    assert prsim.open_study(folder).runs["seconds"].equals(seconds), "nothing was run twice"
    with pytest.raises(prsim.PrsimError, match=r"other|another"):
        run([*words, "team.hours_per_week=30"])
    if name == "reserve":
        run([*words, "team.hours_per_week=30", "out=elsewhere"])
        assert prsim.open_study(tmp_path / "elsewhere").counts == (runs, 0, 0)


def test_its_design_is_one_that_the_command_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, runs = TINY["relations"]
    argv = ["sweep", f"experiment={DESIGNS['relations']}", f"out={tmp_path / 'relations'}", *SMALL, *words]
    assert main(argv) == 0, capsys.readouterr().err
    assert prsim.open_study(tmp_path / "relations").counts == (runs, 0, 0)


def test_the_page_lists_them_all() -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    for name in SCRIPTS:
        assert f"experiments/{name}.py" in page
    assert set(re.findall(r"experiments/(\w+)\.py", page)) <= set(SCRIPTS)
