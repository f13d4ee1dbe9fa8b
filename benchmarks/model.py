"""Part ``model``: the full model's exposures per second against what the memory allows; whole plans; runs a minute."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.child import BUILT_ANEW, once
from benchmarks.rows import Row, summary
from benchmarks.setting import Plan, cores

PART = "model"
# The default plan has two to three exposures per agent in eight months. This is the same model under a storm of
# incidents, told in as many particles as the engine takes: about a hundred million exposures at a million agents.
HEAVY = (
    "horizon_days=90",
    "calendar_days=243",
    "incidents=storm",
    "incidents.random.per_year=150",
    "engine.particles=65536",
)
EXPOSURES_PER_S, SHARE = 30e6, 1.0 / 3.0
PLANS = {1_000_000: (20.0, 1500.0), 100_000: (2.0, math.nan)}  # agents: seconds after building, MB
THOUSAND_RUNS_S = 240.0
FEW_AGENTS = 20_000


def measure(plan: Plan) -> list[Row]:
    """Heavy load, whole plans, many runs."""
    rows: list[Row] = []
    big = plan.choose(2_000, 1_000_000)
    seeds = range(1, plan.choose(1, 3) + 1)
    plan.say(f"heavy load, {big:,} agents")
    heavy = [
        once("benchmarks.replicate:replicate", BUILT_ANEW, overrides=_heavy(plan, big), seed=seed, bare=True)
        for seed in seeds
    ]
    rows += _exposures(f"heavy load, {big:,} agents", heavy, target=big == 1_000_000)
    for agents in plan.choose([2_000], [1_000_000, 100_000]):
        plan.say(f"the whole plan, {agents:,} agents")
        overrides = [f"population.agents={agents}", *plan.choose(["horizon_days=20"], [])]
        found = [
            once(
                "benchmarks.replicate:replicate",
                BUILT_ANEW,
                overrides=overrides,
                seed=seed,
                bare=agents == big,
            )
            for seed in seeds
        ]
        rows += _whole_plan(agents, found)
        if agents == big:
            rows += _exposures(f"whole plan, {agents:,} agents", found, target=False)
    return [*rows, *_many(plan)]


def _heavy(plan: Plan, agents: int) -> list[str]:
    fewer = ["horizon_days=20", "engine.particles=512"]
    return [f"population.agents={agents}", *HEAVY, *plan.choose(fewer, [])]


def _exposures(case: str, found: list[dict[str, Any]], target: bool) -> Iterator[Row]:
    def row(measure: str, values: list[float], unit: str = "", **more: Any) -> Row:
        return Row(
            part=PART, case=case, subject="prsim", measure=measure, unit=unit, **summary(values), **more
        )

    rates = [x["exposures"] / max(x["engine_s"], 1e-9) for x in found]
    yield row("exposures", [float(x["exposures"]) for x in found])
    yield row("engine", [x["engine_s"] for x in found], "s")
    yield row("exposures per second", rates, "/s", least=EXPOSURES_PER_S if target else math.nan)
    for width in found[0]["bounds"]:
        for loop, words in (("touch", "change two numbers"), ("expose", "bare exposure")):
            bare = [x["bounds"][width][loop] for x in found]
            yield Row(
                part=PART, case=case, subject="bound", measure=f"{words}, records of {width} bytes", unit="/s",
                **summary(bare),
            )  # fmt: skip
    width = str(found[0]["record_bytes"])
    shares = [rate / x["bounds"][width]["expose"] for rate, x in zip(rates, found, strict=True)]
    least = SHARE if target else math.nan
    slower = 1.0 / max(statistics.median(shares), 1e-9)
    yield row("share of the bare exposure loop", shares, "share", least=least, relative=slower)


def _whole_plan(agents: int, found: list[dict[str, Any]]) -> Iterator[Row]:
    case = f"whole plan, {agents:,} agents"
    seconds, megabytes = PLANS.get(agents, (math.nan, math.nan))
    common: dict[str, str] = {"part": PART, "case": case, "subject": "prsim"}
    relative = statistics.median(x["run_s"] / x["yardstick_s"] for x in found)
    times = summary(x["run_s"] for x in found)
    yield Row(**common, measure="after building", unit="s", **times, most=seconds, relative=relative)
    for measure, key in (
        ("of it engine", "engine_s"),
        ("of it census", "census_s"),
        ("of it tables", "tables_s"),
    ):
        yield Row(**common, measure=measure, unit="s", **summary(x[key] for x in found))
    rest = [x["run_s"] - x["engine_s"] - x["census_s"] - x["tables_s"] for x in found]
    yield Row(**common, measure="of it institutions and the rest", unit="s", **summary(rest))
    yield Row(
        **common, measure="peak memory", unit="MB", **summary(x["peak_mb"] for x in found), most=megabytes
    )


def _many(plan: Plan) -> Iterator[Row]:
    agents, workers = plan.choose(1_000, FEW_AGENTS), plan.choose(1, min(2, cores()))
    overrides = [f"population.agents={agents}", *plan.choose(["horizon_days=8"], [])]
    counts = plan.choose([2, 4], [20, 120], [20, 1000])
    plan.say(f"{counts[-1]} runs at {agents:,} agents through simulate_many")
    found = once("benchmarks.replicate:many", overrides=overrides, counts=counts, workers=workers)
    few, most = found["times"]
    each = (most["wall"] - few["wall"]) / (most["runs"] - few["runs"])
    thousand = most["wall"] + each * (1000 - most["runs"])
    common = {
        "part": PART,
        "case": f"simulate_many, {agents:,} agents, {workers} workers",
        "subject": "prsim",
    }
    note = "measured" if most["runs"] == 1000 else f"from the steady rate of {most['runs']} runs"
    limit = THOUSAND_RUNS_S if agents == FEW_AGENTS else math.nan
    yield Row(**common, measure="runs a minute, by the clock", unit="/min", value=60.0 / each)
    core_s = each * workers  # the workers are children of a server, whose processor time nobody tells
    yield Row(**common, measure="seconds of a core a run, by the clock", unit="s", value=core_s,
              relative=core_s / found["yardstick_s"])  # fmt: skip
    yield Row(**common, measure="1,000 runs, by the clock", unit="s", value=thousand, most=limit, note=note)
    yield Row(**common, measure="peak memory of the parent", unit="MB", value=found["peak_mb"])
