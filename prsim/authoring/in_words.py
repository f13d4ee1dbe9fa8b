"""The differences of two scenarios as sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

from prsim.authoring.difference import Difference, differences
from prsim.authoring.entries import entry_in_words, kind_in_words
from prsim.authoring.quantities import amount, change, day, shift
from prsim.authoring.sections import SECTIONS
from prsim.authoring.titles import quoted, title_of, title_of_entry
from prsim.scenario.chinese import MEANINGS
from prsim.scenario.root import Scenario

__all__ = ["difference_in_words"]

_MANY = 12  # lines of a section from which on it is summarised
_SINGLE = 10  # values outside of entries that a summary still prints
_NAMED = 5  # entries that a summary names


def difference_in_words(
    a: Scenario, b: Scenario, names: tuple[str, str], *, language: str = "en", everything: bool = False
) -> list[str]:
    """Say how ``b`` differs from ``a``.

    Parameters
    ----------
    a, b
        Two scenarios.
    names
        What the reader calls them.
    language
        ``"en"`` or ``"zh"``.
    everything
        Print every difference, also of sections that differ in many places, and every title and citation.

    Returns
    -------
    list of str
        Lines.
    """
    found = differences(a, b)
    say = _Speaker(a, b, names, language, everything)
    return list(say.everything_of(found))


@dataclass(slots=True)
class _Speaker:
    """Words for the differences of one pair of scenarios."""

    a: Scenario
    b: Scenario
    names: tuple[str, str]
    language: str
    everything: bool
    explained: set[str]

    def __init__(
        self, a: Scenario, b: Scenario, names: tuple[str, str], language: str, everything: bool
    ) -> None:
        self.a, self.b, self.names = a, b, names
        self.language, self.everything = language, everything
        self.explained = set()

    @property
    def zh(self) -> bool:
        return self.language == "zh"

    def everything_of(self, found: Sequence[Difference]) -> Iterator[str]:
        """Head, sections, and what was not said."""
        first, second = self.names
        if not found:
            yield (
                f"{first} 与 {second} 相同（名称除外）：结果也相同。"
                if self.zh
                else f"{first} and {second} say the same, apart from their names: they give the same results."
            )
            return
        shown = [d for d in found if self.everything or not self._silent(d)]
        count = len(shown)
        if self.zh:
            yield f"{first} → {second}：{count} 处不同"
        else:
            yield f"{first} → {second}: {count} difference{'' if count == 1 else 's'}"
        short = False
        for name, section in SECTIONS.items():
            here = [d for d in shown if d.section == name]
            if here:
                yield ""
                yield section.title(self.language)
                many = len(here) > _MANY and not self.everything
                short = short or many
                yield from self._summary(here) if many else self._lines(here)
        yield from self._unsaid(found, shown, short)

    def _unsaid(self, found: Sequence[Difference], shown: Sequence[Difference], short: bool) -> Iterator[str]:
        notes = []
        silent = len(found) - len(shown)
        if all(d.label for d in found):
            notes.append("都是文字，不改变任何数字。" if self.zh else "Texts only: no number differs.")
        if silent:
            notes.append(
                f"另有 {silent} 处标题、来源等文字不同。"
                if self.zh
                else f"{silent} more title{'' if silent == 1 else 's'} or citation{'' if silent == 1 else 's'} differ{'s' if silent == 1 else ''}."
            )
        if silent or short:
            notes.append("加 --all 逐一列出。" if self.zh else "--all prints every one.")
        if notes:
            yield ""
            yield ("" if self.zh else " ").join(notes)

    def _silent(self, d: Difference) -> bool:
        """Titles in the other language, and citations."""
        other = "_en" if self.zh else "_zh"
        return d.label and (d.path.endswith((other, ".source", ".expected")))

    # --- one section -------------------------------------------------------------------------------------

    def _lines(self, here: Sequence[Difference]) -> Iterator[str]:
        """Every difference, those of one entry below its title."""
        group = ""
        for d in here:
            if d.whole_entry:
                yield "  " + self._only(d)
            elif d.entry:
                if d.entry != group:
                    yield "  " + self._entry(d)
                yield "    " + self._changed(d, d.path.removeprefix(d.entry + "."))
            else:
                yield "  " + self._changed(d, d.path)
            group = d.entry

    def _summary(self, here: Sequence[Difference]) -> Iterator[str]:
        """Single values, then counts: entries that only one has, values of entries that both have."""
        single = [d for d in here if not d.entry and not d.whole_entry]
        yield from self._lines(single[:_SINGLE])
        if len(single) > _SINGLE:
            rest = len(single) - _SINGLE
            yield f"  另有 {rest} 个数值不同" if self.zh else f"  {rest} more values differ"
        for which, name in (("only_a", self.names[0]), ("only_b", self.names[1])):
            whole = [d for d in here if d.whole_entry and d.kind == which]
            for kind in dict.fromkeys(type(d.b if d.a is None else d.a) for d in whole):
                entries = [d for d in whole if type(d.b if d.a is None else d.a) is kind]
                yield "  " + self._only_these(entries, name)
        inside = [d for d in here if d.entry]
        if inside:
            titles = list(dict.fromkeys(self._titled(d) for d in inside))
            listed = self._listing(titles)
            if self.zh:
                yield f"  两者都有的 {len(titles)} 个条目中，{len(inside)} 个数值不同：{listed}"
            else:
                entries_text = "1 entry" if len(titles) == 1 else f"{len(titles)} entries"
                yield f"  {len(inside)} values differ in {entries_text} that both have: {listed}"

    def _only_these(self, entries: Sequence[Difference], name: str) -> str:
        if len(entries) == 1:
            return self._only(entries[0])
        titles = [
            self._quoted(self._title(d, d.b if d.a is None else d.a) or d.path.rpartition(".")[2])
            for d in entries
        ]
        kind = kind_in_words(
            entries[0].b if entries[0].a is None else entries[0].a, self.language, len(entries)
        )
        listed = self._listing(titles)
        if self.zh:
            return f"仅 {name} 有：{len(entries)} 个{kind}：{listed}"
        return f"only in {name}: {len(entries)} {kind}: {listed}"

    def _listing(self, titles: Sequence[str]) -> str:
        joint = "、" if self.zh else ", "
        more = 0 if self.everything else len(titles) - _NAMED
        text = joint.join(titles[:_NAMED] if more > 0 else titles)
        if more > 0:
            text += f"等（还有 {more} 个）" if self.zh else f" and {more} more"
        return text

    # --- one difference ----------------------------------------------------------------------------------

    def _only(self, d: Difference) -> str:
        name, scenario = (self.names[0], self.a) if d.kind == "only_a" else (self.names[1], self.b)
        entry = d.a if d.b is None else d.b
        said = entry_in_words(entry, d.path.rpartition(".")[2], scenario, self.language)
        if d.entry:  # a part of an entry that both have
            kind = kind_in_words(entry, self.language)
            said = f"{self._entry(d)}的{kind}" if self.zh else f"{kind} of {self._entry(d)}"
        mark = self._mark(d)
        return f"仅 {name} 有：{said}{mark}" if self.zh else f"only in {name}: {said}{mark}"

    def _entry(self, d: Difference) -> str:
        return self._kinded(d.entry_b, self._titled(d))

    def _kinded(self, entry: Any, title: str) -> str:
        kind = kind_in_words(entry, self.language)
        return f"{kind}{title}" if self.zh else f"{kind} {title}"

    def _titled(self, d: Difference) -> str:
        return self._quoted(self._title(d, d.entry_b) or d.entry.rpartition(".")[2])

    def _title(self, d: Difference, entry: Any) -> str:
        return title_of_entry(entry, self.language, self.a if d.kind == "only_a" else self.b)

    def _quoted(self, text: str) -> str:
        return quoted(text, self.language)

    def _changed(self, d: Difference, label: str) -> str:
        title = self._name(d)
        if title:
            label += f"（{title}）" if self.zh else f" ({title})"
        if isinstance(d.a, tuple) and isinstance(d.b, tuple):
            text = self._lists(d)
        else:
            none = "无" if self.zh else "none"
            before = none if d.a is None else self._said(d.a, d, self.a)
            after = none if d.b is None else self._said(d.b, d, self.b)
            text = f"{before} → {after}"
            how = self._how(d)
            if how:
                text += f"（{how}）" if self.zh else f" ({how})"
        colon = "：" if self.zh else ": "
        return f"{label}{colon}{text}{self._mark(d)}{self._explanation(d)}"

    def _name(self, d: Difference) -> str:
        """Title of what a key names, where it is a name: the line of a split, the topic of a need."""
        if not d.pattern.endswith("*") or not d.spec.refs:
            return ""
        name = d.path.rpartition(".")[2]
        scenario = self.a if d.kind == "only_a" else self.b
        return title_of(scenario, d.spec.refs, name, self.language)

    def _how(self, d: Difference) -> str:
        if d.a is None or d.b is None:
            return ""
        if d.spec.unit == "date":
            return shift(d.a, d.b, self.language)
        if isinstance(d.a, bool) or not isinstance(d.a, int | float):
            return ""
        return change(d.a, d.b, self._unit(d, d.entry_b), self.language)

    def _unit(self, d: Difference, entry: Any) -> str:
        return str(entry.unit) if d.pattern == "targets.*.value" else d.spec.unit

    def _said(self, value: Any, d: Difference, scenario: Scenario) -> str:
        zh = self.zh
        if isinstance(value, bool):
            return ("是" if value else "否") if zh else ("yes" if value else "no")
        if isinstance(value, int | float):
            return amount(value, self._unit(d, d.entry_b), self.language)
        if isinstance(value, Mapping) or is_dataclass(value):
            return "…"
        if value == "":
            return "空" if zh else "empty"
        if d.spec.unit == "date":
            return day(value, self.language)
        if d.spec.refs and (title := title_of(scenario, d.spec.refs, value, self.language)):
            return f"{value}（{title}）" if zh else f"{value} ({title})"
        return self._quoted(value) if d.spec.label else str(value)

    def _lists(self, d: Difference) -> str:
        """What a list gains and loses; its values where they are numbers."""
        if any(is_dataclass(item) for item in (*d.a, *d.b)):
            return f"{len(d.a)} 项 → {len(d.b)} 项" if self.zh else f"{len(d.a)} → {len(d.b)} entries"
        if any(isinstance(item, int | float) for item in (*d.a, *d.b)):
            first, second = (", ".join(f"{item:g}" for item in items) or "–" for items in (d.a, d.b))
            return f"{first} → {second}"
        if not d.a or not d.b:
            empty = "空" if self.zh else "empty"
            before = self._listing([self._said(item, d, self.a) for item in d.a]) or empty
            return f"{before} → {self._listing([self._said(item, d, self.b) for item in d.b]) or empty}"
        gone = [self._said(item, d, self.a) for item in d.a if item not in d.b]
        new = [self._said(item, d, self.b) for item in d.b if item not in d.a]
        parts = []
        if gone:
            parts.append(("去掉 " if self.zh else "without ") + self._listing(gone))
        if new:
            parts.append(("增加 " if self.zh else "with ") + self._listing(new))
        if not parts:
            parts.append("顺序不同" if self.zh else "another order")
        return ("；" if self.zh else "; ").join(parts)

    def _mark(self, d: Difference) -> str:
        if not d.assumed or d.label:
            return ""
        return "［假设］" if self.zh else " [assumption]"

    def _explanation(self, d: Difference) -> str:
        """What a value means, where it is named for the first time."""
        pattern = d.pattern.removesuffix(".*")
        if pattern in self.explained or d.label or not d.spec.doc:
            return ""
        self.explained.add(pattern)
        text = MEANINGS.get(pattern, d.spec.doc) if self.zh else d.spec.doc
        return f" – {text.rstrip('。.')}"
