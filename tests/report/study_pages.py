"""Reading a study's page: its sections, their text, the hints of their drawings."""

from __future__ import annotations

import re
from html import unescape

import pandas as pd

from tests.report.synthetic_study import SyntheticStudy


def section(page: str, ident: str) -> str:
    return re.findall(rf'<section id="{ident}">(.*?)</section>', page, re.DOTALL)[0]


def said(page: str, ident: str = "answer") -> str:
    """The text of a section."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section(page, ident))))


def hints(page: str, ident: str) -> list[str]:
    return [unescape(hint) for hint in re.findall(r"<title>(.*?)</title>", section(page, ident))]


def means(study: SyntheticStudy, metric: str, statistic: str = "mean") -> pd.Series:
    """Mean over the replicates by point, by another way than the report's."""
    rows = study.tables["summaries"]
    rows = rows[(rows["segment"] == "all") & (rows["metric"] == metric) & (rows["statistic"] == statistic)]
    return rows.groupby("point")["value"].mean()
