from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import prsim
from prsim.cli import main
from prsim.errors import RunFailed
from tests.laboratory import TINY, printed, refused

ROOT = Path(__file__).parents[1]


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The main job, replaced by one that only remembers what it was asked."""
    asked = SimpleNamespace(calls=[], raises=None)

    def run_main_job(scenario: prsim.Scenario, notes: Any, out: Path, force: bool, console: Any) -> Path:
        asked.calls.append((scenario, notes, out, force, console.quiet))
        if asked.raises:
            raise asked.raises
        return out / "report.html"

    monkeypatch.setitem(sys.modules, "prsim.study.main_job", SimpleNamespace(run_main_job=run_main_job))
    return asked


# --- run -------------------------------------------------------------------------------------------------


def test_run_hands_the_scenario_to_the_main_job(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", f"scenario={TINY}", "--quiet", f"out={tmp_path}", "horizon_days=8", "seed=5"]) == 0
    ((scenario, notes, out, force, quiet),) = job.calls
    assert (scenario.meta.name, scenario.seed, out, force, quiet) == ("tiny", 5, tmp_path, False, True)
    assert "cut short" in notes[0]
    assert capsys.readouterr().out == f"{tmp_path / 'report.html'}\n"


def test_run_shows_the_notes(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", f"scenario={TINY}", f"out={tmp_path}", "horizon_days=8"]) == 0
    assert "note: The calendar of 28 days is cut short" in capsys.readouterr().err


def test_results_go_into_a_folder_named_after_the_scenario(
    job: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", f"scenario={TINY}"]) == 0
    assert job.calls[0][2] == Path("results/tiny")


def test_results_are_not_overwritten_without_force(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "summary.json").write_text("{}")
    message = refused(capsys, "run", f"scenario={TINY}", f"out={tmp_path}")
    assert str(tmp_path) in message and "--force" in message
    assert not job.calls
    assert main(["run", f"scenario={TINY}", f"out={tmp_path}", "--force"]) == 0
    assert job.calls[0][3] is True
    capsys.readouterr()
    (tmp_path / "file").write_text("")
    assert "is a file" in refused(capsys, "run", f"scenario={TINY}", f"out={tmp_path / 'file'}")


def test_failures_and_interruptions(
    job: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    job.raises = RunFailed("replicate 3 failed")
    assert main(["run", f"scenario={TINY}", f"out={tmp_path}"]) == 1
    assert capsys.readouterr().err == "prsim: replicate 3 failed\n"
    job.raises = KeyboardInterrupt()
    assert main(["run", f"scenario={TINY}", f"out={tmp_path}"]) == 130
    assert capsys.readouterr().err == "prsim: interrupted\n"


# --- show, check, list -----------------------------------------------------------------------------------


def test_show_prints_what_can_be_loaded_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(
        printed(capsys, "show", f"scenario={TINY}", "seed=8"), encoding="utf-8"
    )
    assert prsim.load(tmp_path / "again.yaml") == prsim.load(TINY, ["seed=8"])


def test_show_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    shares = printed(capsys, "show", "budget.split", f"scenario={TINY}")
    assert yaml.safe_load(shares) == {"media": 0.4, "content": 0.3, "events": 0.1, "crisis_reserve": 0.2}
    assert "did you mean 'budget'?" in refused(capsys, "show", "budgt", f"scenario={TINY}")


def test_check_says_what_was_checked_and_noted(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "check", f"scenario={TINY}", "budget.split.events=0.05", "budget.kept=0.05")
    assert out.startswith("tiny: 28 days from 2024-03-04, valid. Checked:\n")
    assert "  - every activity has money" in out
    assert "note: 5 % of the budget (50,000 yuan) is kept unspent." in out


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["scenarios"], "dingtalk_2024\t"),
        (["groups"], "incidents\t"),
        (["parameters"], "response.first_h\t0.5\th\t0 … 1000\tD18, M6\tHours from detection"),
        (["parameters", "size", f"scenario={TINY}"], "segments.staff.size\t6e+06\tpersons"),
        (["metrics", "survey"], "nps_survey\tpoints"),
        (
            ["incidents", f"scenario={TINY}"],
            "leak\tAlleged data leak\tdata_security\taccidental\t0.7\t40,000\t2024-03-12T09:30",
        ),
    ],
)
def test_list_is_plain_where_nobody_watches(
    capsys: pytest.CaptureFixture[str], argv: list[str], expected: str
) -> None:
    assert expected in printed(capsys, "list", *argv)


def test_list_draws_tables_for_people(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    out = printed(capsys, "list", "metrics", "nps")
    assert "NPS, surveyed" in out and "\t" not in out


def test_list_filters(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "list", "parameters", "hot", "shares/h")
    assert len(out.splitlines()) == 2
    assert main(["list", "parameters", "zzz"]) == 0
    assert "no parameters match 'zzz'" in capsys.readouterr().err


def test_list_tells_scenarios_apart(capsys: pytest.CaptureFixture[str]) -> None:
    header, *rows = [line.split("\t") for line in printed(capsys, "list", "scenarios").splitlines()]
    assert header == ["scenario", "title", "question"]
    assert len(rows) >= 6 and all(len(row) >= 3 and row[2].endswith("?") for row in rows)
    assert [row[0] for row in rows if row[-1] == "default"] == ["dingtalk_2024"]
    chinese = printed(capsys, "list", "scenarios", "--language", "zh")
    assert "钉钉2024年公关方案" in chinese and chinese.count("？") >= len(rows)
    assert "response\tmonitoring, team, response\tdingtalk_2024, " in printed(capsys, "list", "groups")
    assert "疑似数据泄露" in printed(capsys, "list", "incidents", f"scenario={TINY}", "--language=zh")


# --- new and diff ----------------------------------------------------------------------------------------


def test_new_writes_a_file_that_diff_finds_equal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    out = printed(capsys, "new", "mine.yaml", "--from", str(TINY))
    assert out.startswith("mine.yaml: ") and out.endswith("Edit it, then: prsim check scenario=mine.yaml\n")
    assert "apart from their names" in printed(capsys, "diff", str(TINY), "mine.yaml")
    assert printed(capsys, "check", "scenario=mine.yaml").startswith("mine: 28 days")
    assert "is already there" in refused(capsys, "new", "mine.yaml", "--from", str(TINY))
    printed(capsys, "new", "--from", str(TINY), "--full", "mine.yaml", "--language", "zh", "--force")
    assert "# ---- 预算 -" in (tmp_path / "mine.yaml").read_text(encoding="utf-8")


def test_new_starts_from_the_default_scenario(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "from dingtalk_2024" in printed(capsys, "new", "mine.yaml")
    assert "\nbase: dingtalk_2024\n" in (tmp_path / "mine.yaml").read_text(encoding="utf-8")


def test_diff_takes_two_scenarios_or_one_with_overrides(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "diff", str(TINY), "budget.total=1180000")
    assert said.startswith(f"{TINY} → the changed plan: 1 difference\n")
    assert "budget.total: 1,000,000 yuan → 1,180,000 yuan (+18 %)" in said
    assert "改动后的方案：1 处不同" in printed(capsys, "diff", str(TINY), "seed=3", "--language", "zh")
    two = printed(capsys, "diff", "dingtalk_2024", str(TINY), "budget.total=3M")
    assert "2,000,000 yuan → 3,000,000 yuan" in two and two.rstrip().endswith("--all prints every one.")
    everything = printed(capsys, "diff", "--all", "dingtalk_2024", str(TINY))
    assert len(everything.splitlines()) > 2 * len(two.splitlines())


# --- mistakes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["rnu"], "unknown command 'rnu'; did you mean 'run'?"),
        (["simulate"], "Commands: run, new, check, diff, show, list"),
        (["scenario=x.yaml", "seed=1"], "did you mean: prsim run scenario=x.yaml seed=1"),
        (["run", "--froce"], "unrecognized arguments: --froce"),
        (["list", "things"], "choose from"),
        (["list"], "required"),
        (["check", "budget.totl=1"], "budget.totl: unknown key; did you mean 'total'?"),
        (["check", "budget.total=30 h"], "the unit here is yuan"),
        (["check", "scenario=nowhere.yaml"], "there is no file nowhere.yaml"),
        (["check", "plan.yaml"], "did you mean scenario=plan.yaml?"),
        (["new", "mine"], "has to end in .yaml, for example mine.yaml"),
        (["new", "mine.yaml", "--from", "dingtak_2024"], "did you mean 'dingtalk_2024'?"),
        (["new", "mine.yaml", "--from"], "--from needs a value (see prsim new --help)"),
        (["new", "--from", "--full", "mine.yaml"], "--from needs a value"),
        (["new", "no/where/mine.yaml"], "cannot be written: No such file or directory"),
        (["new"], "required"),
        (["diff"], "diff compares two scenarios"),
        (["diff", "dingtalk_2024"], "diff compares two scenarios, or one with overrides"),
        (["diff", "a", "b", "c"], "diff compares two scenarios"),
        (["diff", "dingtalk_2024", "dingtalk"], "unknown scenario 'dingtalk'"),
        (["diff", "dingtalk_2024", "scenario=mine.yaml"], "prsim diff A B"),
        (["diff", "dingtalk_2024", "nowhere.yaml"], "there is no file nowhere.yaml"),
        (["list", "metrics", "--language", "fr"], "invalid choice: 'fr'"),
        (["run", "budget.split.events=0"], "budget.split: the shares sum to 0.85"),
    ],
)
def test_mistakes_end_with_2_and_a_sentence(
    capsys: pytest.CaptureFixture[str], argv: list[str], says: str
) -> None:
    assert says in refused(capsys, *argv)


@pytest.mark.parametrize(
    "argv", [["--help"], *([c, "--help"] for c in ("run", "new", "check", "diff", "show", "list")), []]
)
def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 0
    out = capsys.readouterr().out
    assert "examples" in out
    assert ("prsim diff dingtalk_2024 mine.yaml" if argv[:1] == ["new"] else "budget.total=3M") in out


def test_inheritance_that_fails_says_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    def check(text: str, name: str = "mine.yaml") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return refused(capsys, "check", f"scenario={name}")

    assert check("# mine\nbase: dingtalk_2025\n").startswith(
        "prsim: base: unknown scenario 'dingtalk_2025' (mine.yaml, line 2); known: dingtalk_2024, "
    )
    assert check("base: other.yaml\n") == (
        "prsim: base: there is no file other.yaml to inherit from (mine.yaml, line 1)\n"
    )
    (tmp_path / "other.yaml").write_text("base: mine.yaml\n", encoding="utf-8")
    assert check("base: other.yaml\n") == (
        "prsim: base: the files inherit from each other in a circle: mine.yaml → other.yaml → mine.yaml "
        "(other.yaml, line 1)\n"
    )
    twice = "base: dingtalk_2024\nactivities:\n  open_day: {days: 2}\n  open_day: {days: 3}\n"
    assert check(twice) == (
        "prsim: scenario: mine.yaml, line 4: key 'open_day' is given twice (activities.open_day; first in line 3)\n"
    )
    assert "there is no inherited entry 'opne_day' to take away" in check(
        "base: dingtalk_2024\nactivities:\n  opne_day: null\n"
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"prsim {prsim.__version__}\n"


def test_as_a_process(tmp_path: Path) -> None:
    def prsim_process(*argv: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "prsim.cli", *argv]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, encoding="utf-8"
        )

    wrong = prsim_process("check", f"scenario={TINY}", "seed=x")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "prsim: seed: 'x' is not a number (allowed: 0 … 2^62)\n"
    ascii_only = prsim_process("list", "metrics", "nps", env={"PYTHONIOENCODING": "ascii", "PATH": ""})
    assert ascii_only.returncode == 0, ascii_only.stderr
