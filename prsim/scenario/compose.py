"""A scenario's name or file and its overrides → plain data.

Names are composed by Hydra from the configuration groups that travel with the package. A user's file is
plain data merged over its ``base``; Hydra never sees it. Overrides are applied to plain data, so that they
mean the same for both.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from prsim.errors import ConfigError
from prsim.scenario.check_graphs import GRAPH_KEYS
from prsim.scenario.kept import keep, kept
from prsim.scenario.names import listing, nearest
from prsim.scenario.overrides import Change, Overrides, apply, parse
from prsim.scenario.read import is_file_name, place_of, read_file
from prsim.scenario.root import Scenario

__all__ = ["DEFAULT_SCENARIO", "Composed", "compose_plain", "conf_dir", "groups", "scenario_names"]

DEFAULT_SCENARIO = "dingtalk_2024"
_APART = (
    "experiment"  # a folder of the configuration that is no group: what is varied, not a part of a scenario
)
_HYDRA = threading.Lock()  # Hydra composes with global state
_MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class Composed:
    """Plain data ready to be built.

    Attributes
    ----------
    name
        Name of the scenario: its own, or that of the file.
    plain
        Nested dictionaries, lists and scalars.
    horizons
        ``horizon_days`` as the scenario and its bases declare it, before overrides.
    """

    name: str
    plain: dict[str, Any]
    horizons: tuple[Any, ...]


def conf_dir() -> Path:
    """The configuration groups: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def groups() -> dict[str, tuple[str, ...]]:
    """Configuration groups and their options."""
    root = conf_dir()
    found: dict[str, tuple[str, ...]] = {}
    for folder in sorted(p for p in root.rglob("*") if p.is_dir() and p.name != "__pycache__"):
        options = tuple(sorted(p.stem for p in folder.glob("*.yaml")))
        if options and folder.name != _APART:
            found[folder.relative_to(root).as_posix()] = options
    return found


def scenario_names() -> tuple[str, ...]:
    """Scenarios that travel with the package."""
    return groups().get("scenario", ())


def compose_plain(scenario: str | Path = DEFAULT_SCENARIO, overrides: Overrides = ()) -> Composed:
    """Compose a scenario as plain data, before any validation.

    Parameters
    ----------
    scenario
        A name (see :func:`scenario_names`) or the path of a YAML file; ``scenario=…`` among the overrides
        takes precedence.
    overrides
        Values (``budget.total=3e6``), removals (``~incidents.schedule.outage``) and choices of a whole group
        (``incidents=none``).

    Raises
    ------
    ConfigError
        If a name, file or override cannot be used.
    """
    known = groups()
    changes: list[Change] = []
    choices: dict[str, str] = {}
    for change in parse(overrides):
        if change.key.partition(".")[0] == _APART:
            raise _not_one_run(change)
        if change.action == "set" and change.key == "scenario":
            scenario = change.value
        elif change.action == "set" and change.key in known and not isinstance(change.value, Mapping):
            choices[change.key] = _option(change.key, change.value, known[change.key])
        else:
            changes.append(change)
    name, layers, base = _inheritance(scenario)
    data = _compose_name(base, choices) if base else {}
    horizons = [layer["horizon_days"] for layer in [data, *layers] if "horizon_days" in layer]
    if "horizon_days" not in (data if base else layers[0]):
        horizons.append(Scenario.__dataclass_fields__["horizon_days"].default)
    for layer in layers:
        data = _inherit(data, layer)
    if choices and layers:
        _choose(data, _compose_groups(choices))
    _name(data, name, own=bool(layers) and "name" not in _section(layers[-1], "meta"))
    apply(data, changes)
    return Composed(name, data, tuple(horizons))


def _not_one_run(change: Change) -> ConfigError:
    """The refusal of ``experiment=NAME`` where one scenario is asked for."""
    name = change.value if change.key == _APART and isinstance(change.value, str) else "NAME"
    what = (
        f"an experiment is many runs, not a part of a scenario; did you mean: prsim sweep experiment={name}"
    )
    return ConfigError.of(change.key, what, given=str(change.value)[:60])


