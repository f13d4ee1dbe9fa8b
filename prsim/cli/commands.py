"""The command line. Thin; everything it does is in the library."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from prsim.cli.comparing import compare
from prsim.cli.inputs import console_with, get_ready, load, result_folder, split
from prsim.cli.parser import Act, Mistake, build_parser, with_known_command
from prsim.cli.sweeping import run_combinations, sweep
from prsim.errors import ConfigError, PrsimError
from prsim.scenario.names import nearest

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 success, 1 a run failed, 2 the user's input cannot be used, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a sign shows its code instead of failing
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        args = build_parser(_ACTS).parse_args(with_known_command(arguments))
        code: int = args.act(args)
        sys.stdout.flush()
        return code
    except PrsimError as wrong:
        print(f"prsim: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except KeyboardInterrupt as stopped:
        print(f"prsim: {str(stopped) or 'interrupted'}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # prsim list parameters | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(args: argparse.Namespace) -> int:
    if args.multirun:
        return run_combinations(args)
    get_ready(args.words)
    gc.disable()  # loading and importing make no garbage; looking for it takes a tenth of the time
    try:
        loaded = load(args.words)
        scenario = loaded.scenario
        out = result_folder(scenario.out or f"results/{scenario.meta.name}", args.force)

        from prsim.study.main_job import run_main_job

        gc.freeze()  # what is here stays
    finally:
        gc.enable()

    report = run_main_job(scenario, loaded.notes, out, args.force, console_with(loaded.notes, args.quiet))
    print(report)
    return 0


def _warn(args: argparse.Namespace) -> int:
    from prsim.study.warning_job import AGENTS, run_warning_job

    names, overrides = split(args.words)
    if not any(word.startswith("population.agents=") for word in overrides):
        overrides = [*overrides, f"population.agents={AGENTS}"]
    loaded = load(overrides)
    scenario = loaded.scenario
    out = result_folder(scenario.out or f"results/{scenario.meta.name}-warning", args.force)
    asked = {"incidents": names or None, "runs": args.runs, "pairs": args.pairs, "crisis_per_h": args.crisis}
    print(
        run_warning_job(
            scenario, loaded.notes, out, args.force, console_with(loaded.notes, args.quiet), **asked
        )
    )
    return 0


def _show(args: argparse.Namespace) -> int:
    from prsim.scenario.plain import to_yaml

    keys, overrides = split(args.words)
    scenario = load(overrides).scenario
    for key in keys or [""]:
        try:
            print(to_yaml(scenario, key), end="")
        except KeyError as missing:
            part, valid = missing.args
            raise ConfigError.of(key, f"there is no {part!r}", nearest=nearest(part, valid)) from None
    return 0


def _check(args: argparse.Namespace) -> int:
    loaded = load(args.words)
    s = loaded.scenario
    notes = loaded.notes
    if s.population.follower_graph or s.population.chat_graph:
        from prsim.study.api import read_imported

        notes = (*notes, *read_imported(s))
    print(f"{s.meta.name}: {s.horizon_days:g} days from {s.meta.start}, valid. Checked:")
    for line in ("every key, type, unit, range and name", *loaded.checked):
        print(f"  - {line}")
    for note in notes:
        print(f"note: {note}")
    return 0


def _new(args: argparse.Namespace) -> int:
    from prsim.authoring.template import new_file
    from prsim.scenario.compose import DEFAULT_SCENARIO

    base = args.base or DEFAULT_SCENARIO
    file = new_file(
        args.file, base, full=args.full, language=args.language, force=args.force, start=args.start
    )
    lines = len(file.read_text(encoding="utf-8").splitlines())
    print(f"{file}: {lines} lines, from {base}. Edit it, then: prsim check scenario={file}")
    return 0


def _diff(args: argparse.Namespace) -> int:
    from prsim.authoring.in_words import difference_in_words
    from prsim.scenario.load import load as load_scenario

    names, overrides = split(args.words)
    if not 1 <= len(names) <= 2 or (len(names) == 1 and not overrides):
        raise Mistake(
            "diff compares two scenarios, or one with overrides: prsim diff A B, prsim diff A key=value"
        )
    if any(word.startswith("scenario=") for word in overrides):
        raise Mistake("diff takes scenarios without scenario=: prsim diff A B")
    first, second = load_scenario(names[0]), load_scenario(names[-1], overrides)
    changed = "改动后的方案" if args.language == "zh" else "the changed plan"
    called = (names[0], names[1] if len(names) == 2 else changed)
    said = difference_in_words(first, second, called, language=args.language, everything=args.all)
    print("\n".join(said))
    return 0


def _list(args: argparse.Namespace) -> int:
    from prsim.authoring.listing import table

    words, overrides = split(args.words)
    header, rows = table(args.what, overrides, args.language)
    wanted = [w.lower() for w in words]
    found = [row for row in rows if all(w in " ".join(row).lower() for w in wanted)]
    if not found:
        print(
            f"prsim: no {args.what} match {' '.join(words)!r}" if words else f"prsim: no {args.what}",
            file=sys.stderr,
        )
        return 0
    _print_table(header, found)
    return 0


def _print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for a person at a terminal; tab-separated lines for everything else."""
    if not sys.stdout.isatty():
        for row in (header, *rows):
            print("\t".join(row).rstrip())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    table.columns[0].overflow = "fold"
    Console().print(table)


# what does each command; a command of its own file stands beside `sweep`
_ACTS: dict[str, Act] = {
    "run": _run,
    "sweep": sweep,
    "compare": compare,
    "warn": _warn,
    "new": _new,
    "diff": _diff,
    "show": _show,
    "check": _check,
    "list": _list,
}
