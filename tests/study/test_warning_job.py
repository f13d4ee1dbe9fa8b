"""``prsim warn``: the files it writes, what it says, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from prsim.cli import main
from prsim.study.warning_job import FILES
from tests.laboratory import RICH

SMALL = [f"scenario={RICH}", "population.agents=500", "engine.particles=8", "workers=1"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warn") / "out"
    argv = [
        "warn",
        "leak",
        *SMALL,
        f"out={folder}",
        "--runs",
        "4",
        "--pairs",
        "2",
        "--crisis",
        "10",
        "--quiet",
    ]
    assert main(argv) == 0
    return folder


def test_all_files_and_nothing_else(out: Path) -> None:
    assert {path.name for path in out.iterdir()} == set(FILES)
    cases, alarms = pd.read_csv(out / "cases.csv"), pd.read_parquet(out / "alarms.parquet")
    settings = pd.read_csv(out / "settings.csv")
    assert len(cases) == 4
    assert len(alarms) == 4 * len(settings)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["runs"], summary["pairs"], summary["crisis_per_h"]) == (4, 2, 10.0)
    assert "A plan with everything in it" in (out / "warning.html").read_text(encoding="utf-8")


def test_the_terminal_has_the_settings_and_the_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["warn", "leak", *SMALL, f"out={tmp_path}/w", "--runs", "3", "--pairs", "2", "--crisis", "10"]
    assert main(argv) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(tmp_path / "w" / "warning.html")
    for part in ("3 incidents, 3 of them crises", "known in time", "NPS trough"):
        assert part in " ".join(said.err.split())


def test_where_nothing_grows_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["warn", "complaint", *SMALL, f"out={tmp_path}/w", "--runs", "2", "--crisis", "1e6"]
    assert main(argv) == 0
    assert "there is no crisis to be warned of" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["leek"], "did you mean 'leak'?"),
        (["--runs", "1"], "runs: 1 is out of range (allowed: 2 to 100000)"),
        (["--runs", "many"], "invalid int value: 'many'"),
        (["--crisis", "0"], "crisis_per_h: 0 negative posts an hour is not above 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    argv: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["warn", *argv, *SMALL, f"out={tmp_path}/w"]) == 2
    assert says in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "w").exists()


def test_results_are_not_overwritten(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warn", "leak", *SMALL, f"out={out}"]) == 2
    assert "--force" in capsys.readouterr().err
