"""A description read aloud over known masks: words while it is spoken, then links to masks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from scipy.ndimage import distance_transform_edt

from engine.masks.rle import RLE, decode
from engine.masks.validate import rle_from_coco
from tests.client import Client, wait_for
from tests.e2e.conftest import Clip, Look
from tests.e2e.gestures import SLOW_MS, expect_saved, wait_for_editor
from tests.e2e.read_aloud import Piece, Spoken, read_aloud, write_microphone
from tests.e2e.scenes import import_pictures, log_in
from tests.stack import ROOT, Stack

pytestmark = pytest.mark.e2e
PHOTOS: Final = ROOT.parent / "shared" / "data" / "coco_photos"
NAME: Final = "000000565248.jpg"  # two women ride along the sea
LABELS: Final = ("person", "horse", "handbag", "backpack")
# Things by their annotations in the data's own file, and one that nobody has drawn.
THINGS: Final = {
    "left woman": 196721,
    "right woman": 200028,
    "gray horse": 60280,
    "brown horse": 273900,
    "handbag": 1179210,
    "backpack": 2175567,
}
SEA_XY: Final = (480.0, 225.0)
SCRIPT: Final = (
    Piece("A woman", "left woman"),
    Piece("sits on a gray horse.", "gray horse"),
    Piece("She wears a black handbag.", "handbag"),
    Piece("Another woman", "right woman"),
    Piece("rides a brown horse.", "brown horse"),
    Piece("She carries a large backpack.", "backpack"),
    Piece("This woman", "right woman"),
    Piece("looks at the other woman.", "left woman"),
    Piece("Behind them is a big wave.", "sea"),
    Piece("In front is the gray horse.", "gray horse"),
    Piece("There are three horses.", "horses"),
)
# Where it is not the one thing: by a plural, and what has no mask.
MEANT: Final[Mapping[str, set[str]]] = {"horses": {"gray horse", "brown horse"}, "sea": set()}
LEAST_RIGHT: Final = 0.9
LATE_S: Final = 0.3  # later, and the noun may be over
RETAKES: Final = 2  # at most
OPENED = """() => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.microphoneOpenedMs = performance.now();
    return stream;
  };
}"""
SPOKEN_FOR_MS = "performance.now() - window.microphoneOpenedMs"
HAS_SPOKEN_FOR = f"ms => {SPOKEN_FOR_MS} >= ms"
NOT_OPENED_YET = "window.microphoneOpenedMs = Infinity"


@dataclass(frozen=True, slots=True)
class Scene:
    client: Client
    project: int
    image: int
    masks: Mapping[str, str]  # ids by thing
    places: Mapping[str, tuple[float, float]]  # shares of the image's width and height


@pytest.fixture
def spoken(clip: Clip) -> Iterator[list[Spoken]]:
    """Have the script in the microphone; the other tests get theirs back."""
    before = clip.wav.read_bytes()
    sound, spoken = read_aloud(SCRIPT)
    write_microphone(sound, clip.wav)
    yield spoken
    clip.wav.write_bytes(before)


@pytest.fixture
def scene(stack: Stack) -> Iterator[Scene]:
    """The photo with its masks. It is not prepared, which nobody here waits for."""
    photo = PHOTOS / "images" / NAME
    if not photo.is_file():
        pytest.skip(f"{photo} is not there to be described")
    grace = stack.log_in("grace")
    grace.post("/api/consent", {})
    colours = ("#1f77b4", "#ff8787", "#12b886", "#fab005")
    labels = [{"name": n, "color": c} for n, c in zip(LABELS, colours, strict=True)]
    body = {"name": f"Riders {uuid4().hex[:6]}", "labels": labels, "holdout_share": 0}
    project = grace.post("/api/projects", body)
    with stack.asleep("models"):
        [image] = import_pictures(grace, project["id"], {NAME: photo.read_bytes()})
        rles, names = known_masks(PHOTOS / "instances.json")
        ids = {label["name"]: label["id"] for label in project["labels"]}
        drawn = {thing: str(uuid4()) for thing in rles}
        save_masks(grace, image, rles, drawn, {thing: ids[name] for thing, name in names.items()})
        yield Scene(grace, project["id"], image, drawn, places_of(rles))
    grace.send("DELETE", f"/api/projects/{project['id']}")


def test_a_description_read_aloud_is_heard_corrected_and_linked_to_its_masks(
    scene: Scene,
    page: Page,
    spoken: list[Spoken],
    take_picture: Look,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page.add_init_script(f"({OPENED})()")
    log_in(page)
    page.goto(f"/projects/{scene.project}/images/{scene.image}/describe")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("timer")).to_be_visible(timeout=SLOW_MS)

    record_what_is_said(page, scene, spoken)
    heard_so_far = page.get_by_role("log", name="Heard so far")
    expect(heard_so_far).to_contain_text(re.compile("horse"), timeout=SLOW_MS)
    finished = monotonic()
    page.get_by_role("button", name="Finish").click()
    words = page.locator("[data-word]")
    expect(words.first).to_be_visible(timeout=SLOW_MS)
    waited_s = monotonic() - finished
    heard = " ".join(words.all_inner_texts())
    correct_the_first_word(page, "One")

    grounding = wait_for(lambda: corrected_grounding(scene), "the words are linked")
    wrong = wrongly_linked(spoken, grounding["phrases"], scene)
    share = 1 - len(wrong) / len(spoken)
    figures = f"{share:.0%} of {len(spoken)} object words right, text {waited_s:.1f} s after stop"
    with capsys.disabled():
        print(f"\nread aloud: {figures}; wrong: {wrong}")  # noqa: T201
    assert share >= LEAST_RIGHT, f"{figures}; wrong: {wrong}; heard: {heard}"
    asked = [each["text"] for each in grounding["phrases"] if each["is_question"]]
    assert "a big wave" in asked, f"asked: {asked}; heard: {heard}"
    phrases = page.get_by_role("list", name="Phrases").get_by_role("listitem")
    asked_of = phrases.filter(has_text="a big wave")
    expect(asked_of).to_contain_text("No mask", timeout=SLOW_MS)
    expect(phrases.first.get_by_title(re.compile(r"^Said at \d+:\d\d$"))).to_be_visible()
    unfit = page.get_by_role("list", name="Does not fit")
    expect(unfit).to_contain_text("but 2 masks", timeout=SLOW_MS)

    take_picture("75-linked")
    speak_of_one_mask(page, scene, spoken, take_picture)


def known_masks(file: Path) -> tuple[dict[str, RLE], dict[str, str]]:
    """Read the masks of the photo and their labels' names, by thing."""
    content = json.loads(file.read_bytes())
    [size_hw] = [(i["height"], i["width"]) for i in content["images"] if NAME in i["file_name"]]
    labels = {each["id"]: each["name"] for each in content["categories"]}
    rows = {each["id"]: each for each in content["annotations"]}
    found = {thing: rows[pk] for thing, pk in THINGS.items()}
    rles = {thing: rle_from_coco(row["segmentation"], size_hw) for thing, row in found.items()}
    return rles, {thing: labels[row["category_id"]] for thing, row in found.items()}


