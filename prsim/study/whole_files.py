"""Files that appear whole or not at all, whatever ends the process that writes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["part_of", "whole_file", "write_table", "write_text"]


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


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index, as CSV or Parquet by the name of the file."""
    with whole_file(path) as part:
        if path.suffix == ".csv":
            table.to_csv(part, index=False)
        else:
            table.to_parquet(part, index=False)
