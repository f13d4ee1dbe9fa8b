"""What is varied in a study: designs, experiments, and scenarios of single points made quickly."""

from prsim.design.crises import incidents_alone, storms
from prsim.design.experiment import Experiment
from prsim.design.levels import Span
from prsim.design.listed import listed, plans
from prsim.design.playbook import policies, response_delays
from prsim.design.points import Design, Factor, Point
from prsim.design.reading import experiment_names, load_experiment
from prsim.design.sampling import grid, latin_hypercube, sobol
from prsim.design.simplex import simplex_dirichlet, simplex_lattice
from prsim.design.variations import Variations

__all__ = [
    "Design",
    "Experiment",
    "Factor",
    "Point",
    "Span",
    "Variations",
    "experiment_names",
    "grid",
    "incidents_alone",
    "latin_hypercube",
    "listed",
    "load_experiment",
    "plans",
    "policies",
    "response_delays",
    "simplex_dirichlet",
    "simplex_lattice",
    "sobol",
    "storms",
]
