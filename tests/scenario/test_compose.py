from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

import prsim
from prsim.errors import ConfigError
from prsim.scenario.compose import _hydra_once, compose_plain, conf_dir, groups, scenario_names
from prsim.scenario.kept import keep, kept
from prsim.scenario.overrides import _PLAIN, _plain
from prsim.scenario.read import MAX_BYTES, read_file

type Write = Callable[..., Path]


def message(scenario: str | Path, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        prsim.load(scenario, overrides)
    return str(caught.value)


# --- by name ---------------------------------------------------------------------------------------------


def test_the_default_scenario_loads() -> None:
    scenario = prsim.load()
    assert scenario.meta.name == "dingtalk_2024"
    assert scenario.horizon_days == 243
    assert "dingtalk_2024" in scenario_names()
    assert "none" in groups()["incidents"]


def test_a_group_is_chosen_and_the_library_stays() -> None:
    scenario = prsim.load(overrides=["incidents=none"])
    assert not scenario.incidents.schedule
    assert scenario.incidents.random.per_year == 0
    assert scenario.incidents.library.keys() == prsim.load().incidents.library.keys()


def test_values_win_over_groups_whatever_the_order() -> None:
    for overrides in (
        ["engine=screening", "population.agents=7000"],
        ["population.agents=7000", "engine=screening"],
    ):
        assert prsim.load(overrides=overrides).population.agents == 7000
    assert prsim.load(overrides=["engine=screening"]).population.agents == 20_000


def test_overrides_as_a_mapping() -> None:
    named = prsim.load(overrides={"incidents": "none", "budget.total": 3e6, "response.first_h": "30min"})
    assert named == prsim.load(overrides=["incidents=none", "budget.total=3e6", "response.first_h=30min"])
    assert prsim.load("no_such", {"scenario": "dingtalk_2024"}) == prsim.load()


def test_chinese_is_typed_as_it_is(tiny: Path, write: Write) -> None:
    scenario = prsim.load(
        tiny,
        [
            "budget.total=200万",
            "meta.title_zh=我的 方案",
            "+meta.title_en=Zoë",
            "activities.launch={title_zh: 新品发布会, days: 3}",
            "segments.学生={size: 1万, user_share: 0.5, needs: {innovation: 1}, platforms: {weibo: 0.5}, nps: 0}",
            "segments.学生.nps=3",
        ],
    )
    assert scenario.budget.total == 2e6
    assert (scenario.meta.title_zh, scenario.meta.title_en) == ("我的 方案", "Zoë")
    assert (scenario.activities["launch"].title_zh, scenario.activities["launch"].days) == ("新品发布会", 3)
    assert (scenario.segments["学生"].size, scenario.segments["学生"].nps) == (1e4, 3)
    path = write("base: dingtalk_2024\n", "方案.yaml")
    assert prsim.load(overrides=[f"scenario={path}"]).meta.name == "方案"
    assert "学生" not in prsim.load(tiny, ["segments.学生.size=3", "~segments.学生"]).segments
    assert "cannot be read; quote" in message(tiny, "meta.title_zh={我")


def test_a_mapping_value_is_merged_and_new_entries_need_no_plus(tiny: Path) -> None:
    scenario = prsim.load(
        tiny,
        [
            "incidents.schedule.again={use: leak, start: 2024-03-20}",
            "+incidents.schedule.third.use=leak",
            "++incidents.schedule.third.start='2024-03-22T08:15'",
        ],
    )
    assert list(scenario.incidents.schedule) == ["leak_march", "again", "third"]
    assert scenario.incidents.schedule["third"].start == "2024-03-22T08:15"


@given(
    st.one_of(
        st.from_regex(_PLAIN, fullmatch=True),
        st.sampled_from(("a.b", "a", "a.b_1.c", "a..b", "1.a", "hydra.x", "a@b")).flatmap(
            lambda key: st.text("0123456789.-+eE_/abtrueflsniNA", max_size=8).map(lambda v: f"{key}={v}")
        ),
    )
)
def test_plain_overrides_are_read_as_hydra_reads_them(text: str) -> None:
    plain = _plain(text)
    if plain is not None:
        (hydras,) = OverridesParser.create().parse_overrides([text])
        value = hydras.value()
        assert (plain.key, plain.action) == (hydras.key_or_group, "set")
        assert (type(plain.value), plain.value) == (type(value), value)


def test_entries_are_taken_away(tiny: Path) -> None:
    assert not prsim.load(tiny, ["~incidents.schedule.leak_march"]).incidents.schedule
    assert "it was not removed" in message(tiny, "~horizon_days=30")
    assert not prsim.load(tiny, ["~targets"]).targets
    assert prsim.load(tiny, ["platforms.weibo.hot=null"]).platforms["weibo"].hot is None


def test_a_fixed_vocabulary_keeps_what_is_not_named(tiny: Path) -> None:
    scenario = prsim.load(tiny, ["response.fit.deny.victim=0.5", "belief.credibility.media=0.9"])
    default = prsim.load(tiny)
    assert scenario.response.fit["deny"] == {**default.response.fit["deny"], "victim": 0.5}
    assert scenario.belief.credibility == {**default.belief.credibility, "media": 0.9}


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let Hydra compose, as it does the first time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _hydra_once.cache_clear()


@pytest.mark.usefixtures("nothing_kept")
def test_hydra_is_left_as_it_was() -> None:
    assert not GlobalHydra.instance().is_initialized()
    prsim.load()
    assert not GlobalHydra.instance().is_initialized()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        prsim.load(overrides=["engine=final"])
        assert compose("config")["seed"] == 1  # the caller's Hydra still works


@pytest.mark.usefixtures("nothing_kept")
def test_loading_from_threads() -> None:
    options = ["engine=screening", "engine=default", "engine=final"] * 4
    with ThreadPoolExecutor(6) as pool:
        agents = list(
            pool.map(lambda o: prsim.load(overrides=[o, "incidents=none"]).population.agents, options)
        )
    assert agents == [20_000, 100_000, 1_000_000] * 4


def test_what_is_composed_is_nobody_elses() -> None:
    compose_plain().plain["segments"].clear()
    assert compose_plain().plain["segments"]


def test_import_is_quick_and_light() -> None:
    heavy = "('numba', 'mesa', 'pandas', 'hydra', 'yaml')"
    code = f"import sys, prsim; assert prsim.__version__; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=conf_dir().parent
    )
    assert out.stdout.strip() == "[]"