def _option(group: str, value: object, options: Sequence[str]) -> str:
    option = str(value).lower() if value is None else str(value)
    if option not in options:
        what = f"{group} has no option {option!r}; options: {listing(options)}"
        if group in ("population", "budget", "response"):
            what += f" (a single value is set with {group}.KEY=…)"
        raise ConfigError.of(group, what, given=option, nearest=nearest(option, options))
    return option


def _inheritance(scenario: object) -> tuple[str, list[dict[str, Any]], str]:
    """Name of the scenario, its user files from the root down, and the packaged name they start from."""
    if not isinstance(scenario, str | Path) or not str(scenario).strip():
        raise ConfigError.of(
            "scenario", f"{scenario!r} is neither a name nor a file", nearest=DEFAULT_SCENARIO
        )
    text = str(scenario).strip()
    if not (isinstance(scenario, Path) or is_file_name(text)):
        return text, [], _known_scenario(text, "scenario")
    path = Path(text).expanduser()
    layers: list[dict[str, Any]] = []
    name, seen = path.stem, [path]
    while True:
        layer = _beside(_scenario_in(path), path.parent)
        base = layer.pop("base", None)
        layers.insert(0, layer)
        if base is None:
            return name, layers, ""
        where = place_of(path, "base")
        if not isinstance(base, str) or not base.strip():
            raise ConfigError.of("base", f"{base!r} is neither the name of a scenario nor a file ({where})")
        if not is_file_name(base):
            return name, layers, _known_scenario(base, "base", where)
        path = path.parent / Path(base).expanduser()
        _inheritable(path, seen, base, where)
        seen.append(path)


def _scenario_in(path: Path) -> dict[str, Any]:
    """The plain data of a file, which is a scenario and not an experiment."""
    data = read_file(path)
    if _APART in data:
        what = f"{path} is an experiment, not a scenario; did you mean: prsim sweep experiment={path}"
        raise ConfigError.of("scenario", what, given=str(path))
    return data


