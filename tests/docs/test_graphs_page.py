"""The table of the generated layers in docs/graphs.md is what the default scenario has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import prsim

PAGE = (Path(__file__).parents[2] / "docs" / "graphs.md").read_text(encoding="utf-8")


def rows() -> dict[str, tuple[str, str]]:
    table = PAGE.partition("| statistic | follower | chat |")[2].partition("\n\n")[0]
    return {m[1]: (m[2], m[3]) for m in re.finditer(r"^\| (\w+) \| (\S+) \| (\S+) \|$", table, re.MULTILINE)}


@pytest.mark.slow
def test_the_table_is_computed() -> None:
    found = prsim.layer_statistics(prsim.load()).rename(index={"nodes": "agents"})
    assert len(rows()) >= 10
    for name, cells in rows().items():
        for layer, cell in zip(("follower", "chat"), cells, strict=True):
            digits = len(cell.partition(".")[2])
            assert f"{found.loc[name, layer]:.{digits}f}" == cell, (name, layer, found.loc[name, layer])