def test_what_was_composed_is_kept_for_the_next_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    code = "import sys, prsim; print(prsim.config_hash(prsim.load()), 'hydra' in sys.modules)"

    def load() -> list[str]:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    fresh = load()
    (file,) = (tmp_path / "prsim" / "composed").iterdir()
    assert fresh[1] == "True" and load() == [fresh[0], "False"]
    file.write_text('{"meta": ', encoding="utf-8")  # cut off
    assert load() == fresh and load() == [fresh[0], "False"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))  # no folder can be made there
    assert load() == fresh


def test_an_edit_of_the_configuration_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = shutil.copytree(conf_dir(), tmp_path / "conf")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("prsim.scenario.compose.conf_dir", lambda: copy)
    assert prsim.load(overrides=["engine=screening"]).population.agents == 20_000
    option = copy / "engine" / "screening.yaml"
    text, when = option.read_text(encoding="utf-8"), option.stat().st_mtime_ns
    option.write_text(text.replace("20000", "30000"), encoding="utf-8")
    os.utime(option, ns=(when, when))
    assert prsim.load(overrides=["engine=screening"]).population.agents == 30_000


def test_what_is_kept_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for i in range(100):
        keep(str(i), "{}")
    assert len(list((tmp_path / "prsim" / "composed").iterdir())) == 64
    assert kept("never asked") is None


# --- a user's file ---------------------------------------------------------------------------------------


def test_a_file_inherits_and_is_named_after_itself(write: Write) -> None:
    path = write("base: dingtalk_2024\nbudget: {total: 3M}\nincidents: {schedule: null}\n", "bigger.yaml")
    scenario = prsim.load(path)
    assert scenario.meta.name == "bigger"
    assert scenario.budget.total == 3e6
    assert not scenario.incidents.schedule
    assert scenario.segments == prsim.load().segments


def test_files_inherit_from_files(write: Write, tiny: Path) -> None:
    write(tiny.read_text(encoding="utf-8"), "root.yaml")
    write("base: root.yaml\nmeta: {name: parent}\nbudget: {total: 2M}\nreplicates: 9\n", "parent.yaml")
    path = write("base: ./parent.yaml\nreplicates: 11\n", "child.yaml")
    scenario = prsim.load(str(path))
    assert (scenario.meta.name, scenario.budget.total, scenario.replicates) == ("child", 2e6, 11)
    assert prsim.load(path.parent / "parent.yaml").meta.name == "parent"


def test_groups_are_chosen_for_files_too(write: Write, tiny: Path) -> None:
    inherits = write("base: dingtalk_2024\nincidents: {schedule: {mine: {use: outage, start: 2024-03-05}}}\n")
    assert "mine" in prsim.load(inherits).incidents.schedule
    assert not prsim.load(inherits, ["incidents=none"]).incidents.schedule
    alone = prsim.load(tiny, ["incidents=none"])
    assert not alone.incidents.schedule
    assert "leak" in alone.incidents.library
    assert prsim.load(tiny, ["engine=screening"]).population.agents == 20_000


