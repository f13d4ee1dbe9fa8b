"""``python -m prsim.cli``."""

from __future__ import annotations

import sys

from prsim.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
