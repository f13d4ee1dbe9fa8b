from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laboratory import TINY


@pytest.fixture
def tiny() -> Path:
    return TINY


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def to_file(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file
