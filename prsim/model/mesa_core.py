"""Mesa's model and agent, without its grids and spaces unless somebody asks for them.

``import mesa`` runs ``mesa/__init__.py``, which imports every part of Mesa, and with them scipy.spatial, networkx and
tqdm; its data recorders import pandas. That is half of a process's start, for what no run uses. So these packages are
left unopened, and ``import mesa`` in a user's own program gives all of Mesa, as always.
"""

from __future__ import annotations

import sys
from importlib import import_module

from prsim.model.unopened import leave_unopened

__all__ = ["import_core"]


def import_core() -> None:
    """Import ``mesa.Model`` and ``mesa.Agent``; nothing more of Mesa, where it is not imported already."""
    if "mesa" in sys.modules:
        return
    leave_unopened(["pandas"])
    leave_unopened(["mesa", "mesa.experimental"], but_for_modules=True)
    model, agent = import_module("mesa.model"), import_module("mesa.agent")
    vars(sys.modules["mesa"]).update(
        experimental=sys.modules["mesa.experimental"], Model=model.Model, Agent=agent.Agent
    )


import_core()
