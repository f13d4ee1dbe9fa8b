"""The audience and its two social layers: what takes long to build and is the same for every run of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from prsim.scenario.root import Scenario
from prsim.world.hosting import place_graphs, read_graphs
from prsim.world.networks import Layer, build_chat_layer, build_follower_layer
from prsim.world.population import Population, build_population

__all__ = ["SHAPING", "Society", "build_society", "same_society"]

#: The parts of a scenario on which its society depends.
SHAPING = ("segments", "topics", "population", "recommendation")


@dataclass(frozen=True, slots=True)
class Society:
    """Who there is and who is tied to whom.

    Attributes
    ----------
    own
        Whether the public and the chat layer stand for imported graphs.
    notes
        What became of an imported graph.
    """

    population: Population
    public: Layer
    chat: Layer
    own: tuple[bool, bool]
    notes: tuple[str, ...]


def same_society(a: Scenario, b: Scenario) -> bool:
    """Whether two scenarios have the same audience and social layers."""
    return all(getattr(a, part) == getattr(b, part) for part in SHAPING)


def build_society(scenario: Scenario) -> Society:
    """Build the audience of a scenario and its layers, imported or generated.

    Raises
    ------
    prsim.errors.ConfigError
        If an imported graph cannot be used or a layer would have too many ties.
    """
    population = build_population(scenario)
    layers: dict[str, Layer] = {}
    notes: tuple[str, ...] = ()
    if imported := read_graphs(scenario):
        layers, population, notes = place_graphs(scenario, population, imported)
    return Society(
        population,
        layers.get("follower") or build_follower_layer(scenario, population),
        layers.get("chat") or build_chat_layer(scenario, population),
        ("follower" in layers, "chat" in layers),
        notes,
    )
