"""What criteria choose of a project: one test for each, on what a version then holds."""

import io
from datetime import date
from uuid import uuid4

import pytest

from annotation import storage
from annotation.models import Agreement, Caption, DatasetVersion, Image, Mask, Round
from annotation.selectors.export_choices import splits_of
from annotation.selectors.version_criteria import (
    EVERYTHING,
    Criteria,
    criteria_of,
    json_of,
)
from annotation.selectors.version_query import count_splits
from annotation.selectors.versions import frozen_images, version_header
from engine.datasets.choosing import Choice
from engine.datasets.manifest import verify_manifest
from tests.annotation.cutting import REVIEWED, add_label, annotated, cut, draw, held
from tests.annotation.world import Api, World, make_bundle, operation


def names(world: World, criteria: Criteria) -> set[str]:
    return set(held(world, criteria))


def test_no_criteria_leave_no_trace_in_the_manifest(world: World) -> None:
    annotated(world, 1, world.label_id)

    version = cut(world, criteria_of({"splits": [], "val_share": None, "drop_empty": False}))

    assert version == cut(world)
    assert "query" not in version_header(version)
    assert version.criteria == {}


def test_the_manifest_tells_what_was_chosen_and_the_id_follows(world: World) -> None:
    annotated(world, 1, world.label_id)
    whole = cut(world)

    chosen = cut(world, Criteria(splits=frozenset({"train"})))
    same = cut(world, criteria_of({"splits": ["train", "train"]}))

    assert chosen == same
    assert chosen != whole
    assert version_header(chosen)["query"] == {"splits": ["train"]} == chosen.criteria
    manifest = storage.get_bytes(storage.version_key(chosen.pk))
    assert verify_manifest(io.BytesIO(manifest), chosen.pk).images == 1


def test_all_three_splits_are_everything() -> None:
    every = criteria_of({"splits": ["unfinished", "holdout", "train"]})

    assert json_of(every) == json_of(EVERYTHING) == {}


def test_what_is_written_of_criteria_is_read_again() -> None:
    criteria = Criteria(
        splits=frozenset({"train"}),
        labels=frozenset({3, 2}),
        drop_empty=True,
        reviewed=True,
        agreement=0.5,
        rounds=frozenset({0}),
        finished_from=date(2026, 5, 1),
        finished_to=date(2026, 5, 2),
        groups=frozenset({"b", "a"}),
        val_share=0.25,
    )

    assert criteria_of(json_of(criteria)) == criteria
    assert json_of(criteria)["groups"] == ["a", "b"]


def test_splits_choose_images_by_what_they_are_for(world: World) -> None:
    annotated(world, 1, world.label_id)
    annotated(world, 2, world.label_id, is_holdout=True)
    annotated(world, 3, world.label_id, status="todo")

    assert names(world, Criteria(splits=frozenset({"train"}))) == {"1.png"}
    assert names(world, Criteria(splits=frozenset({"holdout"}))) == {"2.png"}
    assert names(world, Criteria(splits=frozenset({"holdout", "unfinished"}))) == {
        "2.png",
        "3.png",
    }


def test_labels_keep_only_masks_of_theirs_and_images_stay_as_empty_ones(world: World) -> None:
    nucleus = add_label(world, "nucleus")
    annotated(world, 1, world.label_id, nucleus, nucleus)
    annotated(world, 2, world.label_id, None)

    version = held(world, Criteria(labels=frozenset({nucleus})))

    assert version == {"1.png": ("train", 2), "2.png": ("train", 0)}


def test_images_that_no_mask_is_left_of_can_be_dropped(world: World) -> None:
    nucleus = add_label(world, "nucleus")
    annotated(world, 1, nucleus)
    annotated(world, 2, world.label_id)
    annotated(world, 3)

    assert names(world, Criteria(labels=frozenset({nucleus}), drop_empty=True)) == {"1.png"}
    assert names(world, Criteria(drop_empty=True)) == {"1.png", "2.png"}