def save_masks(
    client: Client,
    image: int,
    rles: Mapping[str, RLE],
    masks: Mapping[str, str],
    labels: Mapping[str, int],
) -> None:
    drawn = [
        {"id": str(uuid4()), "kind": "create", "mask": masks[thing], "rle": rle}
        | {"label": labels[thing]}
        for thing, rle in rles.items()
    ]
    version = client.get(f"/api/images/{image}")["version"]
    answer = client.save(image, version, *drawn)
    assert answer.is_good, answer


def places_of(rles: Mapping[str, RLE]) -> dict[str, tuple[float, float]]:
    """Find for each mask the place that is farthest from its edge and from every other mask."""
    pixels = {thing: decode(rle) for thing, rle in rles.items()}
    count = np.sum(list(pixels.values()), axis=0)
    height, width = count.shape
    places = {"sea": (SEA_XY[0] / width, SEA_XY[1] / height)}
    for thing, mask in pixels.items():
        inside = distance_transform_edt(np.pad(mask & (count == 1), 1))[1:-1, 1:-1]
        y, x = np.unravel_index(int(inside.argmax()), inside.shape)
        places[thing] = ((int(x) + 0.5) / width, (int(y) + 0.5) / height)
    places["horses"] = places["brown horse"]
    return places


def record_what_is_said(page: Page, scene: Scene, spoken: Sequence[Spoken]) -> None:
    """Point along with the voice, which waits for nobody: who was late begins the take anew."""
    for _ in range(RETAKES):
        if point_at_what_is_said(page, scene, spoken) <= LATE_S:
            return
        page.evaluate(NOT_OPENED_YET)
        page.get_by_role("button", name="Start over").click()
    point_at_what_is_said(page, scene, spoken)


