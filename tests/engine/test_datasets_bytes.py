"""What was promised for ever: a version leaves in the same bytes, after an upgrade as well."""

import json
import zlib
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from engine.datasets.formats import FORMATS
from engine.datasets.sample import DECLARED_SINCE, EDITION
from tests.engine.pinned_bytes import (
    EDITIONS,
    FILE,
    HANGS_ON,
    ZIP,
    declaring,
    digest_of,
    fixed,
    libraries,
)

PINNED: dict[str, Any] = json.loads(FILE.read_text())
NAMES = (*FORMATS, ZIP)
ADVICE = """{name} of edition {edition} has other bytes than were promised for ever.
Other libraries than then: {moved}.
If such a library packs differently, keep the version that requirements.lock had. If our own code
writes differently, raise EDITION in engine/datasets/sample.py, and write versions of the editions
before as ever. `python -m tests.engine.pinned_bytes` pins a new format or edition; what it changes
of old ones is a promise broken, and is to be told in CHANGELOG.md."""


def moved(name: str) -> list[str]:
    """Say which of the libraries that pack a format have other versions than when it was pinned."""
    then, now = PINNED["libraries"], libraries()
    watched = HANGS_ON.get(name, frozenset()) | ({"machine"} if name in HANGS_ON else set())
    return [
        f"{each} {then[each]} -> {now[each]}" for each in sorted(watched) if then[each] != now[each]
    ]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", NAMES)
def test_each_format_is_written_in_the_bytes_that_were_promised(name: str, edition: int) -> None:
    others = moved(name)
    if any(each.startswith("machine") for each in others):
        pytest.skip("libraries for another kind of processor pack in their own way")

    found = digest_of(name, fixed(edition))

    told = ADVICE.format(name=name, edition=edition, moved=", ".join(others) or "none")
    assert found == PINNED["digests"].get(str(edition), {}).get(name), told


@pytest.mark.parametrize("edition", range(1, DECLARED_SINCE))
@pytest.mark.parametrize("name", ["cvat", "huggingface", "croissant"])
def test_versions_that_were_cut_before_attributes_were_declared_declare_none(
    name: str, edition: int
) -> None:
    plain = fixed(edition)

    assert digest_of(name, replace(plain, labels=declaring())) == digest_of(name, plain)
    assert digest_of(name, replace(fixed(EDITION), labels=plain.labels)) != digest_of(
        name, fixed(EDITION)
    )


def test_every_format_and_edition_is_pinned_and_no_other() -> None:
    assert {int(each) for each in PINNED["digests"]} == set(range(1, EDITION + 1))
    assert all(set(each) == set(NAMES) for each in PINNED["digests"].values())
    assert set(HANGS_ON) <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HANGS_ON])
def test_no_library_packs_what_hangs_on_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("this format hangs on a library")

    packers: tuple[tuple[object, str], ...] = (
        (Image.Image, "save"),
        (zlib, "compress"),
        (np, "save"),
        (pyarrow.parquet, "ParquetWriter"),
    )
    for owner, method in packers:
        monkeypatch.setattr(owner, method, refuse)

    assert digest_of(name, fixed(EDITION))


@pytest.mark.parametrize("library", ["Pillow", "pyarrow", "zlib"])
def test_another_version_of_a_library_is_named_where_bytes_are_others(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PINNED["libraries"], library, "0.1")

    told = {name: moved(name) for name in NAMES}

    assert {name for name, each in told.items() if each} == {
        name for name, each in HANGS_ON.items() if library in each
    }
