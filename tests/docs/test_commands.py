"""Every command and every Python example in README and user guide runs, at a resolution that takes no time.

Blocks are read as they stand: lines that begin with ``prsim`` or ``python3 start.py`` in a block without a language are
commands; ``yaml`` blocks that begin with a file name are that file; ``python`` blocks share one namespace; ``console``
blocks hold one command and what it says. Everything of a page happens in one folder, in the order of the page.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import prsim
from prsim.cli import main
from prsim.scenario.load import load

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/user-guide.md",
    "docs/textbook.md",
    "docs/graphs.md",
    "docs/designs.md",
    "docs/studies.md",
    "docs/comparing.md",
)
TINY = ["population.agents=2000", "horizon_days=8"]
TINY_STUDY = ["population.agents=500", "horizon_days=8"]
FEW = ["replicates=2", "counterfactuals=1", "workers=1"]


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(m[1], m[2], text.count("\n", 0, m.start()) + 1) for m in found]


def commands(block: Block) -> list[list[str]]:
    """The arguments of every command of a block."""
    out = []
    for line in block.text.splitlines():
        if block.language == "console" and not line.startswith("$ "):
            continue
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[:2] == ["python3", "start.py"]:
            kind, rest = words[2], words[3:]
            assert kind in ("run", "test", "prsim"), line
            words = {"run": ["prsim", "run", *rest], "prsim": ["prsim", *rest], "test": []}[kind]
        if words and words[0] == "prsim" and "…" not in words:
            out.append(words[1:])
    return out


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to work in, where Python examples load small scenarios."""

    def small(scenario: str | Path = "dingtalk_2024", overrides: Any = ()) -> prsim.Scenario:
        given = overrides.items() if isinstance(overrides, dict) else ()
        return load(scenario, [*([f"{k}={v}" for k, v in given] or overrides), *TINY])

    monkeypatch.setattr(prsim, "load", small)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_what_is_documented_works(page: str, tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, Any] = {"__name__": "example"}
    ran = 0
    for block in blocks(page):
        where = f"{page}:{block.line}"
        if block.language == "yaml":
            name = re.match(r"# (\S+\.yaml)\n", block.text)
            assert name, f"{where}: the first line names the file"
            (tiny / name[1]).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), namespace)
            ran += 1
        elif block.language == "console":
            says(block, where, capsys)
            ran += 1
        elif not block.language:
            for argv in commands(block):
                assert main([*argv, *small(argv)]) == 0, (where, argv, capsys.readouterr().err)
                ran += 1
        capsys.readouterr()
    assert ran >= 5, "the page has examples, and they are found"


def small(argv: list[str]) -> list[str]:
    """What makes a documented command take no time."""
    if argv[0] == "run":
        return [*TINY, *FEW, "--force"]
    if argv[0] == "compare":
        return [] if any(word.startswith("results/") for word in argv) else [*TINY_STUDY, "workers=1"]
    if argv[0] != "sweep":
        return []
    tiny = [*TINY_STUDY, *([] if any("replicates=" in word for word in argv) else ["replicates=1"])]
    return ["workers=1", *(tiny if any("experiment=" in word for word in argv) else [])]


def says(block: Block, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal returns 2; the message begins as documented, wherever lines are broken."""
    (argv,) = commands(block)
    capsys.readouterr()
    code = main(argv)
    captured = capsys.readouterr()
    _, _, documented = block.text.partition("\n")
    wanted = " ".join(documented.split())
    assert code == (2 if wanted.startswith("prsim: ") else 0), where
    assert wanted in " ".join((captured.out + captured.err).split()), f"{where}: {captured.out}{captured.err}"


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{p.name}" for p in sorted(ROOT.glob("docs/*.md")))])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{page}: {target}"


def test_the_column_dictionary_is_complete(tiny: Path) -> None:
    """Every metric, event column and ledger column of a run is in the user guide."""
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    run = prsim.simulate(prsim.load(), 1)
    named = set(re.findall(r"`([\w:@]+)`", guide))
    stems = {re.sub(r"\b[A-Z]+$", "", name) for name in named}  # volume:PLATFORM → volume:
    metrics = {re.sub(r"(?<=[:@]).*", "", m) for m in run.series["metric"].unique()}
    assert metrics <= stems, metrics - stems
    for table in (run.series, run.events, run.ledger):
        assert set(table.columns) <= named


def test_every_kind_of_event_is_documented() -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "prsim" / "model").glob("*.py"))
    code += (ROOT / "prsim" / "measure" / "recorder.py").read_text(encoding="utf-8")
    kinds = set(re.findall(r"\.log\(\s*\"(\w+)\"", code))
    assert len(kinds) > 15
    assert kinds <= set(re.findall(r"`(\w+)`", guide)), kinds - set(re.findall(r"`(\w+)`", guide))
