"""A further scenario touches no Python: a file in the configuration is found, and a user's file needs nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import prsim
from prsim.authoring import listing
from prsim.authoring.template import new_file
from prsim.cli import main
from prsim.scenario import compose
from tests.laboratory import TINY


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package's configuration."""
    folder = tmp_path / "conf"
    shutil.copytree(compose.conf_dir(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    for module in (compose, listing):
        monkeypatch.setattr(module, "conf_dir", lambda: folder)
    return folder


def test_a_further_scenario_in_the_configuration_is_found(
    conf: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (conf / "scenario" / "dingtalk_2024.yaml").read_text(encoding="utf-8")
    text = re.sub(r"name: dingtalk_2024", "name: seventh", text)
    text = re.sub(r"title_en: .*", "title_en: The seventh plan", text)
    text = re.sub(r"/budget: dingtalk_2024", "/budget: seventh", text)
    (conf / "scenario" / "seventh.yaml").write_text(text, encoding="utf-8")
    budget = (conf / "budget" / "dingtalk_2024.yaml").read_text(encoding="utf-8")
    (conf / "budget" / "seventh.yaml").write_text(
        budget.replace("total: 2000000", "total: 4000000"), encoding="utf-8"
    )
    assert main(["list", "scenarios"]) == 0
    assert "\nseventh\tThe seventh plan\t" in capsys.readouterr().out
    assert main(["list", "groups"]) == 0
    assert re.search(r"\nbudget\tbudget\t.*seventh", capsys.readouterr().out)
    scenario = prsim.load("seventh")
    assert (scenario.meta.name, scenario.budget.total) == ("seventh", 4e6)
    assert main(["diff", "dingtalk_2024", "seventh"]) == 0
    assert "budget.total: 2,000,000 yuan → 4,000,000 yuan (+100 %)" in capsys.readouterr().out
    monkeypatch.chdir(conf.parent)
    assert main(["new", "mine.yaml", "--from", "seventh"]) == 0
    assert prsim.load("mine.yaml").budget.total == 4e6
    assert main(["check", "scenario=seventh"]) == 0


def test_a_users_file_needs_no_group_and_no_base(tmp_path: Path) -> None:
    file = new_file(tmp_path / "alone.yaml", str(TINY), full=True)
    small = {"population.agents": 2000, "horizon_days": 4}
    mine, base = (prsim.simulate(prsim.load(plan, small), seed=1) for plan in (file, TINY))
    assert mine.summary["mean"] == base.summary["mean"]
