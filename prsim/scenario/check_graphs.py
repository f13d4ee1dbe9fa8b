"""Whether the graph files that a scenario names are there. What is in them is read where the world is built."""

from __future__ import annotations

from pathlib import Path

from prsim.errors import Problem
from prsim.scenario.findings import Findings
from prsim.scenario.names import nearest
from prsim.scenario.root import Scenario

__all__ = ["GRAPH_KEYS", "graph_files_exist"]

_TABLES = (".csv", ".parquet")

#: Keys of ``population`` that name files, with the kinds of file that are read.
GRAPH_KEYS: dict[str, tuple[str, ...]] = {
    "follower_graph": (*_TABLES, ".graphml"),
    "chat_graph": (*_TABLES, ".graphml"),
    "graph_nodes": _TABLES,
}


def graph_files_exist(s: Scenario, found: Findings, _: float) -> None:
    """Refuse graph files that are not there or of another kind."""
    p = s.population
    for key, kinds in GRAPH_KEYS.items():
        given = getattr(p, key)
        if not given:
            continue
        path, what, near = Path(given).expanduser(), "", ""
        if path.suffix.lower() not in kinds:
            what = f"{given!r} is, by its name, none of the files that are read here: {', '.join(kinds)}"
        elif not path.is_file():
            what = f"there is no file {given} (paths are relative to the scenario's file or to {Path.cwd()})"
            beside = path.parent
            near = nearest(path.name, [f.name for f in beside.iterdir()]) if beside.is_dir() else ""
        if what:
            found.problems.append(Problem(f"population.{key}", what, given, ", ".join(kinds), near))
    if p.graph_nodes and not p.follower_graph and not p.chat_graph:
        found.notes.append("population.graph_nodes is not used: no graph is imported.")
