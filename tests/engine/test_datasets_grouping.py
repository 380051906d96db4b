"""Images that belong together are told by their names."""

from time import process_time

import pytest

from engine.datasets.grouping import MAX_GROUP, MAX_GROUP_BY, check_group_by, group_of


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("slide1/a.png", "slide1"),
        ("ward/slide1/a.png", "ward/slide1"),
        (r"ward\slide1\a.png", "ward/slide1"),
        ("./slide1//a.png", "slide1"),
        ("a.png", ""),
    ],
)
def test_images_of_one_folder_belong_together(name: str, group: str) -> None:
    assert group_of(name, "folder") == group
    assert group_of(name, "") == ""


@pytest.mark.parametrize(
    ("name", "pattern", "group"),
    [
        ("slide1_0003.png", "{group}_{}.png", "slide1"),
        ("slide_01_0003.png", "{group}_{}.png", "slide_01"),
        ("slide_01_3_4.png", "{group}_{}_{}.png", "slide_01"),
        ("slide_01_3_4.png", "slide_{group}_{}_{}", "01"),
        ("day-7 cam-2 0001.jpg", "{} {group} {}", "cam-2"),
        ("deep/down/slide1_3.png", "{group}_{}.png", "slide1"),
        ("ward/slide1/tiles/3.png", "{group}/tiles/{}", "slide1"),
        ("ward/slide1/3.png", "{group}/{}/{}.png", "ward"),
        ("whole.png", "{group}", "whole.png"),
        ("slide.png", "slide{group}.png", ""),
        ("slide1_.png", "{group}_{}.png", ""),
        ("_3.png", "{group}_{}.png", ""),
        ("slide1_3.jpg", "{group}_{}.png", ""),
        ("3.png", "{group}/{}.png", ""),
        ("aa", "a{group}a", ""),
        ("a", "aa{group}a", ""),
    ],
)
def test_a_pattern_tells_the_part_of_a_name_that_is_its_group(
    name: str, pattern: str, group: str
) -> None:
    check_group_by(pattern)

    assert group_of(name, pattern) == group


@pytest.mark.parametrize(
    "wrong",
    ["folders", "{}_{}.png", "{group}_{group}", "{group}{}.png", "{group}_{slide}", "{{group}}_"],
)
def test_what_is_no_pattern_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"\{|field"):
        check_group_by(wrong)


def test_a_pattern_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="200"):
        check_group_by("{group}" + "x" * MAX_GROUP_BY)


def test_a_long_name_keeps_the_end_that_tells_it_apart() -> None:
    deep = "/".join(["one folder"] * 20)

    groups = {group_of(f"{deep}/slide{number}/a.png", "folder") for number in range(3)}

    assert len(groups) == 3
    assert {len(group) for group in groups} == {MAX_GROUP}


def test_no_pattern_takes_long_whatever_the_name_is() -> None:
    pattern = "{group}" + "a{}" * 60 + "b"

    began = process_time()
    for _ in range(100):
        assert group_of("a" * 500, pattern) == ""
        assert group_of("a" * 500 + "b", pattern)

    assert process_time() - began < 1
