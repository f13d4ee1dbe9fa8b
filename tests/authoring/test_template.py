"""A file that `prsim new` writes says the same as its base, can be edited, and explains itself."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import prsim
from prsim.authoring.moved import moved
from prsim.authoring.sections import SECTIONS, section_of
from prsim.authoring.template import SHORT, new_file, template
from prsim.authoring.yaml_text import WIDTH, columns, flow, folded, paragraph, scalar
from prsim.errors import ConfigError
from prsim.scenario.calendar import moment
from prsim.scenario.chinese import MEANINGS, REFERENCES, UNITS
from prsim.scenario.compose import scenario_names
from prsim.scenario.plain import config_hash
from prsim.scenario.read import read_file, read_text
from prsim.scenario.register import declared
from prsim.scenario.root import Scenario
from tests.laboratory import TINY


def same(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios give the same result: one configuration but for the name."""
    return config_hash(replace(a, meta=replace(a.meta, name=""))) == config_hash(
        replace(b, meta=replace(b.meta, name=""))
    )


# --- the round trip --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "full", "language"),
    [(name, full, "en" if full else "zh") for name in scenario_names() for full in (False, True)]
    + [("dingtalk_2024", False, "en"), ("dingtalk_2024", True, "zh")],
)
def test_what_is_written_runs_to_the_same_result(
    name: str, full: bool, language: str, tmp_path: Path
) -> None:
    mine = prsim.load(new_file(tmp_path / "mine.yaml", name, full=full, language=language))
    assert same(mine, prsim.load(name))
    assert (mine.meta.name, mine.language) == ("mine", language)


