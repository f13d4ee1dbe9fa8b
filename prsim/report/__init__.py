"""Tables and pictures from stored results, in English and Chinese; never runs a simulation."""

from __future__ import annotations

from prsim.report.page import render_report, write_report
from prsim.report.tables import KpiRow, summary_table

__all__ = ["KpiRow", "render_report", "summary_table", "write_report"]
