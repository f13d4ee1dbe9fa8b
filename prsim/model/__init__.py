"""The run: the Mesa model and the agents who decide."""

from __future__ import annotations

from prsim.model import mesa_core as mesa_core  # before any of them imports Mesa
