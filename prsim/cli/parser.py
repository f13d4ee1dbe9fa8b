"""The grammar of the command line: commands, their options, and what was meant where there is a mistake."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import NoReturn

from prsim import __version__
from prsim.cli.texts import DESCRIPTION, EXAMPLES, OVERRIDES
from prsim.errors import PrsimError
from prsim.scenario.names import nearest

__all__ = ["COMMANDS", "Act", "Mistake", "build_parser", "with_known_command"]

#: Does what a command line says and returns the exit code.
type Act = Callable[[argparse.Namespace], int]

COMMANDS = ("run", "new", "check", "diff", "show", "list", "warn", "sweep", "compare")
_VALUED = (
    "--from",
    "--start",
    "--language",
    "--runs",
    "--pairs",
    "--crisis",
    "--metric",
    "--segment",
    "--precision",
    "--level",
    "--best",
    "--within",
)  # options that are followed by a value
_LISTS = ("scenarios", "experiments", "groups", "parameters", "metrics", "incidents")


class Mistake(PrsimError):
    """A command line that cannot be understood."""

    exit_code = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Mistake(f"{message} (see {self.prog} --help)")


def build_parser(acts: Mapping[str, Act]) -> argparse.ArgumentParser:
    """The parser of all commands; ``acts`` says what does each."""
    parser = _Parser(
        prog="prsim",
        description=DESCRIPTION,
        epilog=f"{EXAMPLES['']}\n{OVERRIDES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"prsim {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, says: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=says,
            description=says[0].upper() + says[1:] + ".",
            epilog=EXAMPLES[name] + ("" if name == "new" else f"\n{OVERRIDES}"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(act=acts[name])
        return sub

    run = command("run", "simulate a scenario and write a report")
    run.add_argument("-m", "--multirun", action="store_true", help="every combination of key=a,b, each whole")
    sweep = command("sweep", "run an experiment: every point with every seed, resumable at any moment")
    sweep.add_argument("--resume", action="store_true", help="go on with the study that is there")
    compare = command("compare", "say which plan is better, and how sure that is")
    _compare_options(compare)
    warn = command("warn", "measure the warning system: hits, false alarms, what tools are worth")
    warn.add_argument("--runs", type=int, default=200, metavar="N", help="incidents (default: 200)")
    warn.add_argument(
        "--pairs", type=int, default=30, metavar="N", help="crises run again at each tool level"
    )
    warn.add_argument("--crisis", type=float, metavar="N", help="negative posts an hour that make a crisis")
    for sub, prints in (
        (run, "the report's path, with -m the folder's"),
        (sweep, "the folder"),
        (warn, "the report's path"),
    ):
        sub.add_argument("--force", action="store_true", help="overwrite existing results")
        sub.add_argument("--quiet", action="store_true", help=f"no progress; print only {prints}")
    new = command("new", "write a commented scenario file to start your own plan from")
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
    diff = command("diff", "say in words how two scenarios differ")
    diff.add_argument("--all", action="store_true", help="every difference, where there are many too")
    show = command("show", "print the composed configuration, or a part of it, as YAML")
    check = command("check", "validate a scenario without running it")
    lists = command("list", "list what there is")
    lists.add_argument("what", choices=_LISTS, metavar="WHAT", help=f"one of {', '.join(_LISTS)}")
    for sub, says in (
        (new, "language of the comments and of the report"),
        (diff, "language of the sentences"),
        (lists, "language of the titles"),
    ):
        sub.add_argument("--language", choices=("en", "zh"), default="en", help=f"{says}: en or zh")
    for sub, metavar, says in (
        (run, "key=value", "overrides, see below"),
        (sweep, "key=value", "experiment=NAME, out=DIR, and overrides, see below"),
        (compare, "PLAN", "plans, studies or points of them (DIR:POINT), and overrides of all plans"),
        (warn, "[INCIDENT] key=value", "incidents of the library, and overrides, see below"),
        (diff, "SCENARIO", "one or two scenarios (names or files), and overrides, see below"),
        (show, "[KEY] key=value", "a dotted key to print, and overrides, see below"),
        (check, "key=value", "overrides, see below"),
        (lists, "[FILTER] key=value", "words to look for, and overrides, see below"),
    ):
        sub.add_argument("words", nargs="*", metavar=metavar, help=says)
    return parser


def _compare_options(sub: argparse.ArgumentParser) -> None:
    repeated = "; may be repeated, or a list with commas"
    sub.add_argument(
        "--metric", action="append", metavar="M", help=f"nps, nps.trough, target.NAME …{repeated}"
    )
    sub.add_argument(
        "--segment", action="append", metavar="S", help=f"a segment of the audience, or all{repeated}"
    )
    sub.add_argument(
        "--precision", type=float, metavar="X", help="stop at intervals of ± X, in the metric's unit"
    )
    sub.add_argument(
        "--runs", type=int, metavar="N", help="runs of each plan at most (default: 40; with --best 200)"
    )
    sub.add_argument(
        "--level", type=float, default=0.95, metavar="P", help="of the intervals (default: 0.95)"
    )
    sub.add_argument("--best", metavar="METRIC", help="only find the best of several plans, with few runs")
    sub.add_argument(
        "--within", type=float, metavar="X", help="with --best: a difference below X does not matter"
    )
    sub.add_argument("--json", action="store_true", help="print JSON in place of a table")
    sub.add_argument(
        "--language", choices=("en", "zh"), help="language of the answer (default: the first plan's)"
    )
    sub.add_argument("--force", action="store_true", help="overwrite what is in out=")
    sub.add_argument("--quiet", action="store_true", help="no progress")


def with_known_command(arguments: list[str]) -> list[str]:
    """Say what was meant where the first word is no command."""
    if not arguments:
        return ["--help"]
    first = arguments[0]
    if first in COMMANDS:  # options may stand anywhere between the overrides
        rest: list[str] = []
        for word in [*arguments[1:], "-"]:
            if rest and rest[-1] in _VALUED:
                if word.startswith("-"):
                    raise Mistake(f"{rest[-1]} needs a value (see prsim {first} --help)")
                rest[-1] += f"={word}"
            elif word != "-":
                rest.append(word)
        return [first, *sorted(rest, key=lambda word: not word.startswith("-"))]
    if first.startswith("-"):
        return arguments
    if "=" in first or first.startswith("~"):
        raise Mistake(f"which command? did you mean: prsim run {' '.join(arguments)}")
    near = nearest(first, COMMANDS)
    hint = f"; did you mean {near!r}?" if near else ""
    raise Mistake(f"unknown command {first!r}{hint} Commands: {', '.join(COMMANDS)}")
