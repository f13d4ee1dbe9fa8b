"""Measure prsim and its peers in one run, check that they agree, and say what has become slower.

  python -m benchmarks                   everything, on idle cores; about half an hour
  python -m benchmarks --quick           every part at toy size, to see that it works; its figures say nothing
  python -m benchmarks --only peers      one part or several; the others keep their last results
  python -m benchmarks --full            also three and ten million agents, and what takes minutes a run

Parts:
{parts}

It writes latest.md (tables, and the targets with met or missed), history.csv (every figure of every run, with
versions) and two pictures. A figure is called slower when it has lost 10 %, or more than it usually varies by (30 %
until three runs are known), against the median of the last five runs of the same mode on the same processor; only
figures measured against something beside them are compared, since no machine is equally fast at all times.

The peers come with: pip install -c constraints.txt -e ".[bench]"; one that is not there is listed as missing.
The exit code is 1 if a peer's final sizes differ from prsim's by more than chance, else 0.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import growth, history, model, peers, plots, profile, start
from benchmarks.setting import Plan, setting
from benchmarks.tables import newest, page

PARTS = {
    "peers": (peers.measure, "cascades and epidemics against other libraries, on the same graphs"),
    "model": (
        model.measure,
        "the full model's exposures, whole plans and many runs, against the machine's bounds",
    ),
    "growth": (growth.measure, "time and memory against agents, ties, days, stories and exposures"),
    "start": (start.measure, "import, first simulated hour, first compilation, building the world"),
    "profile": (profile.measure, "where the time of one run goes"),
}
RESULTS = Path(__file__).parent / "results"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    listed = "\n".join(f"  {name:<10}{words}" for name, (_, words) in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").format(parts=listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_const", const="quick", dest="mode", help="toy sizes")
    size.add_argument("--full", action="store_const", const="full", dest="mode", help="the largest sizes too")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=PARTS, default=list(PARTS), help="parts to measure"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the results")
    parser.set_defaults(mode="normal")
    return parser.parse_args(arguments)


def say(message: str) -> None:
    """Show progress."""
    print(f"… {message}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write."""
    options = parse(arguments)
    begun, plan, here = time.perf_counter(), Plan(options.mode, say), setting(options.mode)
    file = options.out / "history.csv"
    try:
        past = history.read(file)
    except ValueError as reason:
        print(reason, file=sys.stderr)
        return 2
    found = []
    for name in dict.fromkeys(options.only):
        rows = PARTS[name][0](plan)
        history.append(file, here, rows)  # at once, so that what was measured is kept whatever happens next
        found += rows
    entries = history.read(file)
    shown = [x.row for ones in newest(entries).values() for x in ones]
    text = page(entries, history.compare(past, here, found), plots.draw(shown, options.out))
    (options.out / "latest.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"Written to {options.out} after {time.perf_counter() - begun:.0f} s.")
    apart = [x for x in found if x.measure == "z" and x.met is False]
    for row in apart:
        print(
            f"{row.case}: {row.subject} and prsim are {row.value:+.1f} standard errors apart", file=sys.stderr
        )
    return 1 if apart else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
