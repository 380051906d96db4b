"""Stand-ins for packages that a reader imports but does not read with.

`ultralytics` parses labels with NumPy alone, yet imports torch first, which is a gigabyte; LabelMe
reads its files without a window, yet imports Qt.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final

VERSION: Final = "2.0.0"  # of all of them; some ask


class _Kind(type):
    def __getattr__(cls, name: str) -> Any:
        return _thing(name)


class _Nothing(metaclass=_Kind):
    """Whatever is asked of an absent package: a class to inherit, a decorator, a function."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return _thing(name)

    def __call__(self, *args: Any, **_: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self


def _thing(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (Warning,) if name.endswith("Warning") else (_Nothing,), {})


class _AbsentModule(ModuleType):
    __version__ = VERSION
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return _thing(name)


class _AbsentDistribution(Distribution):
    def read_text(self, filename: str) -> str | None:
        return f"Version: {VERSION}\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Path:
        return Path(path)


class _Absent(DistributionFinder, Loader):
    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = set(packages)

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        is_absent = fullname.partition(".")[0] in self._packages
        return ModuleSpec(fullname, self, is_package=True) if is_absent else None

    def find_distributions(
        self,
        context: DistributionFinder.Context = DistributionFinder.Context(),  # noqa: B008
    ) -> Iterator[Distribution]:
        if context.name in self._packages:
            yield _AbsentDistribution()

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def without(*packages: str) -> None:
    """Let packages be imported that are not there; nothing that they are asked for works."""
    sys.meta_path.insert(0, _Absent(packages))
