"""Programs that come inside wheels."""

from importlib.util import find_spec
from pathlib import Path


def file_of(package: str, path: str) -> Path:
    """Return a file of a package without importing it: its Python layer is not wanted."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders or not (found := Path(folders[0]) / path).is_file():
        raise FileNotFoundError(f"{package} has no {path} for this machine: run make install")
    return found
