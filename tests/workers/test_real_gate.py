"""The gate judges real weights by what is measured of them on real images, and says why.

Decoders that learned from masks of other images are the worse ones. How bad they become differs
from machine to machine, so that reasons are compared, and figures only with the gate's own bars.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import LazySettings

from annotation.models import Alias, Bundle, Image, Round
from annotation.services.bundles import ensure_pretrained, register_bundle
from annotation.services.gate import FEWEST_OBJECTS, TOLERANCE, judge
from annotation.services.images import add_image
from annotation.services.rounds import record_bundle, start_round
from annotation.services.seeds import Seed
from engine.media.images import decode_image
from engine.segmentation.adapted import load_any
from engine.segmentation.clicked_objects import ObjectClicks, summarise
from engine.segmentation.encoder import Encoder, Pixels, load_encoder
from engine.segmentation.frame import size_of
from engine.segmentation.items import OBJECTS_PER_IMAGE, AnnotatedImage, Embedding
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.trainer import Chain, TrainConfig
from engine.segmentation.training import train_decoder
from engine.threads import use_threads
from engine.weights.paths import ModelPaths
from tests.annotation.world import World, make_image
from tests.quick_bundle import write_again
from tests.stack import ROOT
from tests.workers.conftest import finish
from tests.workers.test_run_round import run
from workers import evaluation, networks, run_round
from workers.evaluation import Evaluation
from workers.holdout import Pair, evaluate_pair
from workers.simulation.pictures import Picture, read_pictures, with_swapped_masks

NUCLEI: Final = ROOT.parent / "shared" / "data" / "nuclei_dsb2018"
# Few and small, and of either size there are enough among the five of each that are clicked.
HELD_OUT: Final = (
    *("0acd2c223d300ea5", "e321cfa987e77c21", "1b2bf5933b0fb829"),
    *("40946065f7e4b603", "f4b7c24baf69b875", "2255d5aba044256b"),
    *("4cbd6c37f3a55a53", "1d02c4b5921e916b", "3b0709483b1e8644"),
)
LEARNED_FROM: Final = ("d7ec800373599645", "66612c188d73e931")  # each with the other's masks
MISLED_LR: Final = 1e-3  # learns how large nuclei are, and that later clicks mean nothing
BROKEN_LR: Final = 2e-3  # answers hardly anything
FEW_CLICKS: Final = 3  # on one object: each takes 60 ms, and by then the worse ones have lost
GRID: Final = 2  # points a side: clicks are what is judged here
OBJECTS: Final = OBJECTS_PER_IMAGE * len(HELD_OUT)  # that are clicked
EVERY: Final = 4  # small object: of so many the loss can be borne on average, and not by these

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NUCLEI.exists(), reason="needs the shared data"),
]


class Remembering:
    """The real encoder, which sees each image once for all tests."""

    def __init__(self, encoder: Encoder) -> None:
        self.digest = encoder.digest
        self._encoder = encoder
        self._seen: dict[bytes, Embedding] = {}

    def encode(self, pixels: Pixels) -> Embedding:
        key = pixels.tobytes()
        if key not in self._seen:
            self._seen[key] = self._encoder.encode(pixels)
        return self._seen[key]


@pytest.fixture(scope="module")
def models() -> ModelPaths:
    paths = ModelPaths(ROOT / "var" / "models")
    assert paths.sources.is_file(), "run `python -m engine.weights` first"
    return paths


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    found = read_pictures(NUCLEI / "images", NUCLEI / "instances.json")
    return {picture.path.stem: picture for picture in found}


@pytest.fixture(scope="module")
def real_encoder(models: ModelPaths) -> Remembering:
    return Remembering(load_encoder(models.encoder, threads=2))


@pytest.fixture
def encoder(real_encoder: Remembering, monkeypatch: pytest.MonkeyPatch) -> Remembering:
    """See as in use, where other tests of workers hardly look."""
    monkeypatch.setattr(networks, "_encoder", lru_cache(lambda _: real_encoder))
    return real_encoder


@pytest.fixture(scope="module")
def bundle_folder(models: ModelPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pretrained weights; they propose on a coarser grid."""
    folder = tmp_path_factory.mktemp("pretrained") / "bundle"
    return write_again(folder, models.pretrained, points_per_side=GRID)