def test_a_file_is_a_base_too(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    shutil.copy(TINY, tmp_path / "tiny.yaml")
    child = new_file(tmp_path / "plans" / "child.yaml", str(tmp_path / "tiny.yaml"))
    assert "\nbase: ../tiny.yaml\n" in child.read_text(encoding="utf-8")
    assert same(prsim.load(child), prsim.load(TINY))
    grandchild = new_file(tmp_path / "grandchild.yaml", str(child), full=True)
    assert "base" not in read_file(grandchild)
    assert same(prsim.load(grandchild), prsim.load(TINY))


def test_a_calendar_that_was_cut_short_stays_so(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text("base: dingtalk_2024\nhorizon_days: 60\n", encoding="utf-8")
    base = prsim.load(tmp_path / "short.yaml")
    assert base.calendar_days == 243
    for full in (False, True):
        file = new_file(tmp_path / f"{full}.yaml", str(tmp_path / "short.yaml"), full=full)
        assert same(prsim.load(file), base)


@pytest.mark.parametrize("name", scenario_names())
def test_every_date_moves_with_the_first_day(name: str, tmp_path: Path) -> None:
    base = prsim.load(name)
    later = (moment(base.meta.start) + timedelta(days=364)).date().isoformat()
    mine = prsim.load(new_file(tmp_path / "mine.yaml", name, full=name == "dingtalk_2024", start=later))
    assert mine.meta.start == later
    assert same(moved(mine, base.meta.start), base)
    assert mine.incidents.schedule.keys() == base.incidents.schedule.keys()
    for key, activity in mine.activities.items():
        assert moment(activity.start) - moment(base.activities[key].start) == timedelta(days=364)


def test_a_short_file_states_every_date() -> None:
    dates = {row.path for row in declared(labels=True) if row.unit == "date"}
    assert dates <= SHORT, "else a date would be inherited where it was"


def test_a_start_that_cannot_be_used(tmp_path: Path) -> None:
    for start in ("soon", "2025-02-30", "2025-02-01T10:00", "9999-12-30"):
        with pytest.raises(ConfigError, match="is not an ISO date such as"):
            new_file(tmp_path / "mine.yaml", str(TINY), start=start)
    (tmp_path / "short.yaml").write_text("base: dingtalk_2024\nhorizon_days: 60\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"old dates; add --full \(.*open_day"):
        new_file(tmp_path / "mine.yaml", str(tmp_path / "short.yaml"), start="2025-02-01")
    mine = new_file(tmp_path / "mine.yaml", str(tmp_path / "short.yaml"), start="2025-02-01", full=True)
    assert prsim.load(mine).meta.start == "2025-02-01"


# --- editing ---------------------------------------------------------------------------------------------


def edited(text: str, *changes: tuple[str, str]) -> str:
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
        assert count == 1, pattern
    return text


def test_an_edited_file_is_the_plan_that_was_meant(tmp_path: Path) -> None:
    file = new_file(tmp_path / "mine.yaml")
    text = edited(
        file.read_text(encoding="utf-8"),
        (r"^  total: 2M ", "  total: 3M "),
        (r"^  title_zh: .*?(?=  #)", "  title_zh: 我的方案"),
        (r"^  first_h: 0.5 ", "  first_h: 2h "),
        (r"^  open_day:.*", "  open_day: null\n  kept_out:"),
    )
    text = re.sub(r"^  kept_out:\n(    .*\n)+", "", text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    mine, base = prsim.load(file), prsim.load()
    assert mine.budget.total == 3e6
    assert mine.meta.title_zh == "我的方案"
    assert mine.response.first_h == 2
    assert base.activities.keys() - mine.activities.keys() == {"open_day"}


def test_what_is_deleted_is_inherited_again(tmp_path: Path) -> None:
    file = new_file(tmp_path / "mine.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"^activities:\n(  .*\n|\n)+", "", text, flags=re.MULTILINE), encoding="utf-8")
    assert "activities" not in read_file(file)
    assert same(prsim.load(file), prsim.load())


def test_the_example_of_an_activity_works_once_it_has_money(tmp_path: Path) -> None:
    file = new_file(tmp_path / "mine.yaml")
    text = file.read_text(encoding="utf-8")
    example = text[text.index("  # my_activity:") : text.index("# ---- Incidents")]
    uncommented = re.sub(r"^  # ?", "  ", example, flags=re.MULTILINE)
    file.write_text(text.replace(example, uncommented + "\n"), encoding="utf-8")
    share = "activities.{}.lines.media_kol"
    mine = prsim.load(file, {share.format("security_preheat"): 0.02, share.format("my_activity"): 0.03})
    assert mine.activities["my_activity"].title_zh == "我的活动"
    assert mine.activities["my_activity"].source == "assumption"


# --- what a person sees ----------------------------------------------------------------------------------


def test_every_value_is_explained_where_it_stands_first() -> None:
    s = prsim.load()
    text = template(s, Path("mine.yaml"), "dingtalk_2024")
    assert "  total: 2M                       # yuan, 0 … 100,000,000,000: Budget in all.\n" in text
    assert "  first_h: 0.5                    # h, 0 … 1000: Hours from detection to the first" in text
    assert "response. [D18, M6]\n" in text
    assert "  sme_owners:                     # SME owners\n    size: 120M" in text
    assert "  # [D30, D1, D4; attitudes, satisfaction, NPS, audience: assumption]\n" in text
    assert "horizon_days: 243                 # days, 0.25 … 800: Days simulated. [assumption]\n" in text
    assert "      price: 0.28                 # Price\n" in text
    declarations = {row.path.replace(".<topics>", ""): row for row in declared(labels=True)}
    explained = " ".join(re.findall(r"#+ ?(.*)", text))
    explained = " ".join(explained.split())
    for pattern in SHORT - {
        "activities.*.every_days",
        "incidents.random.by_topic",
        "incidents.random.follow_up",
    }:
        if pattern in declarations and not pattern.startswith("targets"):
            assert " ".join(declarations[pattern].doc.split()) in explained, pattern


def test_assumptions_are_marked_in_a_complete_file() -> None:
    s = prsim.load()
    text = template(s, Path("mine.yaml"), "dingtalk_2024", full=True)
    assert text.count("[assumption]") > 100
    assert "source: " in text
    for key in ("seed", "replicates", "counterfactuals", "tick_min", "engine", "belief", "media"):
        assert re.search(rf"^{key}:", text, re.MULTILINE)
    assert not re.search(r"^(base|out):|^  name:", text, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_files_are_readable(language: str) -> None:
    for full in (False, True):
        text = template(prsim.load(), Path("mine.yaml"), "dingtalk_2024", full=full, language=language)
        lines = text.splitlines()
        wide = [line for line in lines if columns(line) > WIDTH]
        assert len(wide) <= 0.002 * len(lines) + 2, wide  # a long text of a scenario itself, on its own line
        assert not [line for line in lines if line != line.rstrip()]
        for section in SECTIONS.values():
            if full or "activities" in section.keys:
                assert f"# ---- {section.title(language)} -" in text


def test_chinese_is_kept_and_spoken(tmp_path: Path) -> None:
    file = new_file(tmp_path / "mine.yaml", language="zh")
    raw = file.read_bytes().decode("utf-8")
    assert "title_zh: 钉钉2024年公关方案" in raw
    assert "  total: 200万                    # 元，0 … 100,000,000,000：预算总额。" in raw
    assert "    size: 1.2亿" in raw
    assert "# 中小企业主" in raw
    assert "\\u" not in raw
    patterns = {re.sub(r"\.<\w+>$", "", row.path) for row in declared(labels=True)}
    sections = {part for p in patterns for part in (p.rpartition(".")[0], p.partition(".")[0])}
    assert MEANINGS.keys() <= patterns | sections | {p.removesuffix(".*") for p in sections}
    assert MEANINGS.keys() >= SHORT, "everything that a short file holds is explained in Chinese"


def test_every_section_has_a_place_and_a_lesson() -> None:
    keys = [key for section in SECTIONS.values() for key in section.keys]
    assert sorted(keys) == sorted(Scenario.__dataclass_fields__)
    assert section_of("budget") == "budget" and section_of("seed") == "general"
    for section in SECTIONS.values():
        assert section.lesson("en") and section.lesson("zh")
        assert {*re.findall(r"{(\w+)}", section.lesson_en + section.lesson_zh)} <= {"file"}


def test_units_and_references_are_known() -> None:
    from prsim.authoring.annotated import Annotated

    page = Annotated(prsim.load(TINY), "zh")
    assert page.scenario.meta.name == "tiny"
    used = {row.unit for row in declared() if row.path in SHORT}
    assert used - {"", "1"} <= UNITS.keys()
    refs = {m for row in declared() for m in re.findall(r"<(\w+)>", row.path)}
    assert refs <= REFERENCES.keys()


# --- refusals --------------------------------------------------------------------------------------------


def test_files_that_cannot_be_written(tmp_path: Path) -> None:
    def refused(file: Path, base: str = str(TINY), **options: bool) -> str:
        with pytest.raises(ConfigError) as caught:
            new_file(file, base, **options)
        return str(caught.value)

    assert "has to end in .yaml, for example" in refused(tmp_path / "mine")
    assert "mine.yaml" in refused(tmp_path / "mine.yml")
    assert "has to end in .yaml" in refused(tmp_path / ".yaml")
    (tmp_path / "folder.yaml").mkdir()
    assert "is a folder" in refused(tmp_path / "folder.yaml", force=True)
    assert "cannot be written" in refused(tmp_path / "no" / "mine.yaml")
    mine = new_file(tmp_path / "mine.yaml", str(TINY))
    before = mine.read_bytes()
    assert "is already there; take another name, or overwrite it with --force" in refused(mine)
    assert "cannot be based on itself" in refused(mine, str(mine), force=True)
    assert mine.read_bytes() == before
    new_file(mine, str(TINY), full=True, force=True)
    assert mine.read_bytes() != before
    assert "did you mean 'dingtalk_2024'?" in refused(tmp_path / "a.yaml", "dingtalk_2023")
    assert not (tmp_path / "a.yaml").exists()


# --- scalars ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["", "yes", "No", "null", "~", "1e6", "2024-03-01", "12", "0x1", "a: b", "a #b", "#a", "[a", "a, b", "{a}", "'x'",
     '"x"',
     " a", "a ", "a\nb", "&a", "*a", "!a", "%a", "@a", ">=", "<=", "=", "-", "- a", "?", "钉钉：方案", "“a”", "true",
     "on", "a\\b", "\t", "é", "a: ", "0.5", ".5", "1_000", "12:30", "${x}"],
)  # fmt: skip
def test_texts_read_back(value: str) -> None:
    assert read_text(f"a: {scalar(value)}  # c") == {"a": value}
    assert read_text(f"a: {flow({'b': value, 'c': [value]})}") == {"a": {"b": value, "c": [value]}}
    if value:
        assert read_text(f"{scalar(value)}: 1") == {value: 1}


@pytest.mark.parametrize(
    ("value", "unit", "en", "zh"),
    [
        (2e6, "yuan", "2M", "200万"),
        (1.2e8, "persons", "120M", "1.2亿"),
        (36000.0, "yuan", "36k", "3.6万"),
        (1234567.0, "yuan", "1234567", "1234567"),
        (9999.0, "yuan", "9999", "9999"),
        (0.1 + 0.2, "share", "0.30000000000000004", "0.30000000000000004"),
        (1e-7, "1", "1e-07", "1e-07"),
        (-40000.0, "1", "-40000", "-40000"),
        (2**62, "", str(2**62), str(2**62)),
        (True, "", "true", "true"),
    ],
)
def test_numbers_are_short_where_nothing_is_lost(value: float, unit: str, en: str, zh: str) -> None:
    assert (scalar(value, unit, "en"), scalar(value, unit, "zh")) == (en, zh)


def test_long_texts_are_folded_and_filled() -> None:
    text = " ".join(["word"] * 60)
    assert read_text("\n".join(folded("a", text, 0))) == {"a": text}
    assert read_text("\n".join(folded("a", text + "  two", 0))) == {"a": text + "  two"}
    chinese = "".join("字" for _ in range(200)) + "。"
    lines = list(paragraph(chinese + "\n* " + chinese + "\n\n  kept"))
    assert all(columns(line) <= WIDTH for line in lines)
    assert lines[-2:] == ["#", "#   kept"]
    assert "".join(line.removeprefix("# ") for line in lines[:4]) == chinese