def test_circles_and_missing_bases_are_refused(write: Write) -> None:
    one = write("base: two.yaml\n", "one.yaml")
    two = write("seed: 3\nbase: one.yaml\n", "two.yaml")
    assert f"in a circle: one.yaml → two.yaml → one.yaml ({two}, line 2)" in message(one)
    alone = write("base: ./self.yaml\n", "self.yaml")
    assert f"in a circle: self.yaml → self.yaml ({alone}, line 1)" in message(alone)
    gone = message(write("# a plan\nbase: tow.yaml\n"))
    assert "tow.yaml to inherit from (" in gone and "mine.yaml, line 2); did you mean 'two.yaml'?" in gone
    assert "named without .yaml: base: dingtalk_2024" in message(write("base: dingtalk_2024.yaml\n"))
    unknown = message(write("base: dingtalk\n"))
    assert unknown.startswith("base: unknown scenario 'dingtalk' (") and "mine.yaml, line 1)" in unknown
    assert unknown.endswith("did you mean 'dingtalk_2024'?")
    assert "neither the name of a scenario nor a file" in message(write("base: [a, b]\n"))
    for i in range(25):
        write(f"base: f{i + 1}.yaml\n", f"f{i}.yaml")
    assert "more than 20 files inherit one from the other" in message(alone.parent / "f0.yaml")


def test_an_entry_that_is_taken_away_has_to_be_there(write: Write) -> None:
    said = message(write("base: dingtalk_2024\nactivities: {opne_day: null}\n"))
    assert said.startswith("activities.opne_day: there is no inherited entry 'opne_day' to take away")
    assert said.endswith("did you mean 'open_day'?")


def test_what_is_given_twice_is_named_with_both_places(write: Write) -> None:
    path = write("base: dingtalk_2024\nactivities:\n  a: {days: 1}\n  b: {days: 2}\n  a: {days: 3}\n")
    assert f"{path}, line 5: key 'a' is given twice (activities.a; first in line 3)" in message(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: !!python/object/apply:os.system ['touch /tmp/x']", "!!python/object/apply:os.system is refused"),
        ("a: !!python/object:os.PathLike {}", "never runs code"),
        ("a: !!python/name:os.system", "never runs code"),
        ("a: !include other.yaml", "never runs code"),
        ("base: dingtalk_2024\nmeta: {_target_: os.system}", "meta._target_: _target_ is refused"),
        ("base: dingtalk_2024\nsegments: {x: {_target_: os.system}}", "segments.x._target_"),
        (
            "base: dingtalk_2024\nmeta: {title_en: '${oc.env:HOME}'}",
            "meta.title_en: '${oc.env:HOME}': interpolation",
        ),
        ("base: dingtalk_2024\nactivities: [1, '${now:%Y}']", "activities.1"),
        ("defaults: [scenario: dingtalk_2024]", "no defaults list"),
        ("hydra: {run: {dir: /}}", "cannot configure Hydra"),
        ("a: &x 1\nb: *x", "line 2: anchors and aliases are refused"),
        ("a: &x [*x]", "anchors and aliases are refused"),
        ("seed: 1\nseed: 2", "line 2: key 'seed' is given twice"),
        ("- 1\n- 2", "holds no mapping"),
        ("", "holds no mapping"),
        ("a: [1", "mine.yaml, line"),
        ("a: 1\n---\nb: 2", "single document"),
        ("1: x", "the key 1 is not a text"),
        ("yes: x", "the key True is not a text"),
        ("a: !!binary aGk=", "type bytes is refused"),
        ("a: !!set {x, y}", "refused"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deeply"),
        ("a: " + "9" * 5000, "not valid YAML"),
        ("a: =", "a scenario is data"),
        ("a: \x00", "not valid YAML"),
    ],
)
def test_a_users_file_is_data_and_nothing_else(write: Write, text: str, says: str) -> None:
    assert says in message(write(text))


def test_files_are_bounded_and_readable(write: Write, tmp_path: Path) -> None:
    assert "larger than 2 MB" in message(write("# " + "x" * MAX_BYTES))
    assert "is not a file" in message(tmp_path / "..")
    assert "there is no file" in message("no/such.yaml")
    (tmp_path / "latin.yaml").write_bytes("a: \xe9".encode("latin-1"))
    assert "not UTF-8" in message(tmp_path / "latin.yaml")
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfbase: dingtalk_2024\n")
    assert prsim.load(tmp_path / "bom.yaml").meta.name == "bom"


def test_numbers_and_dates_are_read_as_people_mean_them(write: Write) -> None:
    data = read_file(
        write("a: 1e6\nb: 2024-03-01\nc: 1.5e-3\nd: 0x10\ne: -.5\nf: 12\ng: 2024-03-01 10:00:00\n")
    )
    assert data == {
        "a": 1e6,
        "b": "2024-03-01",
        "c": 0.0015,
        "d": 16,
        "e": -0.5,
        "f": 12,
        "g": "2024-03-01 10:00:00",
    }


def test_an_empty_mapping_takes_all_entries_away(write: Callable[[str, str], Path]) -> None:
    assert prsim.load("dingtalk_2024").incidents.schedule
    assert not prsim.load("dingtalk_2024", ["incidents.schedule={}"]).incidents.schedule
    assert not prsim.load("dingtalk_2024", {"competitors": {}}).competitors
    mine = write("base: dingtalk_2024\nincidents: {schedule: {}}\n", "mine.yaml")
    assert not prsim.load(mine).incidents.schedule
    assert prsim.load(mine).incidents.library, "what stands beside it stays"