Mislead = Callable[[float], Path]


@pytest.fixture(scope="module")
def mislead(
    bundle_folder: Path,
    pictures: dict[str, Picture],
    real_encoder: Remembering,
    tmp_path_factory: pytest.TempPathFactory,
) -> Mislead:
    """Train the pretrained weights for three steps on masks of other images, at such a rate."""

    @cache
    def trained(lr: float) -> Path:
        use_threads(2)
        swapped = with_swapped_masks([pictures[name] for name in LEARNED_FROM])
        folder = tmp_path_factory.mktemp("misled")
        weights = train_decoder(
            [annotated(picture, real_encoder) for picture in swapped],
            base=bundle_folder / "decoder.safetensors",
            others=[],
            config=TrainConfig(
                steps=3,
                chains=(Chain(2), Chain(1)),
                lr=lr,
                average_decay=0.0,
                precision="fp32",
                seed=0,
            ),
            checkpoint_dir=folder,
            on_step=lambda _: None,
            should_stop=lambda: False,
        )
        onnx = folder / "decoder.onnx"
        export_decoder(load_any(weights), onnx)
        files = {"decoder.safetensors": weights, "decoder.onnx": onnx}
        return write_again(folder / "bundle", bundle_folder, files=files)

    return trained


def annotated(picture: Picture, encoder: Remembering) -> AnnotatedImage:
    embedding = encoder.encode(decode_image(picture.path.read_bytes()).pixels)
    masks = [mask.rle for mask in picture.truth]
    return AnnotatedImage(picture.path.stem, lambda: embedding, masks, picture.size_hw)


Judge = Callable[[Path, Path], Round]


