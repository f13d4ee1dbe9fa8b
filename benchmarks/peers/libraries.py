"""Each peer, as its own documentation says to use it: the graph in its own structure, then runs.

`P` is the chance that an edge ever carries the story. In the independent cascade it is the chance of the one attempt.
An epidemic has the same final size in law whether the infectious period is one step, `PERIOD` steps with a smaller
chance each, or continuous and fixed; with an exponential one the mean is the same on a large graph, as the targets of
different nodes are independent (Newman 2002, Physical Review E 66, 016128).
"""

from __future__ import annotations

import warnings
from array import array
from typing import Any, ClassVar

import numpy as np

from benchmarks.graphs import Task

P = 0.2
PERIOD = 5  # steps of an infectious period, where a peer counts in steps
P_STEP = 1.0 - (1.0 - P) ** (1.0 / PERIOD)
GAMMA = 1.0
BETA_FIXED = -np.log1p(-P) * GAMMA
BETA_EXPONENTIAL = GAMMA * P / (1.0 - P)
STEPS = 60  # per step of an infectious period: more than any of these cascades lasts; for peers that ask beforehand


class Peer:
    """A way to run one of the cases; the time of :meth:`run` counts, those of building and of :meth:`prepare` do not.

    Attributes
    ----------
    name, package
        What it is called in the table; the distribution whose version is stated.
    law : {"", "fixed", "exponential"}
        The infectious period of an epidemic.
    gigabytes
        Memory that it takes per million nodes, roughly; where so much is not free, a smaller graph is used.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    law: ClassVar[str] = ""
    gigabytes: ClassVar[float] = 1.0

    def __init__(self, task: Task) -> None:
        self.task = task

    def prepare(self, seed: int) -> None:
        """Do what must be done anew before each run."""

    def run(self, seed: int) -> int:
        """Run once and return how many nodes were reached."""
        raise NotImplementedError


def sources(task: Task) -> Any:
    """Node at which each edge begins."""
    return np.repeat(np.arange(task.nodes), np.diff(task.indptr))


def networkx_graph(task: Task) -> Any:
    """A NetworkX ``DiGraph``."""
    import networkx

    made = networkx.DiGraph()
    made.add_nodes_from(range(task.nodes))
    made.add_edges_from(zip(sources(task).tolist(), task.indices.tolist(), strict=True))
    return made


class CyNetDiff(Peer):
    """Independent cascade in compiled code."""

    name, package = "cynetdiff", "cynetdiff"

    def __init__(self, task: Task) -> None:
        from cynetdiff.models import IndependentCascadeModel

        starts, edges = array("I"), array("I")
        starts.frombytes(task.indptr[:-1].astype(np.uint32).tobytes())
        edges.frombytes(task.indices.astype(np.uint32).tobytes())
        self.model = IndependentCascadeModel(starts, edges, activation_prob=P, rng=np.random.default_rng(1))
        self.model.set_seeds(task.seeds.tolist())

    def run(self, seed: int) -> int:
        self.model.reset_model()
        self.model.advance_until_completion()
        return int(self.model.get_num_activated_nodes())


class LiveEdges(Peer):
    """The reach of the seeds over the edges that happen to carry the story, with SciPy's graph search."""

    name, package = "SciPy, live edges", "scipy"

    def __init__(self, task: Task) -> None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import breadth_first_order

        super().__init__(task)
        self.csr_array, self.breadth_first_order = csr_array, breadth_first_order

    def chances(self, rng: np.random.Generator) -> Any:
        """Chance of each edge, or one for all."""
        return np.float32(P)

    def run(self, seed: int) -> int:
        task, rng = self.task, np.random.default_rng(seed)
        live = rng.random(task.indices.size, dtype=np.float32) < self.chances(rng)
        targets = np.concatenate([task.indices[live], task.seeds.astype(np.int32)])
        before = np.concatenate([[0], np.cumsum(live, dtype=np.int32)])[task.indptr]
        root = task.nodes  # tied to every seed
        ptr = np.append(before, targets.size).astype(np.int32)
        size = (root + 1, root + 1)
        graph = self.csr_array((np.ones(targets.size, np.int8), targets, ptr), shape=size)
        reached = self.breadth_first_order(graph, root, return_predecessors=False)
        return len(reached) - 1


