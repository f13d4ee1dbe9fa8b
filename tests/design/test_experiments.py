"""Experiments by name and by file: the ready ones load for every scenario, seeds, overrides, and every refusal."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import prsim
from prsim.cli import main
from prsim.design import Design, Experiment, Factor, Point, experiment_names, grid, listed, load_experiment
from prsim.design.reading import KINDS, summary_of
from prsim.errors import ConfigError
from prsim.scenario.compose import conf_dir, groups, scenario_names
from tests.laboratory import TINY

READY = ("budget_by_delay", "budget_split", "policy", "response_delay", "storm")


def file(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(name: str | Path, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_experiment(name, overrides)
    return str(caught.value)


# --- the ready ones --------------------------------------------------------------------------------------


def test_which_there_are() -> None:
    assert tuple(experiment_names()) == READY


@pytest.mark.parametrize("name", READY)
def test_it_says_in_two_languages_what_it_asks(name: str) -> None:
    experiment = load_experiment(name, ["experiment.replicates=2"])
    for text in (experiment.title_en, experiment.question_en):
        assert text and not re.search(r"[一-鿿]", text)
    for text in (experiment.title_zh, experiment.question_zh):
        assert re.search(r"[一-鿿]", text)
    assert experiment.question_en.endswith("?") and experiment.question_zh.endswith("？")
    assert experiment.name == name and experiment.scenario.population.agents == 20_000
    for factor in experiment.design.factors:
        assert factor.title_en and re.search(r"[一-鿿]", factor.title_zh), factor
    says = summary_of(name)
    assert says["title_en"] == experiment.title_en and says["question_zh"] == experiment.question_zh


@pytest.mark.parametrize("scenario", scenario_names())
def test_every_one_can_be_asked_of_every_scenario(scenario: str) -> None:
    for name in READY:
        experiment = load_experiment(name, [f"scenario={scenario}", "population.agents=5000"])
        assert experiment.scenario.population.agents == 5000
        assert experiment.scenario.meta.start == prsim.load(scenario).meta.start


def test_how_many_points_they_have() -> None:
    sizes = {name: len(load_experiment(name).design) for name in READY}
    assert sizes == {
        "budget_split": 126,  # (5 + 4)! / (5! 4!)
        "response_delay": 4 * 3 * 9,
        "budget_by_delay": 15 * 5,  # (2 + 4)! / (2! 4!) splits
        "policy": 9 * 4,
        "storm": 5 * 4,
    }


def test_in_response_delay_nothing_happens_but_the_case() -> None:
    experiment = load_experiment("response_delay")
    variations = experiment.variations()
    seen = set()
    for point in experiment.design.points[::9]:
        scenario = variations.at(point)
        (case,) = scenario.incidents.schedule.values()
        seen.add(scenario.incidents.library[case.use].type)
        assert not scenario.activities and scenario.incidents.random.per_year == 0
        assert scenario.monitoring.bursts_per_month == 0
    assert seen == {"opinion", "product", "legal", "brand"}


# --- seeds -----------------------------------------------------------------------------------------------


def experiment_of(design: Design, **options: Any) -> Experiment:
    return Experiment.of(design, TINY, **options)


def test_seeds_are_common_by_default_and_follow_the_scenarios() -> None:
    made = experiment_of(grid({"response.first_h": [1, 2, 4]}), replicates=5, overrides=["seed=40"])
    assert all([made.seed(p, r) for r in range(5)] == [40, 41, 42, 43, 44] for p in made.design.points)
    assert made.runs == 15


def test_seeds_of_their_own_differ_everywhere_and_stay_when_points_are_added() -> None:
    few = experiment_of(grid({"response.first_h": [1, 2]}), common=False, replicates=3)
    many = experiment_of(grid({"response.first_h": [4, 2, 1]}), common=False, replicates=50)
    seeds = {(p.key, r): many.seed(p, r) for p in many.design.points for r in range(50)}
    assert len(set(seeds.values())) == 150
    assert all(few.seed(p, r) == seeds[p.key, r] for p in few.design.points for r in range(3))
    other = experiment_of(grid({"response.first_h": [1, 2]}), common=False, overrides=["seed=2"])
    assert other.seed(other.design.points[0], 0) != few.seed(few.design.points[0], 0)
    for seed in seeds.values():
        assert 0 <= seed <= 2**62
        prsim.load(TINY, {"seed": seed})


def test_an_experiment_travels_to_a_worker() -> None:
    made = load_experiment("policy", ["population.agents=1000"])
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    point = made.design.points[7]
    assert again.variations().at(point) == made.variations().at(point)


# --- files -----------------------------------------------------------------------------------------------

MINE = """
scenario: plan.yaml
set:
  response.statement_h: 6
  team: {crisis: 3}
