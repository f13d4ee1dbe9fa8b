"""Work in a process of its own, so that its memory and its imports are its own.

``Child("package.module:function", arguments)`` starts the function in a new Python. A function that returns answers
once; a generator answers every question that it is asked, with what it yields. Questions and answers are JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
BUILT_ANEW = {
    "PRSIM_CACHE": "off"
}  # environment in which worlds are neither kept on disk nor taken from there
KEPT_LINES = 12  # of what a child that failed said last


class ChildFailed(Exception):
    """A child ended without an answer; the message is the end of what it said."""


def peak_mb() -> float:
    """Peak memory of this process so far, MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return float(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024.0**2 if sys.platform == "darwin" else 1024.0
    )


class Stopwatch:
    """Seconds of the clock and of the processor, this process's threads together."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Seconds since the start: ``wall`` and ``cpu``."""
        return {"wall": time.perf_counter() - self.wall, "cpu": time.process_time() - self.cpu}


class Child:
    """A function at work in a process of its own.

    Parameters
    ----------
    target
        ``module:function``.
    arguments
        Its keyword arguments, JSON-ready.
    environment
        Variables to set for the process.
    """

    def __init__(
        self,
        target: str,
        arguments: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        before = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([str(ROOT), before] if before else [str(ROOT)])
        self.errors = open_scratch()
        self.started = time.time()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", target, json.dumps(arguments or {})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, "PYTHONPATH": path, "STARSIM_INSTALL_FONTS": "0", **(environment or {})},
        )  # fmt: skip

    def answer(self) -> dict[str, Any]:
        """Wait for the next answer.

        Raises
        ------
        ChildFailed
            If the process ends without one.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise ChildFailed(self._last_words())
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, **question: Any) -> dict[str, Any]:
        """Put a question to a generator and wait for its answer."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise ChildFailed(self._last_words()) from None
        return self.answer()

    def close(self) -> None:
        """End the process."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                assert pipe is not None
                pipe.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _last_words(self) -> str:
        self.errors.seek(0)
        lines = [x for x in self.errors.read().splitlines() if x.strip()]
        return (
            "\n".join(lines[-KEPT_LINES:])
            or f"ended with exit code {self.process.returncode} and said nothing"
        )


def open_scratch() -> IO[str]:
    """A text file that vanishes when it is closed."""
    import tempfile

    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def once(target: str, environment: dict[str, str] | None = None, **arguments: Any) -> dict[str, Any]:
    """Answer of a function that runs in a process of its own."""
    with Child(target, arguments, environment) as child:
        return child.answer()


def main(target: str, arguments: str) -> None:
    """Be the child: answer on what was standard output; whatever libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(value: Any) -> None:
        replies.write(json.dumps(value) + "\n")
        replies.flush()

    module, _, name = target.partition(":")
    made = getattr(import_module(module), name)(**json.loads(arguments))
    if not hasattr(made, "send"):
        reply(made)
        return
    reply(next(made))
    for line in sys.stdin:
        reply(made.send(json.loads(line)))


if __name__ == "__main__":
    main(*sys.argv[1:])
