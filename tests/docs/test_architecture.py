"""A room imports only rooms below it, as docs/architecture.md says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "prsim"

# What each room may import.
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "spread": set(),
    "scenario": {"errors"},
    "statistics": {"errors"},
    "design": {"scenario", "errors"},
    "authoring": {"design", "scenario", "errors"},
    "world": {"scenario", "spread", "errors"},
    "measure": {"world", "scenario", "spread", "errors"},
    "model": {"measure", "world", "scenario", "spread", "errors"},
    "study": {"design", "statistics", "model", "measure", "world", "scenario", "spread", "errors", "version"},
    "report": {"statistics"},
    "cli": {"study", "design", "authoring", "scenario", "errors", "version"},
}
# (room, other): allowed for annotations only, which import nothing when the code runs
ANNOTATED = {("measure", "model")}
# (room, other): allowed inside a function only, when it is needed
DEFERRED = {("study", "report")}


class Import(NamedTuple):
    file: str
    line: int
    room: str
    module: str
    name: str
    kind: str  # "now", "deferred" (in a function) or "annotation" (under TYPE_CHECKING)

    @property
    def target(self) -> str:
        """The room imported; the package itself is asked for its version only."""
        parts = self.module.split(".")
        if len(parts) > 1:
            return parts[1]
        return self.name if self.name and (PACKAGE / self.name).is_dir() else "version"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}.{self.name} ({self.kind})"


def imports(path: Path) -> Iterator[Import]:
    inside = path.relative_to(PACKAGE).parts
    room = inside[0].removesuffix(".py")
    where = path.relative_to(ROOT).as_posix()

    def walk(node: ast.AST, kind: str) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            here = kind
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                here = "annotation"
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and kind == "now":
                here = "deferred"
            if isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{where}:{child.lineno}: relative imports hide the room"
                module = child.module or ""
                if module.partition(".")[0] == "prsim":
                    for alias in child.names:
                        yield Import(where, child.lineno, room, module, alias.name, here)
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    if alias.name.partition(".")[0] == "prsim":
                        yield Import(where, child.lineno, room, alias.name, "", here)
            else:
                yield from walk(child, here)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), "now")


ALL = [i for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE for i in imports(path)]
ALL += list(imports(PACKAGE / "errors.py"))


def allowed(i: Import) -> bool:
    if i.target == i.room or i.target in BELOW[i.room]:
        return True
    if i.kind == "annotation":
        return (i.room, i.target) in ANNOTATED
    return i.kind == "deferred" and (i.room, i.target) in DEFERRED


def test_every_room_is_known() -> None:
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.glob("*.py")) and p.name != "conf"}
    rooms |= {p.stem for p in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert rooms == set(BELOW)


@pytest.mark.parametrize("room", list(BELOW))
def test_imports_go_down(room: str) -> None:
    wrong = [str(i) for i in ALL if i.room == room and not allowed(i)]
    assert not wrong, "\n".join(wrong)


def test_the_table_of_rooms_has_no_circle() -> None:
    order = [
        "errors",
        "spread",
        "scenario",
        "statistics",
        "design",
        "authoring",
        "world",
        "measure",
        "model",
        "report",
        "study",
        "cli",
    ]
    for room, below in BELOW.items():
        assert all(b == "version" or order.index(b) < order.index(room) for b in below), room


def test_the_report_never_imports_the_simulation() -> None:
    assert {i.target for i in ALL if i.room == "report"} <= {"report", "statistics"}


def test_the_exceptions_are_still_needed() -> None:
    assert {(i.room, i.target) for i in ALL if i.kind == "annotation"} >= ANNOTATED
    assert {(i.room, i.target) for i in ALL if i.kind == "deferred"} >= DEFERRED


def test_the_table_in_the_documentation_agrees() -> None:
    """Each room's row names the rooms it may import."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `prsim/(\w+)(?:/|\.py)` \|.*\| (.*) \|$", text, re.MULTILINE)
    assert {name for name, _ in rows} == set(BELOW)
    for name, cell in rows:
        named = set(re.findall(r"`(\w+)`", cell))
        real = {i.target for i in ALL if i.room == name and i.kind != "annotation"} - {name, "version"}
        if "all of the above" in cell:
            named |= {other for other, _ in rows[: [n for n, _ in rows].index(name)]}
        assert real <= named, f"{name} imports {sorted(real - named)}, which the table leaves out"