def test_an_image_that_was_begun_for_another_label_alone_is_not_held(world: World) -> None:
    nucleus = add_label(world, "nucleus")
    annotated(world, 1, world.label_id, status="todo")
    described = annotated(world, 2, world.label_id, status="todo")
    Caption.objects.create(pk=uuid4(), image=described, author=world.manager, text="A cell.")

    assert names(world, Criteria(labels=frozenset({nucleus}))) == {"2.png"}


def test_a_part_of_what_is_left_out_is_a_part_of_nothing(world: World) -> None:
    nucleus = add_label(world, "nucleus")
    image = annotated(world, 1)
    whole = draw(image, world.label_id)
    draw(image, nucleus, parent=whole)

    [apart] = frozen_images(cut(world, Criteria(labels=frozenset({nucleus}))))
    [together] = frozen_images(cut(world, Criteria(labels=frozenset({nucleus, world.label_id}))))

    assert [each.parent for each in apart.masks] == [None]
    assert {each.parent for each in together.masks} == {None, str(whole)}


@pytest.mark.parametrize("of_labels", [True, False])
def test_a_part_of_what_is_deleted_or_stands_aside_is_a_part_of_nothing(
    world: World, annotator: Api, *, of_labels: bool
) -> None:
    image = annotated(world, 1)
    deleted, aside = (draw(image, world.label_id) for _ in range(2))
    parts = {str(draw(image, world.label_id, parent=whole)) for whole in (deleted, aside)}
    annotator.save(image, operation("delete", mask=str(deleted)))
    Mask.objects.filter(pk=aside).update(is_aside=True)
    criteria = Criteria(labels=frozenset({world.label_id} if of_labels else ()))

    [frozen] = frozen_images(cut(world, criteria))

    assert {each.mask: each.parent for each in frozen.masks} == dict.fromkeys(parts)


def test_reviewed_leaves_out_what_no_reviewer_accepted(world: World) -> None:
    annotated(world, 1, world.label_id)
    annotated(world, 2, world.label_id, status=REVIEWED)
    annotated(world, 3, world.label_id, status="returned")

    assert names(world, Criteria(reviewed=True)) == {"2.png"}


def test_agreement_asks_for_images_on_which_people_are_as_near_each_other(world: World) -> None:
    figures = {
        # matched, the IoU of these summed up, what one has alone: the agreement
        1: (2, 1.8, 0, 0),  # 0.9
        2: (1, 0.9, 1, 1),  # 0.45
        3: (0, 0.0, 0, 0),  # both say that there is nothing: 1
        4: (0, 0.0, 1, 0),  # 0
    }
    for seed, (matched, iou_sum, first, other) in figures.items():
        Agreement.objects.create(
            image=annotated(world, seed, world.label_id),
            slot=1,
            matched=matched,
            same_label=matched,
            iou_sum=iou_sum,
            only_first=first,
            only_other=other,
        )
    annotated(world, 5, world.label_id)  # by one person

    assert names(world, Criteria(agreement=0.5)) == {"1.png", "3.png"}
    assert names(world, Criteria(agreement=0.45)) == {"1.png", "2.png", "3.png"}
    assert names(world, Criteria(agreement=0)) == {f"{seed}.png" for seed in range(1, 5)}


def test_rounds_ask_whose_model_proposed_last(world: World) -> None:
    pretrained, first, second = (make_bundle(name) for name in "abc")
    for number, bundle in ((1, first), (2, second)):
        Round.objects.create(
            project=world.project,
            number=number,
            trigger="manual",
            state="promoted",
            base_bundle=pretrained,
            bundle=bundle,
        )
    for seed, bundle in enumerate((pretrained, first, second)):
        annotated(world, seed, world.label_id, proposed_by=bundle)
    annotated(world, 3, world.label_id)  # nothing proposed

    assert names(world, Criteria(rounds=frozenset({0}))) == {"0.png"}
    assert names(world, Criteria(rounds=frozenset({2}))) == {"2.png"}
    assert names(world, Criteria(rounds=frozenset({0, 1}))) == {"0.png", "1.png"}


