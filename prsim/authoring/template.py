"""A scenario file to start from: the values of another scenario, each explained on its line."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from prsim.authoring.annotated import Annotated
from prsim.authoring.moved import moved
from prsim.authoring.sections import SECTIONS
from prsim.authoring.yaml_text import heading, paragraph, scalar
from prsim.errors import ConfigError
from prsim.scenario.compose import DEFAULT_SCENARIO, compose_plain
from prsim.scenario.fields import Spec
from prsim.scenario.load import load
from prsim.scenario.read import is_file_name
from prsim.scenario.root import Scenario

__all__ = ["SHORT", "new_file", "template"]

# What planners change, * standing for any name; a file with a base states these and inherits the rest.
_CHANGED = {
    "meta": "title_en title_zh question_en question_zh start",
    "budget": "total kept split",
    "budget.phases.*": "start end share",
    "budget.reserve": "line leftover release_line release_date",
    "segments.*": "size user_share needs nps trust_mean satisfaction_mean",
    "activities.*": "title_en title_zh start days every_days until lines buys",
    "incidents.schedule.*": "use start",
    "incidents.random": "per_year by_topic library follow_up",
    "response": "first_h analysis_h statement_h strategy playbook",
    "team": "monitoring media content crisis hours_per_week coordination",
    "targets.*": "metric segment op value relative over",
}
_OPTIONS = {  # left out where they are empty
    "activities.*": "every_days until",
    "incidents.random": "by_topic follow_up",
    "targets.*": "segment relative",
}


def _patterns(below: dict[str, str]) -> frozenset[str]:
    return frozenset(f"{head}.{key}" for head, keys in below.items() for key in keys.split())


SHORT = _patterns(_CHANGED) | {"horizon_days", "language"}
_UNLESS_USED = _patterns(_OPTIONS)
_NEVER = frozenset({"meta.name", "out"})  # the name is the file's, and the result folder follows from it


def new_file(
    file: str | Path,
    base: str = DEFAULT_SCENARIO,
    *,
    full: bool = False,
    language: str = "en",
    force: bool = False,
    start: str = "",
) -> Path:
    """Write a scenario file to start from (see :func:`template`).

    Parameters
    ----------
    file
        Where to; ends in ``.yaml``.
    base
        Name of a scenario, or path of a file.
    full, language
        As for :func:`template`.
    force
        Overwrite a file that is there.
    start
        Another first day; every date moves with it (see :func:`prsim.authoring.moved.moved`).

    Raises
    ------
    ConfigError
        If the base cannot be loaded, or the file cannot be written.
    """
    path = Path(file)
    if path.suffix != ".yaml" or not path.stem:
        said = path.with_suffix(".yaml") if path.stem and path.name not in ("", "..") else "mine.yaml"
        raise ConfigError.of("", f"the file's name has to end in .yaml, for example {said}", given=str(file))
    if path.is_dir() or (path.exists() and not force):
        what = (
            "is a folder"
            if path.is_dir()
            else "is already there; take another name, or overwrite it with --force"
        )
        raise ConfigError.of("", f"{path} {what}", given=str(file))
    if not full and is_file_name(base) and Path(base).expanduser().resolve() == path.resolve():
        raise ConfigError.of(
            "", f"{path} cannot be based on itself; take another name, or --full", given=base
        )
    scenario = load(base)
    if start:
        scenario = moved(scenario, start)
        if not full:
            _refuse_unmoved(scenario, base)
    text = template(scenario, path, base, full=full, language=language)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise ConfigError.of("", f"{path} cannot be written: {wrong.strerror or wrong}") from None
    return path


def _refuse_unmoved(scenario: Scenario, base: str) -> None:
    """Refuse to inherit entries that the loaded scenario has left out: their dates would stay where they are."""
    inherited = compose_plain(base).plain.get("activities", {})
    left_out = [name for name in inherited if name not in scenario.activities]
    if left_out or scenario.calendar_days:
        what = "its base leaves out entries that the file would inherit with their old dates; add --full"
        raise ConfigError.of("meta.start", f"{what} ({', '.join(left_out) or 'incidents'})")


def template(scenario: Scenario, file: Path, base: str, *, full: bool = False, language: str = "en") -> str:
    """A commented scenario file that runs to the same result as the scenario it is made from.

    Parameters
    ----------
    scenario
        The loaded scenario whose values are written out.
    file
        Where the text is going to be written; a base that is a file is named relative to it.
    base
        Name or path of that scenario.
    full
        Write everything and inherit nothing; otherwise what planners change (:data:`SHORT`) above a ``base``.
    language
        ``"en"`` or ``"zh"``: language of the comments and of the file's report.

    Returns
    -------
    str
        YAML with a comment behind every value.
    """
    words = {
        "file": file.as_posix(),
        "base": base,
        "line": next(iter(scenario.budget.lines), "NAME"),
        "entry": next(iter(scenario.activities), "NAME"),
        "commands": _commands(file.as_posix(), base, language),
    }
    page = (
        Annotated(scenario, language, never=_NEVER)
        if full
        else Annotated(scenario, language, SHORT, _UNLESS_USED, _NEVER)
    )
    lines = list(paragraph((_HEAD_FULL if full else _HEAD)[language].format(**words)))
    if not full:
        lines += ["", f"base: {scalar(_relative(base, file) if is_file_name(base) else base)}"]
    for section in SECTIONS.values():
        body = [line for key in section.keys for line in _top(page, key)]
        if body:
            lesson = section.lesson(language).format(**words)
            lines += ["", heading(section.title(language)), *paragraph(lesson), *body]
        if "activities" in section.keys and not full:
            lines += _example(scenario, language)
    lines += ["", *paragraph((_FOOT_FULL if full else _FOOT)[language].format(**words))]
    return "\n".join(lines) + "\n"


def _commands(file: str, base: str, language: str) -> str:
    """What one does with the file, as a table."""
    zh = language == "zh"
    rows = (
        (
            f"prsim check scenario={file}",
            "是否有效，有什么要注意" if zh else "is it valid, and what should I know?",
        ),
        (
            f"prsim diff {base} {file}" + (" --language zh" if zh else ""),
            "与起点有何不同" if zh else "how does it differ from where it began?",
        ),
        (f"prsim run scenario={file}", "运行并生成报告" if zh else "simulate it and write a report"),
    )
    wide = max(len(command) for command, _ in rows) + 4
    return "\n".join(f"  {command:<{wide}}{says}" for command, says in rows)


def _relative(base: str, file: Path) -> str:
    """The base as seen from the new file's folder."""
    path = Path(base).expanduser().resolve()
    try:
        return Path(os.path.relpath(path, file.resolve().parent)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _top(page: Annotated, key: str) -> list[str]:
    """The lines of a key at the top of the scenario."""
    spec: Spec = Scenario.__dataclass_fields__[key].metadata["spec"]
    value = page.language if key == "language" else getattr(page.scenario, key)
    if key == "calendar_days" and not value:
        return []
    return list(page.item(key, value, spec, key))


def _example(scenario: Scenario, language: str) -> list[str]:
    """A further activity, commented out, with every key that it can have."""
    if not scenario.activities:
        return []
    entry = replace(
        next(iter(scenario.activities.values())),
        title_en="My activity",
        title_zh="我的活动",
        expected="",
        source="assumption",
    )
    body = Annotated(scenario, language).fields_of(entry, "activities.*", 4)
    text = ["  my_activity:", *body]
    return ["", *paragraph(_EXAMPLE[language], 2), *("  #" + line[1:].rstrip() for line in text)]


_HEAD = {
    "en": """\
A plan of your own that begins as a copy of {base}. Only what planners change stands here; everything else is inherited.

{commands}

How to read and change it
* Behind a value stand its unit and the allowed range, what it means, and in brackets where it comes from: facts of the plan
(D30), a publication, or "assumption". The first entry of its kind (the first segment, the first activity) explains them all.
* A value you change is yours: say where it comes from with `source: …` in its entry.
* Numbers may carry units: 30min, 2 days, 800k, 1.5M, 2万, 35%.
* What you delete here is inherited again. To take an entry away, write null: `activities: {{{entry}: null}}`, or
`lines: {{{line}: null}}`. A list in brackets replaces the inherited list as a whole.""",
    "zh": """\
你自己的方案，起点是 {base} 的副本。这里只列出策划者常改的内容，其余全部继承。

{commands}

怎么读，怎么改
* 数值后面依次是单位和允许范围、含义，方括号里是来源：方案中的事实（D30）、文献，或“假设”。
同类条目（人群、活动等）只在第一个条目里逐项解释。
* 改过的数值是你自己的：在该条目里用 `source: …` 写明依据。
* 数字可以带单位：30min、2 days、800k、1.5M、2万、1.2亿、35%。
* 在这里删掉的内容会重新被继承。要去掉一个条目，请写 null：`activities: {{{entry}: null}}`，或
`lines: {{{line}: null}}`。方括号中的列表整体替换继承的列表。""",
}
_HEAD_FULL = {
    "en": """\
A plan of your own, complete: every value of {base}, and nothing is inherited.

{commands}

How to read and change it
* Behind a value stand its unit and the allowed range, what it means, and in brackets where it comes from: facts of the plan
(D30), a publication, or "assumption". The first entry of its kind (the first segment, the first activity) explains them all.
* Entries name theirs as `source`; when you change a value, change its source too.
* Numbers may carry units: 30min, 2 days, 800k, 1.5M, 2万, 35%.
* A value that you delete falls back to its default where it has one. An entry that you delete is gone, and whatever
names it is refused until it is changed too.""",
    "zh": """\
你自己的方案，完整版：{base} 的全部数值，不继承任何内容。

{commands}

怎么读，怎么改
* 数值后面依次是单位和允许范围、含义，方括号里是来源：方案中的事实（D30）、文献，或“假设”。
同类条目（人群、活动等）只在第一个条目里逐项解释。
* 条目的来源写在 `source` 里，
改数值时也要改来源。
* 数字可以带单位：30min、2 days、800k、1.5M、2万、1.2亿、35%。
* 删掉的数值回到默认值（若有）；删掉的条目就没有了，其他地方若还提到它会被拒绝，要一并修改。""",
}
_EXAMPLE = {
    "en": "A further activity: take the # away, give it a name of its own, and take its money from another one.",
    "zh": "新增活动：去掉 #，取一个自己的名称，并从别的活动里让出钱来。",
}
_FOOT = {
    "en": """\
What does not stand here: `prsim show scenario={file}` prints the whole plan, `prsim list parameters` says what each
value means. Any of it can be set here, in its section. `prsim new OTHER.yaml --from {file} --full` writes all of it.""",
    "zh": """\
这里没有列出的内容：`prsim show scenario={file}` 打印整个方案，`prsim list parameters` 说明每个数值的含义。
任何一个都可以写进本文件相应的部分。`prsim new OTHER.yaml --from {file} --full` 会写出全部内容。""",
}
_FOOT_FULL = {
    "en": "`prsim list parameters` lists every value a scenario can have, with default and source.",
    "zh": "`prsim list parameters` 列出方案可以设定的全部数值及其默认值和来源。",
}
