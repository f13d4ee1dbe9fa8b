"""Values as a person would write them into a scenario file, and lines of YAML with their comments."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from prsim.scenario.read import read_text
from prsim.scenario.units import UnitMismatch, number_in

__all__ = ["WIDTH", "commented", "columns", "flow", "folded", "heading", "paragraph", "scalar"]

WIDTH = 110
_COMMENT_AT = 34
_MULTIPLIERS = {"en": (("M", 1e6), ("k", 1e3)), "zh": (("亿", 1e8), ("万", 1e4))}
_SHORT_FROM = 10_000
_PLAIN = re.compile(r"[^\W\d_][\w-]*(?: [\w()-]+)*")
_NOT_TEXT = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"])


def scalar(value: Any, unit: str = "", language: str = "en") -> str:
    """A scalar that reads back as the same value.

    Parameters
    ----------
    value
        Text, number or truth value.
    unit
        Declared unit; numbers that have one may be shortened (``120M``, ``1.2亿``).
    language
        ``"en"`` for k and M, ``"zh"`` for 万 and 亿.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, unit, language)
    return _text(value)


def _number(value: float, unit: str, language: str) -> str:
    whole = float(value).is_integer() and abs(value) < 1e15
    plain = str(int(value)) if whole else repr(value)
    if unit in ("", "1") or not whole or abs(value) < _SHORT_FROM:
        return plain
    for suffix, factor in _MULTIPLIERS[language]:
        short = f"{value / factor:.6g}{suffix}"
        if abs(value) >= factor and len(short.rstrip(suffix).replace(".", "")) <= 4 and "e" not in short:
            try:
                if number_in(short, unit) == value:
                    return short
            except UnitMismatch:
                return plain
    return plain


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    """Plain where it reads back as the same text on a line and in a flow mapping, else quoted."""
    if _PLAIN.fullmatch(value) and value.isprintable() and value.lower() not in _NOT_TEXT:
        return value
    if value and value.isprintable() and value == value.strip() and value[0] not in "<=>":
        try:
            if read_text(f"a: {value} # b") == {"a": value} and read_text(f"a: {{b: {value}}}") == {
                "a": {"b": value}
            }:
                return value
        except yaml.YAMLError:
            pass
    return json.dumps(value, ensure_ascii=False)


def flow(value: Any, unit: str = "", language: str = "en") -> str:
    """A value on one line: ``{events: 0.15, content: 0.25}``, ``[weibo, zhihu]``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v, unit, language)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item, unit, language) for item in value) + "]"
    return scalar(value, unit, language)


def folded(key: str, value: str, indent: int) -> list[str]:
    """A long text as a folded block, where folding keeps it; else on one line."""
    lines = textwrap.wrap(
        value, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    if len(lines) < 2 or " ".join(lines) != value or not value.isprintable():
        return [f"{' ' * indent}{key}: {_text(value)}"]
    return [f"{' ' * indent}{key}: >-", *(f"{' ' * (indent + 2)}{line}" for line in lines)]


def commented(line: str, short: str, long: str = "", source: str = "", joint: str = ": ") -> Iterator[str]:
    """A line with its comment behind it; what is too long for the line stands above it.

    Parameters
    ----------
    line
        The line of YAML.
    short
        What has to stand behind it: unit and range.
    long
        What may stand above: the meaning.
    source
        Where the value comes from.
    joint
        What stands between the two.
    """
    indent = len(line) - len(line.lstrip())
    mark = f"[{source}]" if source else ""
    about = f"{short}{joint}{long}" if short and long else short or long
    whole = " ".join(part for part in (about, mark) if part)
    behind = " ".join(part for part in (short, mark) if part)
    if not whole:
        yield line
    elif _fits(line, whole):
        yield _beside(line, whole)
    elif long and _fits(line, behind):
        yield from paragraph(long, indent)
        yield _beside(line, behind) if behind else line
    elif short and _fits(line, short):
        yield from paragraph(" ".join(part for part in (long, mark) if part), indent)
        yield _beside(line, short)
    else:
        yield from paragraph(
            " ".join(part for part in (long, f"({short})" if short else "", mark) if part), indent
        )
        yield line


def _fits(line: str, comment: str) -> bool:
    return max(columns(line) + 2, _COMMENT_AT) + 2 + columns(comment) <= WIDTH


def _beside(line: str, comment: str) -> str:
    return line + " " * max(2, _COMMENT_AT - columns(line)) + "# " + comment


def paragraph(text: str, indent: int = 0) -> Iterator[str]:
    """A comment on lines of its own, filled to the width.

    Blank lines and lines that begin with two spaces stay as they are; a line that begins with ``* `` begins an item.
    """
    lead = " " * indent + "# "
    for part in _parts(text):
        if not part or part.startswith("  "):
            yield (lead + part).rstrip()
            continue
        hang = "  " if part.startswith("* ") else ""
        for i, line in enumerate(_wrapped(part, WIDTH - len(lead) - len(hang))):
            yield lead + (hang if i else "") + line


def _parts(text: str) -> Iterator[str]:
    """Paragraphs and items, each on one line."""
    part = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith(("  ", "* ")):
            if part:
                yield part
            part = line if line.startswith("* ") else ""
            if not part:
                yield line.rstrip()
        else:
            joins = not part or part[-1] in _NOT_FIRST or columns(part[-1]) == columns(line[0]) == 2
            part = part + line if joins else f"{part} {line}"
    if part:
        yield part


def heading(title: str) -> str:
    """A line that begins a section."""
    return f"# ---- {title} " + "-" * max(4, WIDTH - 8 - columns(title))


def columns(text: str) -> int:
    """Columns that a text takes at a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


_KEPT = "\u00a0%"  # a number and its per cent sign stay on one line
_NOT_FIRST = "，。；：、！？）》”’"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break at spaces, and between Chinese characters."""
    line = ""
    for piece in _pieces(text.replace(" %", _KEPT)):
        if line and columns(line) + columns(piece.rstrip()) > width:
            yield line.replace(_KEPT, " %").rstrip()
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        yield line.replace(_KEPT, " %").rstrip()


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the space behind them, single Chinese characters with their punctuation."""
    pieces: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        last = pieces[-1] if pieces else ""
        joins = sign in _NOT_FIRST or (
            bool(last)
            and not wide
            and not last.endswith(" ")
            and unicodedata.east_asian_width(last[-1]) not in "WF"
        )
        if pieces and (joins or sign == " "):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces
