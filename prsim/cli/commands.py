"""The command line. Thin; everything it does is in the library."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from prsim import __version__
from prsim.cli.texts import DESCRIPTION, EXAMPLES, OVERRIDES
from prsim.errors import ConfigError, PrsimError, ResultsExist
from prsim.scenario.names import nearest

if TYPE_CHECKING:
    from rich.console import Console

    from prsim.scenario.load import Loaded

__all__ = ["main"]

_COMMANDS = ("run", "new", "check", "diff", "show", "list", "warn")
_VALUED = (
    "--from",
    "--start",
    "--language",
    "--runs",
    "--pairs",
    "--crisis",
)  # options that are followed by a value
_LISTS = ("scenarios", "experiments", "groups", "parameters", "metrics", "incidents")


class _Mistake(PrsimError):
    """A command line that cannot be understood."""

    exit_code = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Mistake(f"{message} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 success, 1 a run failed, 2 the user's input cannot be used, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a sign shows its code instead of failing
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        args = _parser().parse_args(_with_known_command(arguments))
        code: int = args.act(args)
        sys.stdout.flush()
        return code
    except PrsimError as wrong:
        print(f"prsim: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except KeyboardInterrupt:
        print("prsim: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # prsim list parameters | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="prsim",
        description=DESCRIPTION,
        epilog=f"{EXAMPLES['']}\n{OVERRIDES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"prsim {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, says: str, act: object) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=says,
            description=says[0].upper() + says[1:] + ".",
            epilog=EXAMPLES[name] + ("" if name == "new" else f"\n{OVERRIDES}"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(act=act)
        return sub

    run = command("run", "simulate a scenario and write a report", _run)
    warn = command("warn", "measure the warning system: hits, false alarms, what tools are worth", _warn)
    warn.add_argument("--runs", type=int, default=200, metavar="N", help="incidents (default: 200)")
    warn.add_argument(
        "--pairs", type=int, default=30, metavar="N", help="crises run again at each tool level"
    )
    warn.add_argument("--crisis", type=float, metavar="N", help="negative posts an hour that make a crisis")
    for sub in (run, warn):
        sub.add_argument("--force", action="store_true", help="overwrite existing results")
        sub.add_argument("--quiet", action="store_true", help="no progress; print only the report's path")
    new = command("new", "write a commented scenario file to start your own plan from", _new)
    new.add_argument("file", metavar="FILE.yaml", help="the file to write")
    new.add_argument(
        "--from",
        dest="base",
        metavar="SCENARIO",
        help="name or file to start from (default: the default scenario)",
    )
    new.add_argument("--start", metavar="DATE", default="", help="another first day; all dates move with it")
    new.add_argument("--full", action="store_true", help="write every value and inherit nothing")
    new.add_argument("--force", action="store_true", help="overwrite the file if it is there")
    diff = command("diff", "say in words how two scenarios differ", _diff)
    diff.add_argument("--all", action="store_true", help="every difference, where there are many too")
    show = command("show", "print the composed configuration, or a part of it, as YAML", _show)
    check = command("check", "validate a scenario without running it", _check)
    lists = command("list", "list what there is", _list)
    lists.add_argument("what", choices=_LISTS, metavar="WHAT", help=f"one of {', '.join(_LISTS)}")
    for sub, says in (
        (new, "language of the comments and of the report"),
        (diff, "language of the sentences"),
        (lists, "language of the titles"),
    ):
        sub.add_argument("--language", choices=("en", "zh"), default="en", help=f"{says}: en or zh")
    for sub, metavar, says in (
        (run, "key=value", "overrides, see below"),
        (warn, "[INCIDENT] key=value", "incidents of the library, and overrides, see below"),
        (diff, "SCENARIO", "one or two scenarios (names or files), and overrides, see below"),
        (show, "[KEY] key=value", "a dotted key to print, and overrides, see below"),
        (check, "key=value", "overrides, see below"),
        (lists, "[FILTER] key=value", "words to look for, and overrides, see below"),
    ):
        sub.add_argument("words", nargs="*", metavar=metavar, help=says)
    return parser


def _with_known_command(arguments: list[str]) -> list[str]:
    """Say what was meant where the first word is no command."""
    if not arguments:
        return ["--help"]
    first = arguments[0]
    if first in _COMMANDS:  # options may stand anywhere between the overrides
        rest: list[str] = []
        for word in [*arguments[1:], "-"]:
            if rest and rest[-1] in _VALUED:
                if word.startswith("-"):
                    raise _Mistake(f"{rest[-1]} needs a value (see prsim {first} --help)")
                rest[-1] += f"={word}"
            elif word != "-":
                rest.append(word)
        return [first, *sorted(rest, key=lambda word: not word.startswith("-"))]
    if first.startswith("-"):
        return arguments
    if "=" in first or first.startswith("~"):
        raise _Mistake(f"which command? did you mean: prsim run {' '.join(arguments)}")
    near = nearest(first, _COMMANDS)
    hint = f"; did you mean {near!r}?" if near else ""
    raise _Mistake(f"unknown command {first!r}{hint} Commands: {', '.join(_COMMANDS)}")


def _run(args: argparse.Namespace) -> int:
    from prsim.study.workers import get_ready

    get_ready()
    gc.disable()  # loading and importing make no garbage; looking for it takes a tenth of the time
    try:
        loaded = _load(args.words)
        scenario = loaded.scenario
        out = _folder(scenario.out or f"results/{scenario.meta.name}", args.force)

        from prsim.study.main_job import run_main_job
    finally:
        gc.enable()

    report = run_main_job(scenario, loaded.notes, out, args.force, _console(loaded, args.quiet))
    print(report)
    return 0


def _warn(args: argparse.Namespace) -> int:
    from prsim.study.warning_job import AGENTS, run_warning_job

    names, overrides = _split(args.words)
    if not any(word.startswith("population.agents=") for word in overrides):
        overrides = [*overrides, f"population.agents={AGENTS}"]
    loaded = _load(overrides)
    scenario = loaded.scenario
    out = _folder(scenario.out or f"results/{scenario.meta.name}-warning", args.force)
    asked = {"incidents": names or None, "runs": args.runs, "pairs": args.pairs, "crisis_per_h": args.crisis}
    print(run_warning_job(scenario, loaded.notes, out, args.force, _console(loaded, args.quiet), **asked))
    return 0


def _folder(name: str, force: bool) -> Path:
    """A folder for results; refused where results would be lost."""
    out = Path(name)
    if not force and out.is_dir() and any(out.iterdir()):
        raise ResultsExist(str(out))
    if out.exists() and not out.is_dir():
        raise ConfigError.of("out", f"{out} is a file; name a folder")
    return out


def _console(loaded: Loaded, quiet: bool) -> Console:
    """Where progress goes, with the notes of loading on it."""
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    for note in loaded.notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    return console


def _show(args: argparse.Namespace) -> int:
    from prsim.scenario.plain import to_yaml

    keys, overrides = _split(args.words)
    scenario = _load(overrides).scenario
    for key in keys or [""]:
        try:
            print(to_yaml(scenario, key), end="")
        except KeyError as missing:
            part, valid = missing.args
            raise ConfigError.of(key, f"there is no {part!r}", nearest=nearest(part, valid)) from None
    return 0


def _check(args: argparse.Namespace) -> int:
    loaded = _load(args.words)
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
    from prsim.scenario.load import load

    names, overrides = _split(args.words)
    if not 1 <= len(names) <= 2 or (len(names) == 1 and not overrides):
        raise _Mistake(
            "diff compares two scenarios, or one with overrides: prsim diff A B, prsim diff A key=value"
        )
    if any(word.startswith("scenario=") for word in overrides):
        raise _Mistake("diff takes scenarios without scenario=: prsim diff A B")
    first, second = load(names[0]), load(names[-1], overrides)
    changed = "改动后的方案" if args.language == "zh" else "the changed plan"
    called = (names[0], names[1] if len(names) == 2 else changed)
    said = difference_in_words(first, second, called, language=args.language, everything=args.all)
    print("\n".join(said))
    return 0


def _list(args: argparse.Namespace) -> int:
    from prsim.authoring.listing import table

    words, overrides = _split(args.words)
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


def _load(overrides: Sequence[str]) -> Loaded:
    from prsim.scenario.load import load_with_notes

    return load_with_notes(overrides=overrides)


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Plain words, and overrides."""
    overrides = [w for w in words if "=" in w or w.startswith("~")]
    return [w for w in words if w not in overrides], overrides