def _beside(layer: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Let a file that stands beside the scenario's file be named without its folder."""
    population = dict(_section(layer, "population"))
    for key in GRAPH_KEYS:
        given = population.get(key)
        if isinstance(given, str) and given and (folder / given).is_file():
            population[key] = str(folder / given)
    return {**layer, "population": population} if population else layer


def _inheritable(path: Path, seen: Sequence[Path], base: str, where: str) -> None:
    """Refuse a base that is not there, or that inherits from the file that names it."""
    if path.resolve() in [earlier.resolve() for earlier in seen]:
        chain = " → ".join(p.name for p in [*seen, path])
        raise ConfigError.of("base", f"the files inherit from each other in a circle: {chain} ({where})")
    if len(seen) > _MAX_BASES:
        raise ConfigError.of("base", f"more than {_MAX_BASES} files inherit one from the other ({where})")
    if not path.is_file():
        beside = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        near = nearest(path.name, [n for n in beside if n != seen[-1].name])
        what = f"there is no file {path} to inherit from ({where})"
        known = path.stem if path.stem in scenario_names() else ""
        if known and not near:  # base: dingtalk_2024.yaml
            what += f"; the scenario that travels with prsim is named without .yaml: base: {known}"
        raise ConfigError.of("base", what, given=base, nearest=near)


def _known_scenario(name: str, key: str, where: str = "") -> str:
    names = scenario_names()
    if name not in names:
        place = f" ({where})" if where else ""
        what = f"unknown scenario {name!r}{place}; known: {listing(names)}, or the path of a .yaml file"
        raise ConfigError.of(key, what, given=name, nearest=nearest(name, names))
    return name


def _section(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = data.get(key)
    return section if isinstance(section, Mapping) else {}


def _name(data: dict[str, Any], name: str, *, own: bool) -> None:
    """Name a scenario after its file (or its configuration) where it does not name itself."""
    meta = data.setdefault("meta", {})
    if isinstance(meta, dict) and (own or "name" not in meta):
        data["meta"] = {**meta, "name": name}


def _inherit(base: Mapping[str, Any], over: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Merge a file over its base; null takes an inherited entry away, an empty mapping all of them."""
    merged = dict(base)
    for key, value in over.items():
        here = f"{path}.{key}" if path else str(key)
        inherited = merged.get(key)
        if value is None and key in merged:
            del merged[key]
        elif value is None and base and all(isinstance(entry, Mapping) for entry in base.values()):
            what = f"there is no inherited entry {key!r} to take away (null); inherited: {listing(base)}"
            raise ConfigError.of(here, what, given="null", nearest=nearest(str(key), base))
        elif isinstance(inherited, Mapping) and isinstance(value, Mapping) and value:
            merged[key] = _inherit(inherited, value, here)
        else:
            merged[key] = value
    return merged


def _choose(data: dict[str, Any], chosen: Mapping[str, Any]) -> None:
    """Let a chosen group replace what a file says: a whole mapping of entries, or the named parts of a section."""
    hints = get_type_hints(Scenario)
    for key, value in chosen.items():
        parts = is_dataclass(hints.get(key)) and isinstance(value, Mapping)
        data[key] = {**_section(data, key), **value} if parts else value


def _compose_name(name: str, choices: Mapping[str, str]) -> dict[str, Any]:
    try:
        return _hydra("config", [f"scenario={name}", *(f"{g}={o}" for g, o in choices.items())])
    except ConfigError as wrong:
        if "No match in the defaults list" not in str(wrong):
            raise
    return _hydra("config", [f"scenario={name}", *(f"+{g}={o}" for g, o in choices.items())])


def _compose_groups(choices: Mapping[str, str]) -> dict[str, Any]:
    """What the chosen options alone contain."""
    return _hydra(None, [f"+{group}={option}" for group, option in choices.items()])


def _hydra(config_name: str | None, overrides: list[str]) -> dict[str, Any]:
    """Compose with Hydra, once for every content of the configuration's files."""
    text = _hydra_once(_contents(conf_dir()), config_name, tuple(overrides))
    composed: dict[str, Any] = json.loads(text)
    return composed


def _contents(root: Path) -> str:
    """A hash over the names and the contents of the configuration's files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(root.rglob("*.yaml")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@lru_cache(maxsize=64)
def _hydra_once(contents: str, config_name: str | None, overrides: tuple[str, ...]) -> str:
    """What Hydra composes, as JSON, so that nobody changes what the next caller gets; kept from run to run."""
    from importlib.metadata import version

    asked = json.dumps([contents, config_name, overrides, version("hydra-core"), version("omegaconf")])
    text = kept(asked)
    if text is None:
        composed = _composed(config_name, overrides)
        text = json.dumps(composed, ensure_ascii=False)
        if json.loads(text) != composed:
            raise ConfigError.of("scenario", "the configuration holds a key that is not a text")
        keep(asked, text)
    return text


def _composed(config_name: str | None, overrides: tuple[str, ...]) -> dict[str, Any]:
    from hydra import compose, initialize_config_dir
    from hydra import version as hydra_version
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    with _HYDRA:
        shared, earlier = GlobalHydra.instance(), hydra_version.getbase()
        callers, shared.hydra = shared.hydra, None  # an application of the user's own may be running in Hydra
        try:
            with initialize_config_dir(str(conf_dir()), job_name="prsim", version_base="1.3"):
                composed = OmegaConf.to_container(compose(config_name, list(overrides)), resolve=False)
        except (HydraException, OmegaConfBaseException) as wrong:
            text = " ".join(str(wrong).split())
            raise ConfigError.of("scenario", f"the configuration cannot be composed: {text}") from None
        finally:
            GlobalHydra.instance().hydra = callers  # Hydra has replaced the instance
            if earlier is not None and type(earlier) is not object:  # object: never set
                hydra_version.VersionBase.instance().setbase(earlier)
    if not isinstance(composed, dict):
        raise ConfigError.of("scenario", "the configuration is not a mapping")
    return {str(key): value for key, value in composed.items()}
