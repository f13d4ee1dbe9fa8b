"""Mesa's model and agent, without its grids and spaces unless somebody asks for them.

``import mesa`` runs ``mesa/__init__.py``, which imports every part of Mesa, and with them scipy.spatial, networkx and
tqdm: half of a process's start, for what prsim does not use. Here the packages ``mesa`` and ``mesa.experimental`` stand
in ``sys.modules`` with their ``__init__.py`` still to be run; that happens when a name is asked of them that is not
there yet. So ``import mesa`` in a user's own program gives all of Mesa, as always.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

__all__ = ["import_core"]

_PACKAGES = ("mesa", "mesa.experimental")
_OF_THE_PACKAGE = ("__all__", "__version__")


class _Unopened(ModuleType):
    """A package whose ``__init__.py`` is run when a name of it is missing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _OF_THE_PACKAGE:
            raise AttributeError(name)
        _open(self)
        return getattr(self, name)


def _open(package: _Unopened) -> None:
    spec = package.__spec__
    assert spec is not None and spec.loader is not None
    package.__class__ = ModuleType  # type: ignore[assignment] # from now on a module like any other
    spec.loader.exec_module(package)


def import_core() -> None:
    """Import ``mesa.Model`` and ``mesa.Agent``; nothing more of Mesa, where it is not imported already."""
    if "mesa" in sys.modules:
        return
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is None:
            return
        package = module_from_spec(spec)
        package.__class__ = _Unopened
        sys.modules[name] = package
    mesa = sys.modules["mesa"]
    vars(mesa)["experimental"] = sys.modules["mesa.experimental"]
    vars(mesa)["Model"] = import_module("mesa.model").Model
    vars(mesa)["Agent"] = import_module("mesa.agent").Agent


import_core()
