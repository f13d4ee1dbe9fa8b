"""What commands have in common: scenarios from words, folders for results, a place for progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prsim.errors import ConfigError, ResultsExist

if TYPE_CHECKING:
    from rich.console import Console

    from prsim.scenario.load import Loaded

__all__ = ["console_with", "get_ready", "load", "result_folder", "split", "workers_in"]

_MOST_WORKERS = 10_000


def load(overrides: Sequence[str]) -> Loaded:
    """The scenario that overrides ask for."""
    from prsim.scenario.load import load_with_notes

    return load_with_notes(overrides=overrides)


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Plain words, and overrides."""
    overrides = [w for w in words if "=" in w or w.startswith("~")]
    return [w for w in words if w not in overrides], overrides


def result_folder(name: str, force: bool) -> Path:
    """A folder for results; refused where results would be lost."""
    out = Path(name)
    if not force and out.is_dir() and any(out.iterdir()):
        raise ResultsExist(str(out))
    if out.exists() and not out.is_dir():
        raise ConfigError.of("out", f"{out} is a file; name a folder")
    return out


def workers_in(options: Mapping[str, str]) -> int:
    """The processes that ``workers=`` asks for; 0 for as many as there are cores."""
    text = options.get("workers", "auto")
    if text == "auto":
        return 0
    if not text.isdecimal() or int(text) > _MOST_WORKERS:
        what = f"{text!r} is no number of processes"
        raise ConfigError.of("workers", what, allowed=f"auto, or 1 … {_MOST_WORKERS:,}")
    return int(text)


def get_ready(words: Sequence[str]) -> None:
    """Let the server of worker processes import what they need; with ``workers=1`` this process does it all."""
    if "workers=1" not in words:
        from prsim.study import workers

        workers.get_ready()


def console_with(notes: Sequence[str], quiet: bool) -> Console:
    """Where progress goes, with the notes of loading on it."""
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    for note in notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    return console
