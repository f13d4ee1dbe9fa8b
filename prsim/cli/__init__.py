"""The command line. Thin; everything it does is in the library."""

from __future__ import annotations

from prsim.cli.commands import main

__all__ = ["main"]