@pytest.fixture
def judged(
    world: World,
    pictures: dict[str, Picture],
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Judge:
    """Let a round that has made a bundle judge it by what people held out, beside what serves."""
    monkeypatch.setattr(evaluation, "MAX_CLICKS", FEW_CLICKS)
    finish(world, make_image(world.project))
    for name in HELD_OUT:
        hold_out(world, pictures[name])

    def judge_beside(serving: Path, candidate: Path) -> Round:
        settings.PRETRAINED_BUNDLE = serving
        ensure_pretrained(project=world.project)
        started = start_round(project=world.project, trigger="manual", created_by=world.manager)
        record_bundle(round_id=started.pk, bundle=register_bundle(candidate))
        ended = run(started)
        assert ended.state != Round.State.FAILED, ended.decision
        return ended

    return judge_beside


def hold_out(world: World, picture: Picture) -> None:
    data = picture.path.read_bytes()
    added = add_image(
        project=world.project, data=data, file_name=picture.file_name, created_by=world.manager
    )
    assert added.image is not None, added.message
    Image.objects.filter(pk=added.image.pk).update(is_holdout=True)
    finish(world, added.image, *(Seed(mask.rle) for mask in picture.truth))


def serving_of(world: World) -> Bundle:
    return Alias.objects.get(project=world.project, name=Alias.Name.SERVING).bundle


@pytest.mark.parametrize("lr", [MISLED_LR, BROKEN_LR])
def test_what_learned_from_masks_of_other_images_is_refused_by_what_later_clicks_lose(
    world: World, judged: Judge, bundle_folder: Path, mislead: Mislead, lr: float
) -> None:
    ended = judged(bundle_folder, mislead(lr))

    serving, candidate = ended.metrics["serving"], ended.metrics["candidate"]
    lost = serving["miou_3"] - candidate["miou_3"]
    change = change_of(ended.metrics["difference"])
    assert lost > TOLERANCE
    assert (ended.state, ended.decision) == (
        "refused",
        f"Not promoted: {lost:.3f} IoU lost at three clicks ({change} on {OBJECTS} holdout "
        "objects).",
    )
    assert serving_of(world) == ended.base_bundle


def test_the_way_back_is_promoted(
    world: World, judged: Judge, bundle_folder: Path, mislead: Mislead
) -> None:
    ended = judged(mislead(BROKEN_LR), bundle_folder)

    difference = ended.metrics["difference"]
    assert set(difference["by_size"]) == {"small", "medium"}
    assert all(group["objects"] >= FEWEST_OBJECTS for group in difference["by_size"].values())
    assert (ended.state, ended.decision) == (
        "promoted",
        f"Promoted: {change_of(difference)} on {OBJECTS} holdout objects.",
    )
    assert serving_of(world) == ended.bundle


def test_what_proposes_far_less_is_refused_for_it_however_much_better_its_clicks_are(
    judged: Judge, bundle_folder: Path, mislead: Mislead
) -> None:
    ended = judged(mislead(BROKEN_LR), bundle_folder)
    perfect = ended.metrics["serving"] | {"ap_50": 1.0}
    candidate, difference = ended.metrics["candidate"], ended.metrics["difference"]

    verdict = judge(serving=perfect, candidate=candidate, difference=difference)

    assert verdict.reason == (
        f"Not promoted: proposals are worse, AP50 1.000 to {candidate['ap_50']:.3f} "
        f"({change_of(difference)} on {OBJECTS} holdout objects)."
    )


def test_the_same_weights_are_not_surely_better_than_themselves(
    judged: Judge, bundle_folder: Path
) -> None:
    ended = judged(bundle_folder, bundle_folder)

    assert (ended.state, ended.decision) == (
        "refused",
        "Not promoted: not surely better (+0.000 IoU at one click [+0.000, +0.000] on "
        f"{OBJECTS} holdout objects).",
    )


def test_what_is_better_on_average_and_worse_on_small_objects_is_refused_by_them(
    judged: Judge, bundle_folder: Path, mislead: Mislead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are measured, and then exchange what they came to on some of the objects."""
    measured = partial(exchanging, evaluate_pair)
    monkeypatch.setattr(run_round, "evaluate_pair", measured)

    ended = judged(mislead(BROKEN_LR), bundle_folder)

    difference = ended.metrics["difference"]
    small, medium = (difference["by_size"][size] for size in ("small", "medium"))
    assert small["mean"] < 0 < difference["mean"] < medium["mean"]
    assert (ended.state, ended.decision) == (
        "refused",
        f"Not promoted: small objects pay for the others, {change_of(small)} on "
        f"{small['objects']} ({change_of(difference)} on {OBJECTS} holdout objects).",
    )
    regardless = judge(
        serving=ended.metrics["serving"],
        candidate=ended.metrics["candidate"],
        difference=difference | {"by_size": {}},
    )
    assert regardless.is_promoted


def exchanging(honest: Callable[..., Pair | None], *args: Any) -> Pair:
    """Measure both; what serves takes the small objects, but for some, which go the other way."""
    pair = honest(*args)
    assert pair is not None
    before, after = (
        {(one.key, one.index): one for one in each.objects} for each in (pair.before, pair.after)
    )
    small = [key for key, one in after.items() if size_of(one.size_px) == "small"]
    lost = {key: before[key] for key in small[::EVERY]}
    return replace(
        pair,
        before=with_objects(pair.before, before | {key: after[key] for key in small}),
        after=with_objects(pair.after, after | lost),
    )


def with_objects(known: Evaluation, objects: dict[tuple[str, int], ObjectClicks]) -> Evaluation:
    clicked = tuple(objects.values())
    figures = known.figures | asdict(summarise(clicked, FEW_CLICKS).overall)
    return replace(known, objects=clicked, figures=figures)


def change_of(difference: dict[str, Any]) -> str:
    return "{mean:+.3f} IoU at one click [{low:+.3f}, {high:+.3f}]".format(**difference)
