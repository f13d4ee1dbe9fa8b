"""Every word of the report, in English and Chinese, in one place; titles of a study come from its summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prsim.report.glossary import GLOSSARY
from prsim.report.phrases import TEXT
from prsim.report.titles import KINDS, METRICS

__all__ = ["LANGUAGES", "Words"]

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Words:
    """Looks up texts in one language.

    ``names`` holds what the scenario calls its own topics, formats, platforms and levels: ``topic:price`` → Price.

    Raises
    ------
    ValueError
        When the language is neither ``en`` nor ``zh``.
    """

    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {self.language!r}")

    def __call__(self, key: str, **parts: object) -> str:
        """The text of a key with its parts filled in; an unknown key raises KeyError."""
        text = TEXT[key][self._column]
        return text.format(**parts) if parts else text

    @property
    def _column(self) -> int:
        return LANGUAGES.index(self.language)

    def metric(self, name: str) -> str:
        """The title of a measure; an unknown one is its name in words."""
        stem, _, detail = name.partition(":")
        title = METRICS[stem][self._column] if stem in METRICS else _in_words(stem)
        return f"{title}: {self.named('format', detail)}" if detail else title

    def named(self, kind: str, name: str) -> str:
        """What the scenario calls one of its topics, formats, platforms or levels."""
        return self.names.get(f"{kind}:{name}") or _in_words(name)

    def kind(self, name: str) -> str:
        """What an event of this kind is called."""
        return KINDS[name][self._column] if name in KINDS else _in_words(name)

    def status(self, name: str) -> str:
        """What the odds of a target amount to."""
        key = f"status_{name}"
        return self(key) if key in TEXT else name

    def verdict(self, name: str) -> str:
        """What a paired difference amounts to."""
        key = f"verdict_{name.replace(' ', '_')}"
        return self(key) if key in TEXT else name

    def inline(self, name: str) -> str:
        """The title of a measure as it stands within a sentence."""
        title = self.metric(name)
        return title[0].lower() + title[1:] if title[1:2].islower() else title

    def listing(self, items: list[str]) -> str:
        """``a, b and c`` or ``a、b 和 c``."""
        if len(items) < 2:
            return "".join(items)
        if self.language == "zh":
            return "、".join(items[:-1]) + "和" + items[-1]
        return ", ".join(items[:-1]) + " and " + items[-1]

    def glossary(self) -> list[tuple[str, str]]:
        """(term, meaning) pairs."""
        return [(row[self._column], row[2 + self._column]) for row in GLOSSARY]


def _in_words(name: str) -> str:
    return name.replace("_", " ").strip()
