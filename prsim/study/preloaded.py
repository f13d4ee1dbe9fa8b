"""What the server of worker processes imports before it forks them; imported for its effect only."""

from __future__ import annotations

import gc

gc.disable()  # an import makes no garbage; looking for it takes a tenth of the time

import prsim.model  # noqa: E402 - Mesa first: it looks through all modules that are there
import prsim.study.api  # noqa: E402, F401
from prsim.spread.draws import Draws, Stream  # noqa: E402
from prsim.study.warm_up import is_warm  # noqa: E402

if is_warm():
    Draws(0).uniform(Stream.POPULATION, 0)  # the first compiled function that is called sets numba up
gc.enable()
gc.freeze()  # what is here stays; workers share it as long as nobody writes to it
