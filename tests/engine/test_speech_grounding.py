"""Spoken phrases are linked to the masks that they speak of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.masks.rle import decode, encode
from engine.speech.grounding.ground import Grounded, ground
from engine.speech.grounding.pointer import DEFAULT_REACH, Pointer, Reach, read_trace
from engine.speech.grounding.questions import answers_to
from engine.speech.grounding.reach import Known, learn_reach
from engine.speech.grounding.scene import NamedMask, Scene
from engine.speech.transcript import Word
from tests.engine.grounding import MASKS, NAMES, named, pointing, spoken

AT = {"dog": (80.0, 20.0), "cup": (30.0, 80.0), "plate": (100.0, 80.0), "bucket": (180.0, 20.0)}
EMPTY = read_trace([])
seconds = st.integers(0, 1280).map(lambda n: n / 64)
points = st.lists(
    st.fixed_dictionaries(
        {
            "t": seconds.map(lambda s: s + 0.001),  # never just when a window is sampled
            "x": st.floats(-10, 300, allow_nan=False),
            "y": st.floats(-10, 300, allow_nan=False),
            "kind": st.sampled_from(["move", "click"]),
        }
    ),
    max_size=40,
)


def links_of(grounded: Grounded) -> dict[str, tuple[str, ...]]:
    return {
        phrase.text: link.masks
        for phrase, link in zip(grounded.phrases, grounded.links, strict=True)
    }


def test_a_scripted_description_finds_its_masks_and_asks_for_the_bucket() -> None:
    words = spoken(
        "A brown dog is above the table. There is a cup to the left of a plate. "
        "Next to it I see a red bucket. The bucket is empty."
    )
    trace = pointing(words, {**AT, "table": (60.0, 110.0)})

    grounded = ground(words, trace, MASKS, NAMES)

    assert links_of(grounded) == {
        "A brown dog": ("dog",),
        "the table": ("table",),
        "a cup": ("cup",),
        "a plate": ("plate",),
        "a red bucket": (),
        "The bucket": (),
    }
    (question,) = grounded.without_mask
    assert grounded.phrases[question.phrase].text == "a red bucket"
    assert question.place_xy == AT["bucket"]
    assert grounded.unmentioned == ["cup 2"]
    assert grounded.contradictions == []


def test_words_link_by_name_alone_where_nobody_pointed() -> None:
    grounded = ground(spoken("The dog and the plates."), EMPTY, MASKS, NAMES)

    assert links_of(grounded) == {"The dog": ("dog",), "the plates": ("plate",)}
    assert all(link.place_xy is None for link in grounded.links)


def test_the_pointer_picks_among_masks_of_one_label() -> None:
    words = spoken("Here is a cup.")

    first = ground(words, pointing(words, {"cup": (30, 80)}), MASKS, NAMES)
    second = ground(words, pointing(words, {"cup": (160, 80)}), MASKS, NAMES)

    assert links_of(first) == {"a cup": ("cup",)}
    assert links_of(second) == {"a cup": ("cup 2",)}
    assert first.links[0].score > 0.7


def test_a_plural_links_to_all_masks_of_its_label() -> None:
    grounded = ground(spoken("Two cups."), EMPTY, MASKS, NAMES)

    assert set(grounded.links[0].masks) == {"cup", "cup 2"}
    assert "cup 2" not in grounded.unmentioned


def test_a_part_beats_its_whole_where_the_pointer_rests_on_it() -> None:
    words = spoken("It has a grip.")
    trace = pointing(words, {"grip": (47, 76)})

    grounded = ground(words, trace, MASKS, NAMES)

    assert links_of(grounded) == {"a grip": ("handle",)}


def test_the_whole_beats_its_part_where_the_pointer_goes_all_over_it() -> None:
    whole, part = named("whole", None, (20, 20, 100, 100)), named("part", None, (50, 50, 60, 60))
    words = spoken("a gizmo")
    stroke = [{"t": i / 30, "x": 22 + 3 * i, "y": 55, "kind": "move"} for i in range(25)]

    grounded = ground(words, read_trace(stroke), (whole, part), ())

    assert links_of(grounded)["a gizmo"] == ("whole",)


def test_a_click_outweighs_passing_over() -> None:
    words = spoken("a thingamajig")
    left, right = named("left", None, (0, 0, 50, 50)), named("right", None, (100, 0, 150, 50))
    moves = [
        {"t": 0.0, "x": 10, "y": 10, "kind": "move"},
        {"t": 0.45, "x": 120, "y": 10, "kind": "move"},
    ]
    click = {"t": 0.44, "x": 10, "y": 10, "kind": "click"}

    passing = ground(words, read_trace(moves), (left, right), ())
    clicked = ground(words, read_trace([*moves, click]), (left, right), ())

    assert passing.links[0].masks == ("right",)
    assert clicked.links[0].masks == ("left",)


def test_a_label_of_the_project_without_a_mask_here_is_missed_whatever_lies_under_the_pointer() -> (
    None
):
    words = spoken("A traffic light.")

    grounded = ground(words, pointing(words, {"light": (80, 20)}), MASKS, NAMES)

    assert links_of(grounded) == {"A traffic light": ()}
    assert grounded.links[0].place_xy == (80, 20)


def test_numbers_and_places_that_the_masks_do_not_bear_out_are_listed() -> None:
    words = spoken("Three cups. A dog below the table. The plate is to the right of the dog.")

    grounded = ground(words, EMPTY, MASKS, NAMES)

    assert [(each.kind, each.said, each.masks) for each in grounded.contradictions] == [
        ("count", "Three cups", ("cup", "cup 2")),
        ("below", "A dog below the table.", ("dog", "table")),
    ]


def test_numbers_that_add_up_are_no_contradiction() -> None:
    masks = [*MASKS, named("cup 3", "cup", (180, 70, 190, 95))]

    grounded = ground(spoken("Two cups. And another cup."), EMPTY, masks, NAMES)

    assert grounded.contradictions == []


@pytest.mark.parametrize("late_s", [-0.6, 0.0, 0.8])
def test_the_reach_is_learned_from_known_links(late_s: float) -> None:
    scene = Scene(MASKS)
    rng = np.random.default_rng(3)
    names = [("dog", 5), ("cup", 2), ("plate", 1), ("table", 0)]
    where = {**AT, "table": (60.0, 110.0)}
    corpus = []
    for _ in range(6):
        order = [names[at] for at in rng.permutation(4)]
        words = spoken(" ".join(f"a {name}" for name, _ in order), start_s=2.0)
        trace = pointing(words, where, late_s=late_s)
        spans = np.array([[word.start_s, word.end_s] for word in words[1::2]])
        corpus.append(Known(Pointer(scene, trace), spans, [at for _, at in order]))

    learned = learn_reach(corpus)

    assert learned.agreement == 1.0
    middle = (learned.reach.lag_s - learned.reach.lead_s) / 2
    assert middle == pytest.approx(late_s + 0.2, abs=0.35)


def test_no_links_teach_no_reach() -> None:
    with pytest.raises(ValueError, match="there are none"):
        learn_reach([])


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=50, deadline=None)
def test_points_are_looked_up_in_the_runs_as_in_the_decoded_mask(
    seed: int, height: int, width: int
) -> None:
    rng = np.random.default_rng(seed)
    rle = encode(rng.random((height, width)) < 0.5)
    at = rng.uniform(-3, 33, (50, 2))

    under = Scene([NamedMask("any", None, rle)]).under(at)[:, 0]

    mask = decode(rle)
    expected = [
        0 <= x < width and 0 <= y < height and bool(mask[int(y), int(x)]) for x, y in np.floor(at)
    ]
    assert under.tolist() == expected


@given(points, st.tuples(seconds, seconds), st.floats(-1, 2), st.floats(-1, 2))
@settings(max_examples=60, deadline=None)
def test_the_votes_of_a_span_are_shares_and_move_with_the_clock(
    trace: list[dict[str, object]], span: tuple[float, float], lead_s: float, lag_s: float
) -> None:
    scene = Scene(MASKS)
    spans = np.array([[span[0], span[0] + span[1]]])
    later = [{**point, "t": point["t"] + 64.0} for point in trace]  # type: ignore[operator]

    votes = Pointer(scene, read_trace(trace)).votes(spans, Reach(lead_s, lag_s))
    moved = Pointer(scene, read_trace(later)).votes(spans + 64.0, Reach(lead_s, lag_s))

    assert (votes.shares >= 0).all()
    assert votes.shares.sum() <= 1 + 1e-9
    assert 0 <= votes.presence[0] <= 1 + 1e-9
    assert np.allclose(votes.shares, moved.shares)
    assert np.allclose(votes.place_xy, moved.place_xy, equal_nan=True)


@given(points, st.permutations(range(len(MASKS))))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_masks_does_not_matter(
    trace: list[dict[str, object]], order: list[int]
) -> None:
    words = spoken("A cup and a dog on the table.")

    here = Pointer(Scene(MASKS), read_trace(trace))
    there = Pointer(Scene([MASKS[at] for at in order]), read_trace(trace))
    spans = np.array([[word.start_s, word.end_s] for word in words])

    shares = here.votes(spans, DEFAULT_REACH).shares
    assert np.allclose(shares[:, order], there.votes(spans, DEFAULT_REACH).shares)


@given(points)
@settings(max_examples=60, deadline=None)
def test_every_phrase_has_masks_of_the_image_or_a_question(trace: list[dict[str, object]]) -> None:
    words = spoken("A cup, a red bucket and two dogs. The bucket is above the cups.")

    grounded = ground(words, read_trace(trace), MASKS, NAMES)

    ids = {mask.id for mask in MASKS}
    assert all(set(link.masks) <= ids and 0 <= link.score <= 1 for link in grounded.links)
    open_nouns = {
        phrase.noun
        for phrase, link in zip(grounded.phrases, grounded.links, strict=True)
        if not link.masks
    }
    assert {grounded.phrases[each.phrase].noun for each in grounded.without_mask} == open_nouns
    assert set(grounded.unmentioned).isdisjoint(
        each for link in grounded.links for each in link.masks
    )


def test_a_mask_that_was_drawn_since_answers_its_question() -> None:
    phrases = ground(spoken("A bucket. Buckets."), EMPTY, MASKS, NAMES).phrases
    left, right = named("l", "bucket", (0, 0, 9, 9)), named("r", "bucket", (150, 0, 199, 50))
    bare = named("bare", None, (170, 10, 190, 30))

    def answers(phrase: int, *drawn: NamedMask, at: tuple[float, float] | None) -> list[str]:
        return answers_to(phrases[phrase], at, Scene([*MASKS, *drawn]))

    assert answers(0, at=AT["bucket"]) == []
    assert answers(0, left, at=None) == ["l"]
    assert answers(0, left, right, at=None) == []
    assert answers(0, left, right, at=AT["bucket"]) == ["r"]
    assert answers(1, left, right, at=None) == ["l", "r"]
    assert answers(0, bare, at=AT["bucket"]) == ["bare"]


def test_odd_times_and_endless_words_cost_no_more_than_others() -> None:
    words = [Word("dog,", 0, 1e12, 1), Word("x" * 200, 5, 1, 1), Word("cup.", 1e300, 1e301, 1)]

    grounded = ground(words * 50, pointing(words, AT), MASKS, NAMES)

    assert {link.masks for link in grounded.links} == {("dog",), ("cup",)}


def test_nothing_said_and_nothing_drawn_is_nothing_to_ground() -> None:
    grounded = ground([], EMPTY, [], [])

    assert grounded == Grounded([], [], [], [], [])
