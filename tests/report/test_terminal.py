from __future__ import annotations

import io

import pytest

from prsim.report import summary_table
from tests.report.synthetic import make_study

rich_console = pytest.importorskip("rich.console")


def printed(summary: dict[str, object], language: str = "en") -> str:
    from prsim.report.terminal import print_summary

    stream = io.StringIO()
    print_summary(summary, rich_console.Console(file=stream, width=140), language)
    return stream.getvalue()


def test_rows_for_the_terminal() -> None:
    rows = summary_table(make_study(runs=20, days=60).summary)
    assert rows[0] == ("NPS", "≥ 40", "25.6", "23.8 to 27.4", "0% (0%–16%)", "unlikely")
    assert rows[2].target == "≤ −50%"
    assert rows[-1] == ("Media invitation coverage", "≥ 80%", "—", "—", "not measured", "not_measured")
    assert summary_table({}) == []


@pytest.mark.parametrize(("language", "words"), [("en", "Likely met"), ("zh", "大概率达标")])
def test_the_summary_is_printed(language: str, words: str) -> None:
    text = printed(make_study(runs=20, days=60).summary, language)
    assert words in text and ("20 runs" in text or "20 次模拟" in text)


def test_titles_are_not_read_as_markup() -> None:
    summary = make_study(runs=45, days=60).summary
    summary["kpis"][0]["title_en"] = "[bold]x[/nope]"
    assert "[bold]x[/nope]" in printed(summary)


def test_a_study_without_targets_is_said_to_have_none() -> None:
    assert "No targets" in printed({})
