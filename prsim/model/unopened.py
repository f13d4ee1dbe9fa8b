"""Packages that are imported when something is asked of them, and not before.

Libraries import more than prsim uses of them, and most of the time until a run begins would go there. A package that is
left unopened stands in ``sys.modules`` with its ``__init__.py`` still to be run; that happens when a name is asked of
it that is not there yet. So whoever imports it gets all of it, as always, only later.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

__all__ = ["leave_unopened"]

_OF_THE_PACKAGE = ("__all__", "__path__", "__version__")
_OPENING = threading.RLock()
_under_way: set[str] = set()  # packages whose __init__.py is being run


class _Unopened(ModuleType):
    """A package whose ``__init__.py`` is run when a name of it is missing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _OF_THE_PACKAGE:
            raise AttributeError(name)
        _open(self)
        return ModuleType.__getattribute__(self, name)

    def __dir__(self) -> Iterable[str]:
        _open(self)
        return ModuleType.__dir__(self)


def _open(package: _Unopened) -> None:
    spec = package.__spec__
    assert spec is not None and spec.loader is not None
    with _OPENING:  # other threads wait until all names are there
        if type(package) is not _Unopened or spec.name in _under_way:
            return
        vars(package)["__path__"] = spec.submodule_search_locations
        _under_way.add(spec.name)
        try:
            spec.loader.exec_module(package)
            package.__class__ = ModuleType  # type: ignore[assignment] # from now on a module like any other
        finally:
            _under_way.discard(spec.name)


def leave_unopened(packages: Iterable[str], *, but_for_modules: bool = False) -> None:
    """Let packages stand unopened, a package before those inside of it; those that are imported already stay so.

    Parameters
    ----------
    packages
        Their names. One that is not installed is passed over.
    but_for_modules
        Modules of the packages can be imported without opening these. That is for packages of which one knows that
        their modules do without their ``__init__.py``; others are opened then.
    """
    for name in packages:
        if name in sys.modules or (spec := find_spec(name)) is None:
            continue
        package = module_from_spec(spec)
        package.__class__ = _Unopened
        if not but_for_modules:
            del vars(package)["__path__"]
        sys.modules[name] = package
