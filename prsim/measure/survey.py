"""Survey waves: what a sample of respondents reports, with its error (K13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prsim.measure.observe import answers
from prsim.spread.draws import Stream, stream_key

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


def nps_with_error(promoters: int, detractors: int, n: int) -> tuple[float, float]:
    """NPS of ``n`` answers and its standard error, both in points.

    The variance of one answer is ``P + D - (P - D)**2``.
    """
    p, d = promoters / n, detractors / n
    return 100.0 * (p - d), 100.0 * float(np.sqrt(max(p + d - (p - d) ** 2, 0.0) / n))


def survey_wave(sim: Simulation, wave: int) -> tuple[float, float]:
    """Ask respondents drawn in proportion to persons and to their readiness to answer.

    Parameters
    ----------
    sim
        The run; its audience is read, not touched.
    wave
        Number of the wave; keys who is asked and what they answer.

    Returns
    -------
    nps, standard error
        In points.
    """
    s, pop, weights = sim.scenario.survey, sim.world.population, sim.census.weights
    key = stream_key(sim.draws.seed, Stream.SURVEY, "wave", wave)
    rng = np.random.Generator(np.random.Philox(key=int(key)))
    share = sim.world.sizes / sim.world.sizes.sum()
    mean = np.average([x.satisfaction_mean for x in sim.scenario.segments.values()], weights=share)
    asked = np.empty(0, np.int64)
    got: list[np.ndarray] = []
    need = s.respondents
    while need > 0:
        segment = rng.choice(len(share), size=2 * need + 16, p=share)
        lo, hi = pop.seg_ptr[segment], pop.seg_ptr[segment + 1]
        asked = lo + (rng.random(len(segment)) * (hi - lo)).astype(np.int64)
        read = answers(
            asked, sim.now, sim.desk.lift, sim.audience.agents, pop.needs, pop.sat0, pop.personal, weights,
            sim.world.rules,
        )  # fmt: skip
        ready = 0.5 * np.exp(np.clip(s.response_bias * (read[:, 1] - mean), -3.0, 0.69))
        replies = read[rng.random(len(asked)) < ready, 0][:need]
        got.append(replies + weights[3] * rng.standard_normal(len(replies)))
        need -= len(replies)
    likely = np.concatenate(got)
    return nps_with_error(int((likely > 8.5).sum()), int((likely < 6.5).sum()), len(likely))
