"""A bundle's figures tell what its verifier promises of the holdout, and what comes of it."""

from typing import Any

import numpy as np
import pytest

from annotation.services.bundles import ensure_pretrained
from annotation.services.seeds import Seed
from annotation.services.versions import cut_version
from engine.verification.additive_model import AdditiveModel
from engine.verification.verifier import Verdicts, Verifier, no_verdicts
from tests.annotation.world import World, make_image, square
from tests.workers.conftest import finish
from workers import evaluation
from workers.holdout import measure
from workers.watch import Onlooker

# Of 200 scores the upper half was right, so that all promises up to 0.95 are kept by those.
HALF_RIGHT = Verdicts(np.linspace(0, 1, 200, dtype=np.float32), np.arange(200) >= 100)


def promises_of(
    world: World, verifier: Verifier, monkeypatch: pytest.MonkeyPatch, *seeds: Seed
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Measure what serves as if it had a verifier: on an image of others, with its own masks."""
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    monkeypatch.setattr(evaluation, "verifier_of", lambda _: verifier)
    bundle = ensure_pretrained(project=world.project)
    finish(world, make_image(world.project, is_holdout=True), *seeds)
    version = cut_version(project=world.project, created_by=world.manager)
    _, measured = measure(Onlooker(lambda *_: None), version, bundle)
    return measured.figures, measured.figures["promises"]


def test_what_is_accepted_of_the_holdout_is_counted_for_each_promise(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = Verifier(AdditiveModel({}, bias=4.0), held_out=HALF_RIGHT)

    figures, promises = promises_of(world, sure, monkeypatch, Seed(square(2, 3, 7)))

    proposals = sum(each["proposals"] for each in figures["calibration_bins"])
    assert [each["promise"] for each in promises] == [0.99, 0.98, 0.95, 0.9, 0.85, 0.8]
    assert [each["threshold"] for each in promises[:2]] == [None, None]
    assert proposals
    for each in promises[2:]:
        assert each["threshold"] == pytest.approx(0.5, abs=0.1)
        assert each["taken"] == each["proposals"] == proposals
        assert each["precision"]["share"] == each["right"] / proposals
        assert each["saved"] == pytest.approx(0.9)  # a tenth is left to people, as an audit


def test_a_verifier_that_knows_no_verdicts_says_that_it_promises_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Verifier(AdditiveModel({}, bias=4.0), held_out=no_verdicts())

    _, promises = promises_of(world, new, monkeypatch, Seed(square(4, 3, 6)))

    for each in promises:
        told = each["threshold"], each["taken"], each["precision"], each["saved"]
        assert told == (None, 0, None, 0)
