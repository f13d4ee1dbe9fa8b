"""Time and memory of the default plan, in one command: ``python -m benchmarks.run``.

Writes ``benchmarks/results/speed.md`` (the latest figures) and appends to ``benchmarks/results/speed.csv`` (all).
Options: ``--repeats 3``, ``--agents 20000,100000,400000,1000000``, ``--replicates-only``, ``--out DIR``.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
LIMITS = {  # what docs/performance.md promises: seconds and megabytes
    100_000: (5.0, 1000.0),
    1_000_000: (60.0, 4000.0),
}
COLUMNS = {
    "replicate_s": ("one replicate, s", "{:.2f}"),
    "engine_s": ("exposures, s", "{:.2f}"),
    "census_s": ("census, s", "{:.2f}"),
    "institutions_s": ("institutions, s", "{:.2f}"),
    "collect_s": ("tables, s", "{:.2f}"),
    "build_s": ("world, s", "{:.2f}"),
    "peak_mb": ("peak memory, MB", "{:.0f}"),
    "exposures": ("exposures", "{:,.0f}"),
    "exposures_per_s": ("exposures per s", "{:,.0f}"),
    "bare_per_s": ("bare loop, records per s", "{:,.0f}"),
    "ratio": ("share of the bare loop", "{:.1%}"),
}


def child(*arguments: str, environment: dict[str, str] | None = None) -> tuple[str, float, float]:
    """Run Python in a process of its own; its output, processor seconds (with its children) and seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, spent, time.perf_counter() - begun


def replicates(agents: int, repeats: int) -> dict[str, float]:
    """Medians over processes with different seeds."""
    rows = [
        json.loads(child("-m", "benchmarks.replicate", str(agents), str(seed))[0])
        for seed in range(1, repeats + 1)
    ]
    out = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    out["ratio"] = statistics.median(row["exposures_per_s"] / row["bare_per_s"] for row in rows)
    return out


def main_job(*overrides: str) -> dict[str, float]:
    """The command that a planner types; everything, from the start of Python to the report."""
    with tempfile.TemporaryDirectory() as folder:
        code = "import sys; from prsim.cli import main; sys.exit(main(sys.argv[1:]))"
        _, spent, wall = child("-c", code, "run", f"out={folder}/out", *overrides)
    return {"main_job_cpu_s": spent, "main_job_wall_s": wall}


def first_compilation() -> float:
    """Processor seconds that a run of a handful of agents takes more with an empty cache than with a full one."""
    small = "import prsim; prsim.simulate(prsim.load('dingtalk_2024', ['population.agents=500', 'horizon_days=30']))"
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = (child("-c", small, environment={"NUMBA_CACHE_DIR": folder})[1] for _ in range(2))
    return cold - warm


def import_seconds() -> float:
    """Seconds of ``import prsim``."""
    code = "import time; t = time.process_time(); import prsim; print(time.process_time() - t)"
    return statistics.median(float(child("-c", code)[0]) for _ in range(3))


def processor() -> str:
    """Name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def commit() -> str:
    """Short hash of the repository's commit; empty outside of it."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def table(by_agents: dict[int, dict[str, float]]) -> list[str]:
    """Markdown: one column per number of agents."""
    sizes = list(by_agents)
    lines = ["| | " + " | ".join(f"{n:,} agents" for n in sizes) + " |", "|---" * (len(sizes) + 1) + "|"]
    for key, (title, form) in COLUMNS.items():
        lines.append(f"| {title} | " + " | ".join(form.format(by_agents[n][key]) for n in sizes) + " |")
    return lines


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--agents", default="20000,100000,400000,1000000")
    parser.add_argument("--replicates-only", action="store_true")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    setting = {
        "date": dt.date.today().isoformat(),
        "commit": commit(),
        "prsim": version("prsim"),
        "python": platform.python_version(),
        "numba": version("numba"),
        "numpy": version("numpy"),
        "mesa": version("mesa"),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    }
    extra: dict[str, float] = {}
    if not options.replicates_only:
        extra = {"first_compilation_s": first_compilation(), "import_s": import_seconds()}
    by_agents: dict[int, dict[str, float]] = {}
    for n in map(int, options.agents.split(",")):
        by_agents[n] = replicates(n, options.repeats)
        print(
            f"{n:>9,} agents: {by_agents[n]['replicate_s']:.2f} s, {by_agents[n]['peak_mb']:.0f} MB",
            flush=True,
        )
    if not options.replicates_only:
        jobs = [main_job() for _ in range(options.repeats)]
        extra |= {key: statistics.median(job[key] for job in jobs) for key in jobs[0]}

    options.out.mkdir(parents=True, exist_ok=True)
    words = [f"{k} {v}" for k, v in setting.items()]
    lines = ["# Speed and memory of the default plan", "", ", ".join(words) + ".", ""]
    lines += [
        "Medians of processes with different seeds; seconds of one processor core.",
        "",
        *table(by_agents),
        "",
    ]
    lines += [f"* {key.removesuffix('_s').replace('_', ' ')}: {value:.3g} s" for key, value in extra.items()]
    for n, (seconds, megabytes) in LIMITS.items():
        if n in by_agents:
            kept = by_agents[n]["replicate_s"] <= seconds and by_agents[n]["peak_mb"] <= megabytes
            lines.append(
                f"* {n:,} agents within {seconds:.0f} s and {megabytes:.0f} MB: {'yes' if kept else 'NO'}"
            )
    (options.out / "speed.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))

    path = options.out / "speed.csv"
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if fresh:
            writer.writerow([*setting, "agents", "measure", "value"])
        for n, row in by_agents.items():
            writer.writerows([*setting.values(), n, key, f"{value:.6g}"] for key, value in row.items())
        writer.writerows([*setting.values(), "", key, f"{value:.6g}"] for key, value in extra.items())


if __name__ == "__main__":
    main()
