"""Where the pages' templates are, and how they are filled in: everything is escaped, nothing may be missing."""

from __future__ import annotations

import jinja2
from markupsafe import Markup

from prsim.report.charts import clean

__all__ = ["TEMPLATES"]

TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("prsim.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["clean"] = lambda text: Markup(clean(text))
