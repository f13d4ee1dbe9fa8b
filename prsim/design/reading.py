"""Experiments by name or file: a base scenario, what is set in it, and a design of crossed parts.

An experiment is a YAML file of plain data, read by the same safe loader as a user's scenario, never composed by Hydra::

    scenario: dingtalk_2024
    set: {population.agents: 20000}
    experiment:
      title_en: How late may an answer be?
      replicates: 20
      design:
        - {kind: delays}
        - {kind: grid, factors: {response.strategy: [clarify, deny]}}
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from prsim.design.crises import incidents_alone, storms
from prsim.design.experiment import Experiment
from prsim.design.levels import whole
from prsim.design.listed import listed, plans
from prsim.design.playbook import policies, response_delays
from prsim.design.points import Design
from prsim.design.sampling import grid, latin_hypercube, sobol
from prsim.design.simplex import simplex_dirichlet, simplex_lattice
from prsim.errors import ConfigError
from prsim.scenario.compose import DEFAULT_SCENARIO, compose_plain, conf_dir
from prsim.scenario.load import from_plain
from prsim.scenario.names import listing, nearest, unknown_name
from prsim.scenario.overrides import Change, Overrides, apply, parse
from prsim.scenario.read import is_file_name, read_file
from prsim.scenario.root import Scenario

__all__ = ["KINDS", "experiment_names", "load_experiment", "summary_of"]

_TOP = ("experiment", "scenario", "set")
_TEXTS = ("title_en", "title_zh", "question_en", "question_zh")
_SECTION = (*_TEXTS, "replicates", "common", "keep", "design")
_REPLICATES = 20

#: Kinds of parts of a design: what makes them, with options named as its parameters.
KINDS: dict[str, tuple[Callable[..., Design], ...]] = {
    "grid": (grid,),
    "list": (listed,),
    "latin": (latin_hypercube,),
    "sobol": (sobol,),
    "simplex": (simplex_lattice, simplex_dirichlet),
    "delays": (response_delays,),
    "policies": (policies,),
    "incidents": (incidents_alone,),
    "storms": (storms,),
    "plans": (plans,),
}


def experiment_names() -> list[str]:
    """Experiments that travel with the package."""
    return sorted(file.stem for file in (conf_dir() / "experiment").glob("*.yaml"))


def summary_of(name: str) -> dict[str, str]:
    """What an experiment that travels with the package says of itself, without loading its scenario.

    Its titles and questions, the kinds of its parts (``simplex × delays``), and its replicates.
    """
    section = read_file(conf_dir() / "experiment" / f"{name}.yaml")["experiment"]
    says = {key: str(section.get(key, "")) for key in _TEXTS}
    says["design"] = " × ".join(part["kind"] for part in section["design"])
    return {**says, "replicates": str(section.get("replicates", _REPLICATES))}


def load_experiment(name_or_file: str | Path, overrides: Overrides = ()) -> Experiment:
    """Load an experiment and check every point of it.

    Parameters
    ----------
    name_or_file
        A name (see :func:`experiment_names`), or the path of a YAML file.
    overrides
        As for :func:`prsim.load`: values and groups of the scenario, ``scenario=…`` for another base. ``replicates=…``
        and ``experiment.KEY=…`` (``experiment.design.0.hours=[1,24]``) change the experiment itself.

    Raises
    ------
    ConfigError
        With what cannot be used, naming the key, and of a point its number and levels.
    """
    path = _path(name_or_file)
    data = read_file(path)
    _known(data, _TOP, "", path)
    section = data.get("experiment")
    if not isinstance(section, dict):
        raise ConfigError.of(
            "experiment", f"is missing in {path}: a section with title_en, replicates and design"
        )
    base, own = _sorted(parse(overrides))
    apply(section_in := {"experiment": section}, own)
    section = section_in["experiment"]
    _known(section, _SECTION, "experiment", path)
    scenario = data.get("scenario") or DEFAULT_SCENARIO
    if not isinstance(scenario, str):
        raise ConfigError.of("scenario", f"{scenario!r} is neither a name nor a file ({path})")
    settings = data.get("set") or {}
    if not isinstance(settings, Mapping):
        raise ConfigError.of("set", f"is not a mapping of keys to values ({path})")
    if is_file_name(scenario):
        scenario = str(_beside(path, scenario))
    changes = (*parse(settings), *base)
    composed = compose_plain(scenario, changes)
    design = _design(section.get("design"), from_plain(composed.plain, composed.horizons).scenario, path)
    return Experiment.of(design, scenario, changes, name=path.stem, **_plain_parts(section))


def _path(name_or_file: str | Path) -> Path:
    text = str(name_or_file).strip()
    if isinstance(name_or_file, Path) or is_file_name(text):
        path = Path(text).expanduser()
        if not path.is_file():
            beside = [f.name for f in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
            raise ConfigError.of(
                "experiment", f"there is no file {path}", given=text, nearest=nearest(path.name, beside)
            )
        return path
    names = experiment_names()
    if text not in names:
        what = f"unknown experiment {text!r}; known: {listing(names)}, or the path of a .yaml file"
        raise ConfigError.of("experiment", what, given=text, nearest=nearest(text, names))
    return conf_dir() / "experiment" / f"{text}.yaml"


def _known(data: Mapping[str, Any], valid: tuple[str, ...], path: str, file: Path) -> None:
    """Refuse keys that mean nothing."""
    problems = []
    for key in data:
        if key not in valid:
            here = f"{path}.{key}" if path else str(key)
            hint = " (values of the scenario stand under set:)" if not path else ""
            problems.append(unknown_name(here, f"unknown key in {file}{hint}", str(key), valid))
    if problems:
        raise ConfigError(problems)


def _sorted(changes: tuple[Change, ...]) -> tuple[list[Change], list[Change]]:
    """Overrides of the scenario, and of the experiment."""
    base, own = [], []
    for change in changes:
        first, _, below = change.key.partition(".")
        if change.key == "replicates":
            own.append(replace(change, key="experiment.replicates"))
        elif first == "experiment" and below:
            own.append(change)
        elif first == "experiment":
            what = "is the experiment that is loaded; one experiment at a time"
            raise ConfigError.of("experiment", what, given=str(change.value)[:60])
        else:
            base.append(change)
    return base, own


def _beside(file: Path, name: str) -> Path:
    """A file that is named in another one: beside it, else from the working folder."""
    path = file.parent / Path(name).expanduser()
    return path if path.is_file() else Path(name).expanduser()


def _plain_parts(section: Mapping[str, Any]) -> dict[str, Any]:
    """Everything of an experiment but its design."""
    found: dict[str, Any] = {}
    for key in _TEXTS:
        text = section.get(key, "")
        if not isinstance(text, str):
            raise ConfigError.of(f"experiment.{key}", f"{text!r} is not a text (put it in quotes)")
        found[key] = text.strip()
    found["replicates"] = whole(section.get("replicates", _REPLICATES), "experiment.replicates", 1, 100_000)
    found["common"] = section.get("common", True)
    if not isinstance(found["common"], bool):
        raise ConfigError.of(
            "experiment.common", f"{found['common']!r} is not a truth value; write true or false"
        )
    found["keep"] = section.get("keep", "summaries")
    return found


def _design(parts: Any, scenario: Scenario, file: Path) -> Design:
    if not isinstance(parts, list) or not parts:
        what = f"is empty: list at least one part, such as {{kind: delays}} ({file})"
        raise ConfigError.of("experiment.design", what)
    made = []
    for i, part in enumerate(parts):
        path = f"experiment.design.{i}"
        if not isinstance(part, Mapping) or "kind" not in part:
            raise ConfigError.of(path, f"has no kind; kinds: {listing(KINDS)}")
        try:
            made.append(_part(part, scenario, file))
        except ConfigError as wrong:
            raise ConfigError(
                replace(p, path=f"{path}.{p.path}".rstrip(".")) for p in wrong.problems
            ) from None
    return reduce(Design.cross, made)


def _part(part: Mapping[str, Any], scenario: Scenario, file: Path) -> Design:
    kind = part["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise ConfigError([unknown_name("kind", f"unknown kind {kind!r}", str(kind), KINDS)])
    options = {key: value for key, value in part.items() if key != "kind"}
    makers = KINDS[kind]
    maker = makers[-1] if len(makers) > 1 and "count" in options else makers[0]
    known = inspect.signature(maker).parameters
    valid = tuple(name for name in known if name != "scenario") + (("file",) if kind == "list" else ())
    if len(makers) > 1 and maker is makers[0]:
        valid += ("count",)
    for key in options:
        if key not in valid:
            raise ConfigError([unknown_name(key, f"is no option of {kind!r}", key, valid)])
    if kind == "list":
        options = {"points": _rows(options, file)}
    for name, needed in known.items():
        if needed.default is inspect.Parameter.empty and name != "scenario" and name not in options:
            raise ConfigError.of(name, f"is required for {kind!r}")
    for name, given in options.items():
        wanted = str(known[name].annotation)
        if wanted.startswith("Mapping") and not isinstance(given, Mapping):
            raise ConfigError.of(name, "is not a mapping", given=str(given)[:60])
        if wanted == "str" and not isinstance(given, str):
            raise ConfigError.of(
                name, f"{str(given)[:60]!r} is not a text (put it in quotes)", given=str(given)[:60]
            )
    if "scenario" in known:
        options["scenario"] = scenario
    return maker(**options)


def _rows(options: Mapping[str, Any], file: Path) -> Any:
    """The rows of a list: written out, or in a file."""
    if ("points" in options) == ("file" in options):
        raise ConfigError.of("points", "give points (a list of rows) or file (a table, .csv)")
    if "file" in options:
        if not isinstance(options["file"], str):
            raise ConfigError.of("file", f"{options['file']!r} is not the name of a file")
        return _beside(file, options["file"])
    if not isinstance(options["points"], list):
        raise ConfigError.of("points", "is not a list of rows", given=str(options["points"])[:60])
    return options["points"]