def test_days_are_whole_ones_and_of_finished_images(world: World) -> None:
    for day in (1, 2, 3):
        annotated(world, day, world.label_id, day=day)
    annotated(world, 4, world.label_id, day=2, status="returned")
    may = [date(2026, 5, day) for day in range(4)[1:]]

    assert names(world, Criteria(finished_from=may[1])) == {"2.png", "3.png"}
    assert names(world, Criteria(finished_to=may[1])) == {"1.png", "2.png"}
    assert names(world, Criteria(finished_from=may[1], finished_to=may[1])) == {"2.png"}
    assert "3.png" in names(world, Criteria(finished_to=date.max))


def test_groups_ask_for_images_of_theirs(world: World) -> None:
    for seed, group in enumerate(("a", "b", "a", "")):
        annotated(world, seed, world.label_id, group=group)

    assert names(world, Criteria(groups=frozenset({"a"}))) == {"0.png", "2.png"}
    assert names(world, Criteria(groups=frozenset({"a", "b"}))) == {"0.png", "1.png", "2.png"}


def test_criteria_hold_together(world: World) -> None:
    annotated(world, 1, world.label_id, status=REVIEWED, group="a")
    annotated(world, 2, world.label_id, status=REVIEWED, group="b")
    annotated(world, 3, world.label_id, group="a")

    assert names(world, Criteria(reviewed=True, groups=frozenset({"a"}))) == {"1.png"}


def test_a_share_of_train_becomes_val_and_can_be_exported_alone(world: World) -> None:
    for seed in range(20):
        annotated(world, seed, world.label_id, day=1 + seed)

    version = cut(world, Criteria(val_share=0.25))

    counts = version.counts
    assert counts["train"] + counts["val"] == 20
    assert abs(counts["val"] - 5) <= 2
    assert splits_of(version, Choice(frozenset({"val"}))) == ["val"]
    splits = [each.row["split"] for each in frozen_images(version)]
    assert splits.count("val") == counts["val"]
    assert set(version.traits or {}) == {"train", "val"}


def test_a_look_counts_what_the_version_then_holds(world: World) -> None:
    nucleus = add_label(world, "nucleus")
    for seed in range(12):
        labels = (world.label_id, nucleus)[: 1 + seed % 2]
        annotated(world, seed, *labels, day=1 + seed, group="g" if seed < 4 else "")
    annotated(world, 20, nucleus, is_holdout=True)
    annotated(world, 21, nucleus, status="todo")

    for criteria in (
        EVERYTHING,
        Criteria(labels=frozenset({nucleus})),
        Criteria(labels=frozenset({nucleus}), drop_empty=True, val_share=0.3),
        Criteria(val_share=0.5, splits=frozenset({"train", "holdout"})),
    ):
        looked = count_splits(world.project, criteria)
        version = cut(world, criteria)
        kept = ("train", "val", "holdout", "unfinished")

        assert {name: each.images for name, each in looked.items()} == {
            name: version.counts[name] for name in kept if version.counts[name]
        }
        assert sum(each.masks for each in looked.values()) == version.counts["masks"]


def test_a_look_is_one_query_and_two_with_a_draw(
    world: World, django_assert_num_queries: object
) -> None:
    annotated(world, 1, world.label_id)
    count_queries = django_assert_num_queries

    with count_queries(1):  # type: ignore[operator]  # pytest-django's
        count_splits(world.project, Criteria(reviewed=False, drop_empty=True))
    with count_queries(2):  # type: ignore[operator]
        count_splits(world.project, Criteria(val_share=0.1))


def test_a_version_of_before_has_no_criteria(world: World) -> None:
    old = DatasetVersion.objects.create(pk="0" * 64, project=world.project, counts={})

    old.refresh_from_db()
    assert (old.criteria, old.cut_from) == ({}, None)
    assert Image.objects.count() == 0
