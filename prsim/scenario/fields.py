"""How a configured value declares its unit, its plausible range and where it comes from.

Every leaf of the scenario dataclasses is declared with :func:`par`. Validation, ``prsim list``, the
parameter register and the documentation all read these declarations; nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any

_FACT = re.compile(r"^[DXSMC]\d+")


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known about one configured value.

    Attributes
    ----------
    unit
        Unit of the value (``"h"``, ``"persons"``, ``"yuan"``, ``"share"``, ``"1"`` for pure numbers, ``""`` for text).
    lo, hi
        Inclusive bounds outside of which a value is refused.
    source
        A fact id (``"D30"``), a publication, or ``"assumption"``.
    doc
        One line saying what the value does.
    choices
        Allowed words, for text.
    refs
        For names and for mappings keyed by names: the section of the scenario that must contain them.
    sums_to_one
        For mappings of shares.
    label
        True for text that only names things and therefore changes no output but labels.
    inert
        Why no measurable effect is expected of this value, where that is so.
    """

    unit: str
    lo: float | None
    hi: float | None
    source: str
    doc: str
    choices: tuple[str, ...] = ()
    refs: str = ""
    sums_to_one: bool = False
    label: bool = False
    inert: str = ""

    @property
    def kind(self) -> str:
        """``"fact"``, ``"evidence"`` or ``"assumption"``, read off the source."""
        return kind_of(self.source)


def kind_of(source: str) -> str:
    """``"fact"``, ``"evidence"`` or ``"assumption"``, read off a source."""
    if source.startswith("assumption"):
        return "assumption"
    return "fact" if _FACT.match(source) else "evidence"


def par(
    default: Any = MISSING,
    *,
    unit: str = "1",
    lo: float | None = None,
    hi: float | None = None,
    source: str = "assumption",
    doc: str = "",
    choices: Sequence[str] = (),
    refs: str = "",
    sums_to_one: bool = False,
    label: bool = False,
    inert: str = "",
    factory: Callable[[], Any] | None = None,
) -> Any:
    """Declare a dataclass field together with its :class:`Spec`."""
    spec = Spec(unit, lo, hi, source, doc, tuple(choices), refs, sums_to_one, label, inert)
    if factory is not None:
        return field(default_factory=factory, metadata={"spec": spec})
    if default is MISSING:
        return field(metadata={"spec": spec})
    return field(default=default, metadata={"spec": spec})


def title(doc: str = "Name shown to a reader.") -> Any:
    """Declare a label."""
    return par("", unit="", doc=doc, label=True)


def cited() -> Any:
    """Declare the field that names the facts an entry rests on."""
    return par("assumption", unit="", doc="Facts or publications this entry rests on.", label=True)


def specs_of(cls: type) -> Mapping[str, Spec]:
    """The declarations of a configuration dataclass by field name."""
    return {f.name: f.metadata["spec"] for f in fields(cls) if "spec" in f.metadata}


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any, Spec, str]]:
    """Yield ``(path, value, spec, source)`` for every declared leaf below a configuration object.

    A mapping of entities is walked by key; a mapping of numbers yields one row per key. ``source`` is the
    nearest enclosing entry's own citation where it has one, else the declaration's.
    """
    yield from _walk(value, path, "")


def _walk(value: Any, path: str, inherited: str) -> Iterator[tuple[str, Any, Spec, str]]:
    own = getattr(value, "source", "") or inherited
    own = "" if own == "assumption" else own
    for f in fields(value):
        spec: Spec | None = f.metadata.get("spec")
        here = f"{path}.{f.name}" if path else f.name
        item = getattr(value, f.name)
        if spec is None or item is None:
            continue
        if is_dataclass(item):
            yield from _walk(item, here, own)
        elif isinstance(item, Mapping):
            for key, entry in item.items():
                if is_dataclass(entry):
                    yield from _walk(entry, f"{here}.{key}", own)
                elif isinstance(entry, Mapping):
                    for inner, number in entry.items():
                        yield f"{here}.{key}.{inner}", number, spec, own or spec.source
                else:
                    yield f"{here}.{key}", entry, spec, own or spec.source
        elif isinstance(item, tuple) and item and is_dataclass(item[0]):
            for i, entry in enumerate(item):
                yield from _walk(entry, f"{here}.{i}", own)
        else:
            yield here, item, spec, (own if spec.source == "assumption" and own else spec.source)
