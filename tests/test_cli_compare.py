"""``prsim compare`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.laboratory import TINY, printed, refused

ROOT = Path(__file__).parents[1]
SMALL = ["population.agents=500", "horizon_days=8", "workers=1", "--quiet"]


def test_compare_prints_a_table_and_writes_tables(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "tables"
    plans = [str(TINY), f"{TINY}:response.first_h=24"]
    argv = ["compare", *plans, "--metric", "nps,trust", "--runs", "3", f"out={out}", *SMALL]
    text = printed(capsys, *argv)
    assert "A − B (95% interval)" in text
    assert f"B  {plans[1]}" in text
    differences = pd.read_csv(out / "differences.csv")
    assert differences["metric"].tolist() == ["nps", "trust"]
    assert len(pd.read_csv(out / "values.csv")) == 2 * 2 * 3
    assert set(json.loads((out / "comparison.json").read_text(encoding="utf-8"))) >= {
        "differences",
        "best",
        "pairs",
    }
    assert "already holds results" in refused(capsys, *argv)
    assert printed(capsys, *argv, "--force")


def test_compare_says_it_in_json_and_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["compare", str(TINY), f"{TINY}:response.first_h=24", "--metric", "nps", "--runs=2", *SMALL]
    found = json.loads(printed(capsys, *argv, "--json"))
    assert (found["pairs"], found["differences"][0]["metric"]) == (2, "nps")
    assert "更优的概率" in printed(capsys, *argv, "--language", "zh")


def test_compare_finds_the_best(capsys: pytest.CaptureFixture[str]) -> None:
    plans = [str(TINY), f"{TINY}:response.first_h=24"]
    text = printed(capsys, "compare", *plans, "--best", "nps", "--within", "9", "--runs", "10", *SMALL)
    assert "KN (Kim & Nelson 2001)" in text
    found = json.loads(printed(capsys, "compare", *plans, "--best=nps", "--runs=10", "--json", *SMALL))
    assert (found["method"], sum(found["runs"])) == ("ocba", 20)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["dingtalk_2024"], "two plans or more"),
        (["dingtalk_2024", "dingtalk_2042"], "dingtalk_2024"),
        (["a.yaml", "b.yaml"], "a.yaml"),
        (["tiny", "tiny", "--within=1"], "goes with --best"),
        (["tiny", "tiny", "--best=nps", "--metric=nps"], "--best METRIC goes with"),
        ([str(TINY), str(TINY), "workers=many"], "number of processes"),
        ([str(TINY), str(TINY), "workers=10001"], "auto, or 1 … 10,000"),
        ([str(TINY), str(TINY), "--metric"], "needs a value"),
        ([str(TINY), f"{TINY}:response.first_hh=2"], "response.first_h"),
        (["tests", "tests:1"], "not a study"),
    ],
)
def test_compare_refuses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, argv: list[str], said: str
) -> None:
    monkeypatch.chdir(ROOT)
    assert said in refused(capsys, "compare", *argv)