class LiveEdgesSir(LiveEdges):
    """The same for an epidemic: how long a node is infectious decides the chance of all its edges."""

    law = "exponential"

    def chances(self, rng: np.random.Generator) -> Any:
        """Chance of each edge."""
        period = rng.exponential(1.0 / GAMMA, self.task.nodes)
        chance = (1.0 - np.exp(-BETA_EXPONENTIAL * period)).astype(np.float32)
        return np.repeat(chance, np.diff(self.task.indptr))


class NetworKit(Peer):
    """Its SEIR epidemic without a latent period, infectious for one step: an independent cascade.

    It starts from one node only: a root that is tied to every seed so often that each is reached for certain.
    """

    name, package, gigabytes = "NetworKit", "networkit", 2.0
    period, chance = 1, P

    def __init__(self, task: Task) -> None:
        import networkit

        self.kit, self.root = networkit, task.nodes
        networkit.setNumberOfThreads(1)
        ties = int(np.ceil(np.log(1e-12) / np.log(1.0 - self.chance)))
        begin = np.concatenate([sources(task), np.full(ties * task.seeds.size, self.root)])
        end = np.concatenate([task.indices, np.repeat(task.seeds, ties)])
        self.graph = networkit.GraphFromCoo((begin, end), task.nodes + 1, directed=True)

    def run(self, seed: int) -> int:
        self.kit.engineering.setSeed(seed, False)
        model = self.kit.simulation.EpidemicSimulationSEIR(
            self.graph, STEPS * self.period, self.chance, 0, self.period, self.root
        )
        model.run()
        last = model.getData()
        last = last[last["time"] == last["time"].max()].set_index("state")["count"]
        assert last[2] == 0, "the epidemic had not ended"
        return int(last[3]) - 1  # without the root


class NetworKitSir(NetworKit):
    """Its SEIR epidemic without a latent period."""

    law = "fixed"
    period, chance = PERIOD, P_STEP


class EoN(Peer):
    """The discrete epidemic in which everybody has one chance."""

    name, package, gigabytes = "EoN", "EoN", 5.0

    def __init__(self, task: Task) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import EoN as library
        self.library, self.seeds, self.graph = library, task.seeds.tolist(), networkx_graph(task)

    def run(self, seed: int) -> int:
        rng = np.random.default_rng(seed)
        return int(self.library.basic_discrete_SIR(self.graph, P, self.seeds, rng=rng)[-1][-1])


class EoNSir(EoN):
    """The fast continuous-time epidemic."""

    law = "exponential"

    def run(self, seed: int) -> int:
        rng = np.random.default_rng(seed)
        return int(self.library.fast_SIR(self.graph, BETA_EXPONENTIAL, GAMMA, self.seeds, rng=rng)[-1][-1])


class NDlib(Peer):
    """Independent cascade with a threshold at every edge."""

    name, package, gigabytes, model = "NDlib", "ndlib", 9.0, "IndependentCascadesModel"

    def __init__(self, task: Task) -> None:
        import ndlib.models.epidemics as epidemics
        from ndlib.models.ModelConfig import Configuration

        graph = networkx_graph(task)
        settings = Configuration()
        self.seeds = task.seeds.tolist()
        settings.add_model_initial_configuration("Infected", self.seeds)
        self.configure(settings, graph)
        self.model_of = getattr(epidemics, self.model)(graph)
        self.model_of.set_initial_status(settings)

    def configure(self, settings: Any, graph: Any) -> None:
        """Tell it the chances."""
        for edge in graph.edges:
            settings.add_edge_configuration("threshold", edge, P)

    def prepare(self, seed: int) -> None:
        np.random.seed(seed)  # noqa: NPY002 - NDlib draws from NumPy's global generator
        self.model_of.reset(self.seeds)

    def run(self, seed: int) -> int:
        while True:
            counts = self.model_of.iteration(node_status=False)["node_count"]
            if counts[1] == 0:
                return int(counts[2])