def point_at_what_is_said(page: Page, scene: Scene, spoken: Sequence[Spoken]) -> float:
    """Go to each thing as its noun comes, and rest there until the next one's does.

    Returns:
        By how many seconds the latest of the moves was late.

    """
    picture = page.get_by_role("img", name=NAME)
    late_s = 0.0
    for each in spoken:
        await_the_voice(page, each.point_at_s)
        point_at(picture, scene.places[each.piece.thing])
        late_s = max(late_s, page.evaluate(SPOKEN_FOR_MS) / 1000 - each.point_at_s)
    await_the_voice(page, spoken[-1].end_s + 0.5)
    return late_s


def await_the_voice(page: Page, seconds: float) -> None:
    page.wait_for_function(HAS_SPOKEN_FOR, arg=1000 * seconds, polling=20, timeout=SLOW_MS)


def point_at(picture: Locator, place: tuple[float, float]) -> None:
    box = picture.bounding_box()
    assert box is not None
    x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]
    picture.page.mouse.move(x, y)


def correct_the_first_word(page: Page, text: str) -> None:
    page.locator("[data-word]").first.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label(re.compile("Correct "))
    field.fill(text)
    field.press("Enter")
    page.get_by_role("button", name="Save corrected text").click()
    caption = page.get_by_role("textbox", name="Caption")
    expect(caption).to_have_value(re.compile(f"^{text} "), timeout=SLOW_MS)


def speak_of_one_mask(
    page: Page, scene: Scene, spoken: Sequence[Spoken], take_picture: Look
) -> None:
    """Say the first sentence as the caption of the handbag, and keep what was heard."""
    page.goto(f"/projects/{scene.project}/annotate?image={scene.image}")
    wait_for_editor(page)
    objects = page.get_by_label("Objects and proposals")
    objects.get_by_role("button", name=re.compile("^handbag")).click()
    page.get_by_role("button", name="Speak the caption").click()
    end = page.get_by_role("button", name="End what you say of the mask")
    expect(end).to_be_visible()
    await_the_voice(page, spoken[1].end_s + 0.3)
    take_picture("76-mask-speaking")
    end.click()

    caption = page.get_by_role("textbox", name="Caption")
    expect(caption).to_have_value(re.compile("horse"), timeout=SLOW_MS)
    expect(caption).to_be_focused()
    heard = caption.input_value()
    take_picture("77-mask-heard")
    page.keyboard.press("Enter")
    expect_saved(page)

    said = scene.client.get(f"/api/images/{scene.image}/descriptions")
    take = said["recordings"][0]
    assert (take["mask"], take["mask_label"]) == (scene.masks["handbag"], "handbag")
    masks = {each["id"]: each for each in scene.client.get(f"/api/images/{scene.image}")["masks"]}
    kept = masks[scene.masks["handbag"]]
    assert (kept["caption"], kept["caption_recording"]) == (heard, take["id"])
    assert take["id"] not in {each["recording"] for each in said["said"]}


def corrected_grounding(scene: Scene) -> Any:
    """Return what the corrected text says of the masks, once its links are made."""
    [take] = scene.client.get(f"/api/images/{scene.image}/descriptions")["recordings"]
    corrected = [each["id"] for each in take["transcripts"] if each["kind"] == "corrected"]
    grounding = scene.client.get(f"/api/images/{scene.image}/grounding")
    made = {each["transcript"] for each in grounding["phrases"]}
    return grounding if made == set(corrected) and not grounding["is_waiting"] else None


def wrongly_linked(
    spoken: Sequence[Spoken], phrases: Sequence[Mapping[str, Any]], scene: Scene
) -> list[str]:
    """Name the object words whose phrase has other masks than the script means, or is not there."""
    wrong, at = [], 0
    for piece in (each.piece for each in spoken):
        later = [n for n in range(at, len(phrases)) if piece.noun in phrases[n]["text"].lower()]
        at = later[0] + 1 if later else at
        meant = {scene.masks[each] for each in MEANT.get(piece.thing, {piece.thing})}
        if not later or set(phrases[later[0]]["masks"]) != meant:
            wrong.append(piece.thing)
    return wrong
