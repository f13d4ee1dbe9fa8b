"""Everything that can go wrong for a reason a user should read, in one tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "PrsimError",
    "Problem",
    "ConfigError",
    "GraphError",
    "ResultsExist",
    "RunFailed",
    "WorkerDied",
    "ClusterLost",
    "StoreError",
    "StudyRefused",
    "StudyInterrupted",
]


class PrsimError(Exception):
    """Base of all errors that prsim raises on purpose; ``exit_code`` is what the command line returns."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a configuration.

    Attributes
    ----------
    path
        Dotted key, ``budget.split.events``; empty where no key is to blame (a file that is not YAML).
    what
        What is wrong, as a sentence a planner understands; names the value given and what is allowed.
    given
        The offending value, as text.
    allowed
        Allowed range with its unit, or the list of valid names.
    nearest
        The nearest valid name, where there is one.
    """

    path: str
    what: str
    given: str = ""
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        text = f"{self.path}: {self.what}" if self.path else self.what
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        if len(self.allowed) > 1 and self.allowed not in text:
            text += f" (allowed: {self.allowed})"
        return text


class ConfigError(PrsimError):
    """A configuration that cannot be run; collects every problem found, in the order of their keys."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    @classmethod
    def of(
        cls, path: str, what: str, *, given: str = "", allowed: str = "", nearest: str = ""
    ) -> ConfigError:
        """An error with a single problem."""
        return cls([Problem(path, what, given, allowed, nearest)])

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return "\n".join([f"{len(self.problems)} problems:", *(f"  {p}" for p in self.problems)])


class GraphError(ConfigError):
    """A graph that cannot be used; its problems name the file, the row and the column, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        PrsimError.__init__(self, tuple(problems))
        self.problems = tuple(dict.fromkeys(self.args[0]))


class ResultsExist(PrsimError):
    """A result folder is not empty and nobody said that it may be overwritten."""

    exit_code = 2

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(folder)

    def __str__(self) -> str:
        return f"{self.folder} already holds results; choose another folder with out=…, or overwrite it with --force"


class RunFailed(PrsimError):
    """A run that stopped before its end; the other runs of a study go on."""


class WorkerDied(RunFailed):
    """A run whose process died."""


class ClusterLost(PrsimError):
    """Those who did the runs of a study are gone; what they did is kept."""


class StoreError(PrsimError):
    """Results that cannot be written or read back."""


class StudyRefused(PrsimError):
    """A study folder that cannot be used for what is asked: no study, one of another model, or in use."""

    exit_code = 2


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C during a study; says what is kept and how to go on."""
