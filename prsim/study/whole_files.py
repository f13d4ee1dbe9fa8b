"""Files that appear whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["part_of", "whole_file", "write_text"]


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name; the dot says that it was never finished."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to; what is there becomes ``path`` if nothing goes wrong."""
    part = part_of(path)
    yield part
    os.replace(part, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
