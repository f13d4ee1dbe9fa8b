"""The parameter register: what can be configured, in which unit and range, and where each value comes from.

``python -m prsim.scenario.register > docs/parameters.md`` writes the table of the documentation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import NoneType
from typing import Any, cast, get_args, get_origin, get_type_hints

from prsim.scenario.build import range_of
from prsim.scenario.fields import Spec, kind_of, walk
from prsim.scenario.root import Scenario

__all__ = ["Row", "declared", "configured", "markdown", "COLUMNS"]

COLUMNS = ("path", "value", "unit", "range", "kind", "source", "doc")


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter.

    Attributes
    ----------
    path
        Dotted key; ``*`` stands for any name (``segments.*.size``).
    value
        The configured value, or the default (``None`` where a value is required).
    unit, range
        Unit, and the allowed values as text.
    source, kind
        Where the value comes from, and ``"fact"``, ``"evidence"`` or ``"assumption"``.
    doc
        What it does.
    inert
        Why it is not expected to change an output, where that is so.
    """

    path: str
    value: Any
    unit: str
    range: str
    source: str
    kind: str
    doc: str
    inert: str

    @property
    def shown(self) -> str:
        """The value as text."""
        if self.value is None:
            return "required"
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, float):
            return f"{self.value:.6g}"
        if isinstance(self.value, Mapping):
            return ", ".join(f"{key} {value}" for key, value in self.value.items()) or "none"
        if isinstance(self.value, tuple):
            return ", ".join(map(str, self.value)) or "none"
        return str(self.value) or "empty"


def declared(*, labels: bool = False) -> tuple[Row, ...]:
    """What can be configured, with defaults.

    Parameters
    ----------
    labels
        Whether names and citations are listed too.
    """
    return tuple(row for row, spec in _declared(Scenario, "") if labels or not spec.label)


def configured(scenario: Scenario, *, labels: bool = False) -> tuple[Row, ...]:
    """The values of a scenario, each with the source of its own entry where that names one."""
    return tuple(
        _row(path, value, spec, source)
        for path, value, spec, source in walk(scenario)
        if labels or not spec.label
    )


def _row(path: str, value: Any, spec: Spec, source: str) -> Row:
    inert = "a name; it changes no number" if spec.label else spec.inert
    return Row(path, value, spec.unit, range_of(spec, unit=False), source, kind_of(source), spec.doc, inert)


def _declared(cls: type, prefix: str) -> Iterator[tuple[Row, Spec]]:
    hints = get_type_hints(cls)
    for f in fields(cls):
        spec: Spec = f.metadata["spec"]
        path = f"{prefix}{f.name}"
        entry, path = _entry(hints[f.name], path, spec)
        if entry is not None:
            yield from _declared(entry, f"{path}.")
        else:
            yield _row(path, _default(f), spec, spec.source), spec


def _entry(hint: Any, path: str, spec: Spec) -> tuple[type | None, str]:
    """The dataclass below a field, and the path pattern of its entries."""
    if is_dataclass(hint):
        return cast(type, hint), path
    args = [arg for arg in get_args(hint) if arg not in (NoneType, Ellipsis)]
    origin = get_origin(hint)
    if origin is tuple:
        return (cast(type, args[0]), f"{path}.*") if is_dataclass(args[0]) else (None, path)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        deeper, below = _entry(args[1], f"{path}.*" if not spec.refs else f"{path}.<{spec.refs}>", spec)
        return deeper, below
    if args and is_dataclass(args[0]):  # optional
        return cast(type, args[0]), path
    return None, path


def _default(f: Field[Any]) -> Any:
    if f.default_factory is not MISSING:
        return f.default_factory()
    return None if f.default is MISSING else f.default


def markdown(rows: Sequence[Row]) -> str:
    """The register as a page of the documentation."""
    out = [_PREFACE]
    section = ""
    for row in rows:
        head = row.path.partition(".")[0] if "." in row.path else "general"
        if head != section:
            section = head
            out.append(
                f"\n## {section}\n\n| key | default | unit | range | source | meaning |\n|---|---|---|---|---|---|\n"
            )
        meaning = row.doc + (f" *No effect on results is expected: {row.inert}.*" if row.inert else "")
        cells = (f"`{row.path}`", row.shown, row.unit, row.range, row.source, meaning)
        out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(out)


_PREFACE = """# Parameters

Written by `python -m prsim.scenario.register` from the declarations in `prsim/scenario/`; do not edit.

Every value is checked against its range before anything runs. `*` stands for a name of your choice, `<topics>` for
the name of a topic. Times may carry a unit (`response.first_h=30min`), numbers a multiplier (`budget.total=2M`),
shares a per cent sign. A source that begins with a letter and a number (`D30`, `M6`) is a fact of the plan or a case
behind it; `assumption` says what it says.
"""


if __name__ == "__main__":
    sys.stdout.write(markdown(declared()))