class NDlibSir(NDlib):
    """Its SIR epidemic, everybody infectious for one step."""

    law, gigabytes, model = "fixed", 5.0, "SIRModel"

    def configure(self, settings: Any, graph: Any) -> None:
        settings.add_model_parameter("beta", P)
        settings.add_model_parameter("gamma", 1.0)


class Starsim(Peer):
    """Its SIR disease on a fixed network, along the edges only, infectious for one step: an independent cascade."""

    name, package, gigabytes = "Starsim", "starsim", 3.0
    period, chance = 1, P

    def __init__(self, task: Task) -> None:
        import starsim

        self.library, self.task, self.source = starsim, task, sources(task)

    def prepare(self, seed: int) -> None:
        ss, seeds = self.library, self.task.seeds

        class Seeded(ss.SIR):
            """Begins with certain persons."""

            def init_post(self) -> None:
                super().init_post()
                self.set_prognoses(ss.uids(seeds), sources=-1)
                # who begins infectious passes it on in the very first step, others in the step after infection
                self.ti_recovered[ss.uids(seeds)] -= 1

        class Ties(ss.Network):
            """Never changes."""

            def step(self) -> None:
                pass

        ties = Ties(
            name="ties", p1=self.source, p2=self.task.indices, beta=np.ones(self.source.size, np.float32)
        )
        # a step begins with recovery, so that one more is needed for `period` steps of passing it on
        disease = Seeded(
            beta={"ties": [self.chance, 0.0]}, init_prev=0.0, p_death=0.0,
            dur_inf=ss.constant(v=self.period + 1),
        )  # fmt: skip
        self.sim = ss.Sim(
            n_agents=self.task.nodes, networks=ties, diseases=disease, start=0, stop=STEPS * self.period, dt=1,
            rand_seed=seed, verbose=0, copy_inputs=False,
        )  # fmt: skip
        self.sim.init()

    def run(self, seed: int) -> int:
        self.sim.run()
        (disease,) = self.sim.diseases.values()
        assert not np.asarray(disease.infected).any(), "the epidemic had not ended"
        return int(np.count_nonzero(~np.asarray(disease.susceptible)))


class StarsimSir(Starsim):
    """Its SIR disease on a fixed network, along the edges only."""

    law = "fixed"
    period, chance = PERIOD, P_STEP


def _plain_mesa() -> Any:
    from benchmarks.peers import mesa_models

    return mesa_models


class MesaAll(Peer):
    """A Mesa model in which every agent acts in every step."""

    name, package, gigabytes = "Mesa, every agent each step", "mesa", 3.0
    period, chance, frontier = 1, P, False

    def __init__(self, task: Task) -> None:
        models = _plain_mesa()
        self.model = models.Cascade(task, self.chance, self.period, self.frontier)

    def prepare(self, seed: int) -> None:
        self.model.begin(seed)

    def run(self, seed: int) -> int:
        return int(self.model.finish())


class MesaFrontier(MesaAll):
    """A Mesa model in which only those act who have something to tell."""

    name, frontier = "Mesa, the active agents only", True


class MesaAllSir(MesaAll):
    """The epidemic, every agent acting."""

    law = "fixed"
    period, chance = PERIOD, P_STEP


class MesaFrontierSir(MesaFrontier):
    """The epidemic, only the infectious acting."""

    law = "fixed"
    period, chance = PERIOD, P_STEP


CASES: dict[str, tuple[type[Peer], ...]] = {
    "ic": (CyNetDiff, LiveEdges, NetworKit, Starsim, MesaFrontier, EoN, NDlib, MesaAll),
    "sir": (LiveEdgesSir, NetworKitSir, StarsimSir, MesaFrontierSir, EoNSir, NDlibSir, MesaAllSir),
}
