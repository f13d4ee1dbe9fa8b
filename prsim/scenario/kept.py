"""Composed configurations, kept between runs: composing with Hydra takes a second, reading the result a millisecond.

A text is kept under the hash of everything it depends on, so nothing here is ever out of date, and losing it costs
only time. Plain JSON in the user's cache folder; nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

__all__ = ["keep", "kept"]

_MOST = 64  # files; the oldest go first


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prsim" / "composed"


def _file(asked: str) -> Path:
    return _folder() / f"{hashlib.blake2b(asked.encode(), digest_size=16).hexdigest()}.json"


def kept(asked: str) -> str | None:
    """The JSON object kept as the answer to ``asked``; None where there is none that can be read."""
    try:
        text = _file(asked).read_text(encoding="utf-8")
        return text if isinstance(json.loads(text), dict) else None
    except (OSError, ValueError, RuntimeError):  # RuntimeError: there is no home folder
        return None


def keep(asked: str, text: str) -> None:
    """Keep the answer to ``asked``; where nothing can be written, do without."""
    with suppress(OSError, RuntimeError):
        file = _file(asked)
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}")
        half.write_text(text, encoding="utf-8")
        half.replace(file)
        for old in sorted(file.parent.iterdir(), key=lambda f: f.stat().st_mtime)[:-_MOST]:
            old.unlink()
