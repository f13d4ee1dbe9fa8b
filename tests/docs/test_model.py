"""The model description names what there is: every key it mentions exists, every coefficient in the code is in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from prsim.scenario.register import declared, markdown
from prsim.spread.draws import Stream

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")

SPREAD = (
    "advance", "calendar", "counting", "decay", "experience", "exposure", "feeds", "lookups", "on_air", "passing",
    "places", "reply", "rhythm", "single", "vectors", "walks",
)  # fmt: skip
# where the arithmetic of the model stands
FILES = [
    *sorted((ROOT / "prsim" / "model").glob("*.py")),
    *(ROOT / "prsim" / "measure" / f"{name}.py" for name in ("observe", "recorder", "survey", "targets")),
    *(ROOT / "prsim" / "spread" / f"{name}.py" for name in SPREAD),
    *(
        ROOT / "prsim" / "world" / f"{name}.py"
        for name in ("build", "institutions", "networks", "population")
    ),
    ROOT / "prsim" / "study" / "run.py",
]
# units and trivial numbers, which are no coefficients: hours of a day, a week, a month, a year; minutes, fen, per cent,
# thousands; milliseconds of an hour; one half of a symmetric thing is not among them
TRIVIAL = {0.0, 1.0, 2.0, 24.0, 60.0, 100.0, 168.0, 730.5, 1000.0, 8766.0, 3.6e6}
TINY = 1e-3  # guards against zero and rounding
SERIES = ("exp2", "normal_cdf")  # functions that compute a series of published coefficients


@cache
def listed() -> dict[str, list[str]]:
    """The expressions of section 8 by file."""
    section = PAGE.partition("## 8. ")[2].partition("\n## 9. ")[0]
    found: dict[str, list[str]] = {}
    for file, expression in re.findall(r"^\| `([\w/]+\.py)` \| `([^`]+)` \|", section, re.MULTILINE):
        found.setdefault(file, []).append(expression.replace("\\|", "|"))
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "prsim").as_posix()


def coefficients(path: Path) -> Iterator[tuple[str, str]]:
    """Text and whole statement of every literal fraction."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    parent = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and type(node.value) is float):
            continue
        if abs(node.value) in TRIVIAL or abs(node.value) <= TINY:
            continue
        around: ast.AST = node
        while not isinstance(around, ast.stmt):
            around = parent[around]
        statement = " ".join((ast.get_source_segment(source, around) or "").split())
        while not isinstance(around, ast.FunctionDef | ast.Module):
            around = parent[around]
        if not (isinstance(around, ast.FunctionDef) and around.name in SERIES):
            yield ast.get_source_segment(source, node) or "", statement


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_coefficient_is_listed(path: Path) -> None:
    expressions = listed().get(name_of(path), [])
    missing = []
    for number, statement in coefficients(path):
        whole = re.compile(r"(?<![\w.])" + re.escape(number) + r"(?![\w.])")
        if not any(e in statement and whole.search(e) for e in expressions):
            missing.append(f"{number} in: {statement[:200]}")
    assert not missing, f"prsim/{name_of(path)}, not in section 8 of docs/model.md:\n" + "\n".join(missing)


@pytest.mark.parametrize("file", sorted(listed()))
def test_every_listed_expression_is_in_the_code(file: str) -> None:
    code = " ".join((ROOT / "prsim" / file).read_text(encoding="utf-8").split())
    gone = [e for e in listed()[file] if e not in code]
    assert not gone, f"in section 8 of docs/model.md, but no longer in prsim/{file}: {gone}"


def test_every_key_mentioned_exists() -> None:
    patterns = [row.path for row in declared(labels=True)]
    leaves = {p.rpartition(".")[2] for p in patterns}
    known = {"*", *(re.sub(r"<\w+>", "*", p) for p in patterns)}
    known |= {".".join(p.split(".")[:n]) for p in known for n in range(1, p.count(".") + 1)}
    wrong = []
    for key in re.findall(r"`([a-z]\w*(?:\.[\w*]+)+)`", PAGE):
        if key.endswith((".py", ".md")) or key.startswith("sim."):
            continue
        if key not in known and key.rpartition(".")[2] not in leaves:
            wrong.append(key)
        elif key not in known:
            wrong.append(f"{key} (there is such a leaf elsewhere)")
    assert not wrong


def test_every_parameter_named_alone_exists() -> None:
    """In the submodels a parameter is named by its last part where its section is clear."""
    leaves = {part for row in declared(labels=True) for part in row.path.split(".")}
    submodels = PAGE.partition("## 5. ")[2].partition("\n## 8. ")[0]
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", submodels)) - {"hot_search_hours"}
    assert words <= leaves, sorted(words - leaves)


def test_every_stream_in_use_is_described() -> None:
    code = "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "prsim").rglob("*.py") if p.name != "draws.py"
    )
    used = {s.value for s in Stream if f"Stream.{s.name}" in code and s is not Stream.TEXTBOOK}
    table = PAGE.partition("The streams in use:")[2].partition("**What is expectation")[0]
    rows = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
    assert used == set(re.findall(r"`(\w+)`", " ".join(rows)))


def test_every_contract_names_a_test_that_exists() -> None:
    section = PAGE.partition("## 11. ")[2]
    rows = re.findall(r"^\| (K\d+) \|(.*)\|$", section, re.MULTILINE)
    assert [name for name, _ in rows] == [f"K{n}" for n in range(1, 15)]
    for name, row in rows:
        for file in re.findall(r"`([\w/]+\.py)`", row):
            assert (ROOT / "tests" / file).exists(), f"{name}: {file}"
    tests = {p.name for p in (ROOT / "tests" / "contracts").glob("test_k*.py")}
    assert tests <= set(re.findall(r"contracts/(test_k\w+\.py)", section))


def test_the_register_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8") == markdown(declared())
