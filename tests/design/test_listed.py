"""Points that are written out: rows, tables, CSV files, plans by name; a wrong cell is found by row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prsim.design import Design, grid, listed, plans
from prsim.errors import ConfigError
from tests.laboratory import dingtalk

ROWS = [
    {"response.first_h": 0.5, "response.strategy": "fix", "team.crisis": 2},
    {"response.first_h": 12.0, "response.strategy": "deny", "team.crisis": 1},
]


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        make()
    return str(caught.value)


def csv_file(folder: Path, text: str) -> Path:
    file = folder / "points.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_a_table_and_a_file_are_the_same_design(tmp_path: Path) -> None:
    table = pd.DataFrame(ROWS)
    file = tmp_path / "points.csv"
    table.to_csv(file, index=False)
    assert listed(ROWS) == listed(table) == listed(file) == listed(str(file))
    made = listed(ROWS)
    assert [f.name for f in made.factors] == list(ROWS[0])
    assert [dict(p.changes) for p in made.points] == ROWS
    assert [p.key for p in listed(table).points] == [p.key for p in made.points]


def test_a_designs_own_table_is_read_back(tmp_path: Path) -> None:
    made = grid({"response.first_h": [0.5, 2], "response.strategy": ["fix", "deny"], "team.crisis": [1, 2]})
    made.frame().to_csv(tmp_path / "again.csv", index=False)
    again = listed(tmp_path / "again.csv")
    assert again.points == made.points


def test_cells_with_units_truth_values_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = (
        "\ufeffresponse.first_h,response.reply_after_fix,budget.total\n30min,TRUE,2M\n\n1 day,false,300万\n"
    )
    made = listed(csv_file(tmp_path, text))
    assert [dict(p.changes) for p in made.points] == [
        {"response.first_h": 0.5, "response.reply_after_fix": True, "budget.total": 2e6},
        {"response.first_h": 24.0, "response.reply_after_fix": False, "budget.total": 3e6},
    ]
    assert made.points[0].levels["response.reply_after_fix"] == "true"


def test_lines_have_their_titles() -> None:
    made = listed([{"budget.split.events": 0.2, "budget.split.content": 0.2}], dingtalk())
    assert [f.title_zh for f in made.factors] == ["活动", "内容制作"]


def test_plans_are_bundles_of_changes() -> None:
    made = plans(
        {
            "base": {},
            "fast": {"response.first_h": 0.5, "response.statement_h": 2},
            "calm": {"incidents": "none"},
        }
    )
    assert [p.levels["plan"] for p in made.points] == ["base", "fast", "calm"]
    assert made.points[0].changes == {} and made.points[2].changes == {"incidents": "none"}
    assert made.factors[0].scale == "category"
    assert len(made.cross(grid({"team.crisis": [1, 2]}))) == 6


CELLS = [
    (
        "response.first_h,team.crisis\n1,2\nfast,2\n",
        "points.csv, row 3, column 'response.first_h': 'fast' is not a number",
    ),
    ("response.first_h,team.crisis\n1,2\n\n3,\n", "points.csv, row 4, column 'team.crisis': is empty"),
    ("response.first_h,team.crisis\n1,2\n3\n", "points.csv, row 3: has 1 cells, the first row has 2"),
    ("response.first_h,response.first_h\n1,2\n", "row 1, column 2: 'response.first_h' stands twice"),
    ("response.first_h,\n1,2\n", "row 1, column 2: has no name"),
    ("response.first_hours\n1\n", "did you mean 'response.first_h'?"),
    ("response.first_h\n1\n2\n1.0\n", "design.points.2: is the same as point 0"),
    ("response.first_h\n", "points: is empty"),
    ("", "has no first row that names the keys"),
    ('response.first_h\n"1\n', "is not a table of comma-separated values"),
    ("point\n1\n", "has no column that names a key"),
    ("seed\n1\n", "cannot be varied"),
]


@pytest.mark.parametrize(("text", "says"), CELLS)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path: Path, text: str, says: str) -> None:
    assert says in refusal(lambda: listed(csv_file(tmp_path, text)))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    csv_file(tmp_path, "response.first_h\n1\n")
    assert "did you mean 'points.csv'?" in refusal(lambda: listed(tmp_path / "point.csv"))
    assert "cannot be read" in refusal(lambda: listed(tmp_path))
    (tmp_path / "latin.csv").write_bytes(b"response.first_h\n\xff\xfe\n")
    assert "is not UTF-8 text" in refusal(lambda: listed(tmp_path / "latin.csv"))
    (tmp_path / "large.csv").write_bytes(b"response.first_h\n" + b"1\n" * 10_000_001)
    assert "is larger than 20 MB" in refusal(lambda: listed(tmp_path / "large.csv"))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: listed([]), "points: is empty"),
        (lambda: listed([{}]), "has no column"),
        (lambda: listed([1]), "points.0: is not a mapping"),  # type: ignore[list-item]
        (lambda: listed([ROWS[0], {"response.first_h": 1}]), "row 1, column 'response.strategy': is empty"),
        (
            lambda: listed([{"team.crisis": 1}, {"team.crisis": 2, "team.crises": 3}]),
            "did you mean 'team.crisis'?",
        ),
        (lambda: listed(pd.DataFrame({"team.crisis": [1, np.nan]})), "row 1, column 'team.crisis': is empty"),
        (lambda: listed([{"team.crisis": i} for i in range(100_001)]), "has 100,001 points"),
        (lambda: plans({}), "levels: is empty"),
        (lambda: plans({"a": 3}), "levels.a: is not a mapping"),  # type: ignore[dict-item]
        (lambda: plans({"a": {"response.first_hour": 1}}), "did you mean 'response.first_h'?"),
        (lambda: plans({"a": {"team.crisis": 1}, "b": {"team.crisis": 1.0}}), "is the same as point 0"),
    ],
)
def test_what_is_refused(make: Callable[[], Design], says: str) -> None:
    assert says in refusal(make)