experiment:
  title_en: Handlers and hours
  replicates: 4
  design:
    - {kind: list, file: points.csv}
    - {kind: grid, factors: {response.strategy: [fix, deny]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file(tmp_path, TINY.read_text(encoding="utf-8"), "plan.yaml")
    file(tmp_path, "response.first_h,team.monitoring\n30min,1\n4,2\n", "points.csv")
    return tmp_path


def test_a_file_of_ones_own_names_files_beside_it(folder: Path) -> None:
    made = load_experiment(file(folder, MINE))
    assert (made.name, made.title_en, made.title_zh) == ("mine", "Handlers and hours", "Handlers and hours")
    assert made.replicates == 4 and len(made.design) == 4
    assert made.scenario == prsim.load(folder / "plan.yaml", {"response.statement_h": 6, "team.crisis": 3})
    wanted = listed(
        [{"response.first_h": 0.5, "team.monitoring": 1}, {"response.first_h": 4, "team.monitoring": 2}]
    )
    assert made.design.points[0].changes == {**wanted.points[0].changes, "response.strategy": "fix"}


def test_overrides_win_over_what_is_set_and_reach_the_experiment_itself(folder: Path) -> None:
    overrides = [
        "response.statement_h=9",
        "replicates=7",
        "experiment.common=false",
        "experiment.keep=series",
        "experiment.design.1.factors={response.strategy: [clarify]}",
    ]
    made = load_experiment(file(folder, MINE), overrides)
    assert made.scenario.response.statement_h == 9 and made.scenario.replicates == 4
    assert (made.replicates, made.common, made.keep, len(made.design)) == (7, False, "series", 2)


def test_another_scenario_can_be_named(folder: Path) -> None:
    made = load_experiment("storm", [f"scenario={folder / 'plan.yaml'}"])
    assert made.scenario.meta.name == "tiny"


def test_every_kind_of_part_can_be_written(folder: Path) -> None:
    parts = {
        "grid": "{kind: grid, factors: {response.first_h: {lo: 1, hi: 4, count: 2}}}",
        "list": "{kind: list, points: [{response.first_h: 1}, {response.first_h: 2}]}",
        "latin": "{kind: latin, count: 2, factors: {response.first_h: [1, 8, log]}}",
        "sobol": "{kind: sobol, count: 2, seed: 3, scramble: false, factors: {response.first_h: {lo: 1, hi: 8}}}",
        "simplex": "{kind: simplex, divisions: 1, lines: [media_kol, content], bounds: {content: [10%, 1]}}",
        "delays": "{kind: delays, hours: [30min, 2]}",
        "policies": "{kind: policies, strategies: [fix, matched], levels: [red]}",
        "incidents": "{kind: incidents, use: [privacy, outage], after_h: 10}",
        "storms": "{kind: storms, per_year: [3, 6]}",
        "plans": "{kind: plans, levels: {a: {}, b: {response.first_h: 2}}}",
    }
    assert parts.keys() == KINDS.keys()
    for kind, part in parts.items():
        text = f"set: {{budget.unfunded: drop}}\nexperiment:\n  title_en: x\n  design: [{part}]\n"
        assert len(load_experiment(file(folder, text)).design) == 2, kind
    text = "set: {budget.unfunded: drop}\nexperiment: {design: [{kind: simplex, count: 3, alpha: 2}]}\n"
    assert len(load_experiment(file(folder, text)).design) == 3


def test_notes_of_the_base_and_of_the_design_are_kept(folder: Path) -> None:
    part = "{kind: sobol, count: 3, factors: {response.first_h: [1, 8]}}"
    made = load_experiment(file(folder, f"experiment: {{design: [{part}]}}"), ["horizon_days=60"])
    assert any("cut short" in note for note in made.notes) and any(
        "power of two" in note for note in made.notes
    )


# --- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("experiment: {desing: []}", "experiment.desing: unknown key"),
        ("experiment: {desing: []}", "did you mean 'design'?"),
        ("response: {first_h: 2}\nexperiment: {}", "(values of the scenario stand under set:)"),
        ("scenario: dingtalk_2024", "experiment: is missing"),
        ("experiment: 3", "experiment: is missing"),
        ("experiment: {}", "experiment.design: is empty: list at least one part"),
        ("experiment: {design: {kind: grid}}", "experiment.design: is empty"),
        ("experiment: {design: [3]}", "experiment.design.0: has no kind; kinds: grid, list"),
        ("experiment: {design: [{kind: grit}]}", "experiment.design.0.kind: unknown kind 'grit'; did you mean 'grid'?"),
        ("experiment: {design: [{kind: grid}]}", "experiment.design.0.factors: is required for 'grid'"),
        ("experiment: {design: [{kind: grid, factors: 3}]}", "experiment.design.0.factors: is not a mapping"),
        ("experiment: {design: [{kind: plans, levels: [a]}]}", "experiment.design.0.levels: is not a mapping"),
        ("experiment: {design: [{kind: delays, hour: [3]}]}", "experiment.design.0.hour: is no option of 'delays'"),
        ("experiment: {design: [{kind: delays, hour: [3]}]}", "did you mean 'hours'?"),
        ("experiment: {design: [{kind: delays, hours: 3}]}", "experiment.design.0.hours: is not a list of hours"),
        ("experiment: {design: [{kind: list}]}", "give points (a list of rows) or file"),
        ("experiment: {design: [{kind: list, file: no.csv}]}", "experiment.design.0.file: there is no file no.csv"),
        ("experiment: {design: [{kind: list, file: 3}]}", "3 is not the name of a file"),
        ("experiment: {design: [{kind: list, points: 3}]}", "experiment.design.0.points: is not a list of rows"),
        (
            "experiment: {design: [{kind: simplex, divisions: 2, bounds: [0.5, 1]}]}",
            "experiment.design.0.bounds: the lower bounds sum to 2.5",
        ),
        (
            "experiment: {design: [{kind: delays}, {kind: grid, factors: {response.first_h: [1]}}]}",
            "two factors set the same key: 'response.first_h' (factors delay_h; response.first_h)",
        ),
        (
            "experiment: {design: [{kind: grid, factors: {response.first_h: [1, 2000]}}]}",
            "2000 is out of range; allowed: 0 … 1000 h [point 1 (response.first_h=2000)]",
        ),
        ("experiment: {replicates: 0, design: [{kind: delays}]}", "experiment.replicates: 0 is not a whole number"),
        ("experiment: {replicates: many, design: [{kind: delays}]}", "experiment.replicates: 'many' is not a number"),
        (
            "experiment: {replicates: 90000, design: [{kind: delays, count: 200}]}",
            "200 points with 90,000 replicates are 18,000,000 runs (allowed: at most 10,000,000)",
        ),
        ("experiment: {common: 3, design: [{kind: delays}]}", "experiment.common: 3 is not a truth value"),
        ("experiment: {keep: serie, design: [{kind: delays}]}", "did you mean 'series'?"),
        ("experiment: {title_en: 3, design: [{kind: delays}]}", "experiment.title_en: 3 is not a text"),
        ("scenario: 3\nexperiment: {design: [{kind: delays}]}", "3 is neither a name nor a file"),
        ("scenario: dingtalk\nexperiment: {design: [{kind: delays}]}", "did you mean 'dingtalk_2024'?"),
        ("set: 3\nexperiment: {design: [{kind: delays}]}", "set: is not a mapping"),
        ("set: {respons.first_h: 3}\nexperiment: {design: [{kind: delays}]}", "respons"),
        ("experiment: {design: [{kind: !!python/name:os.system x}]}", "is refused: a scenario is data"),
        ("experiment: [", "mine.yaml, line 2: while parsing"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(file(tmp_path, text))


def test_names_and_overrides_that_cannot_be_used(tmp_path: Path) -> None:
    assert "unknown experiment 'budget_splt'" in refusal("budget_splt")
    assert "did you mean 'budget_split'?" in refusal("budget_splt")
    file(tmp_path, "experiment: {}")
    assert "did you mean 'mine.yaml'?" in refusal(tmp_path / "mime.yaml")
    assert "did you mean 'policy.yaml'?" in refusal(conf_dir() / "experiment" / "polici.yaml")
    assert "one experiment at a time" in refusal("storm", "experiment=policy")
    assert "experiment.desing" in refusal("storm", "experiment.desing=3")
    assert "'7' is not a place in a list of 2" in refusal("storm", "experiment.design.7.hours=[1]")


def test_a_single_run_does_not_take_an_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    """It is no group that could be chosen, and whoever tries is told what was meant."""
    assert "experiment" not in groups()
    for words in (["run", "experiment=budget_split"], ["check", "experiment=budget_split"]):
        assert main(words) == 2
        assert "did you mean: prsim sweep experiment=budget_split" in capsys.readouterr().err
    assert main(["run", "experiment.replicates=3"]) == 2
    assert "prsim sweep experiment=NAME" in capsys.readouterr().err
    path = conf_dir() / "experiment" / "storm.yaml"
    assert main(["run", f"scenario={path}"]) == 2
    assert (
        f"is an experiment, not a scenario; did you mean: prsim sweep experiment={path}"
        in capsys.readouterr().err
    )


def test_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "experiments"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines[1:]] == list(READY)
    assert main(["list", "experiments", "--language", "zh"]) == 0
    assert "回应速度" in capsys.readouterr().out


def test_an_experiment_made_by_hand_checks_its_numbers() -> None:
    scenario = prsim.load(TINY)
    design = Design((Factor("a"),), (Point({"a": 1}, {"response.first_h": 1}),))
    for wrong in ({"replicates": 0}, {"replicates": 10**6}, {"keep": "all"}):
        with pytest.raises(ConfigError):
            Experiment("x", "x", "x", "", "", scenario, design, **{"replicates": 1, **wrong})  # type: ignore[arg-type]
