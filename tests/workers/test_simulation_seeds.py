"""Several runs of the loop as one table; what an older run did not measure is left blank."""

import json
from pathlib import Path
from typing import Any

import pytest

from workers.simulation import seeds

# As `simulate_rounds --json` wrote it before it told of promises, sizes of proposals and labels.
FIRST_FORM: dict[str, Any] = {
    "round": 0,
    "bundle": "d4ef",
    "promoted": True,
    "decision": "",
    "holdout": {
        "miou_1": 0.7,
        "miou_3": 0.82,
        "miou_5": 0.85,
        "noc_85": 5.5,
        "noc_90": 8.4,
        "objects": 406,
        "by_size": {"small": {"miou_1": 0.67, "noc_85": 6.0, "objects": 325}},
        "ap_50": 0.46,
        "ap_75": None,
        "ap_images": 16,
    },
    "also": {"photos": {"miou_1": 0.66}},
    "rehearsed": {"images": 8, "settled": 235, "accepted": 94, "masks": 100, "clicks": 200}
    | {"strokes": 50, "verdicts": 152},
    "masks_finished": 0,
    "accepted_untouched": None,
    "clicks_per_mask": None,
    "strokes_per_mask": None,
    "effort": {},
    "seconds": {},
}
KEPT = {"proposals": 600, "taken": 300, "right": 290, "saved": 0.45}
PRECISION = {"share": 0.967, "low": 0.93, "high": 0.99}


def write(path: Path, seed: int, *rounds: dict[str, Any], **protocol: Any) -> str:
    content = {"project": 1, "rounds": rounds, "protocol": {"seed": seed, "steps": 120} | protocol}
    path.write_text(json.dumps(content))
    return str(path)


def measured(number: int, miou_1: float, **figures: Any) -> dict[str, Any]:
    return FIRST_FORM | {
        "round": number,
        "holdout": FIRST_FORM["holdout"] | {"miou_1": miou_1, **figures},
    }


def promised(promise: float, threshold: float | None) -> dict[str, Any]:
    told = KEPT if threshold is not None else KEPT | {"taken": 0, "right": 0, "saved": 0}
    precision = PRECISION if threshold is not None else None
    return {"promise": promise, "threshold": threshold, **told, "precision": precision}


def table_of(capsys: pytest.CaptureFixture[str], *paths: str) -> dict[str, list[str]]:
    """Print the table; return its rows' cells by their first."""
    seeds.main(paths)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in rows} == {len(rows[0])}
    return {row[0]: row[1:] for row in rows}


def test_each_figure_has_its_mean_and_spread_by_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        write(
            tmp_path / f"{seed}.json",
            seed,
            measured(0, 0.7),
            measured(1, 0.78 + seed / 100) | {"promoted": seed != 1},
        )
        for seed in range(3)
    ]

    table = table_of(capsys, *paths)

    assert table[""] == ["round 0", "round 1"]
    assert table["mIoU@1"] == ["0.700 (0.700 to 0.700)", "0.790 (0.780 to 0.800)"]
    assert table["promoted"] == ["3 of 3", "2 of 3"]
    assert table["NoC@85 small"][0] == "6.00 (6.00 to 6.00)"
    assert table["rehearsed untouched"][0] == "0.400 (0.400 to 0.400)"
    assert table["photos mIoU@1"][0] == "0.660 (0.660 to 0.660)"


def test_what_an_older_run_did_not_measure_is_left_out_and_what_nobody_has_is_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_size = {"small": {"ap_50": 0.8, "ap_75": 0.7, "objects": 300}}
    new = measured(
        1, 0.79, promises=[promised(0.95, 0.9)], calibration_error=0.04, ap_by_size=by_size
    )
    old = write(tmp_path / "old.json", 0, measured(0, 0.7), measured(1, 0.77))

    table = table_of(capsys, old, write(tmp_path / "new.json", 1, measured(0, 0.7), new))

    assert table["verifier's calibration error"] == ["", "0.040, 1 of 2"]
    assert table["AP50 small"] == ["", "0.800, 1 of 2"]
    assert table["right"] == ["", "0.967, 1 of 2"]
    assert table["mIoU@1"][1] == "0.780 (0.770 to 0.790)"
    assert "AP75" not in table  # nobody has it
    assert "labels right" not in table


def test_a_run_that_is_under_way_counts_as_far_as_it_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = write(tmp_path / "whole.json", 0, measured(0, 0.7), measured(1, 0.8))
    begun = write(tmp_path / "begun.json", 1, measured(0, 0.6))

    table = table_of(capsys, whole, begun)

    assert table["mIoU@1"] == ["0.650 (0.600 to 0.700)", "0.800, 1 of 2"]


def test_it_says_where_nothing_could_be_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = measured(0, 0.7, promises=[promised(0.95, None), promised(0.9, 0.8)])

    table = table_of(capsys, write(tmp_path / "a.json", 0, one))

    assert table["**accepted by itself at a promise of 95 %**"] == [""]
    # Of two promises the rows have the same names: the last one is kept here.
    assert table["from score"] == ["0.800"]
    alone = measured(0, 0.7, promises=[promised(0.95, None)])
    of_one = table_of(capsys, write(tmp_path / "b.json", 0, alone))
    assert (of_one["from score"], of_one["promoted"]) == (["nothing"], ["yes"])


def test_runs_that_are_not_alike_are_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds.main(
        [
            write(tmp_path / f"{seed}.json", seed, measured(0, 0.7), steps=steps)
            for seed, steps in ((0, 120), (1, 150))
        ]
    )

    told = capsys.readouterr().out
    assert told.startswith("Mean (lowest to highest) by round, seed 0, 1.\n")
    assert "They are not alike: steps is 120, 150." in told


@pytest.mark.parametrize("content", ["", "[]", '{"rounds": []}', '{"rounds": [{"cider": 0.4}]}'])
def test_a_file_of_something_else_is_refused_by_name(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)

    with pytest.raises(SystemExit):
        seeds.main([str(path)])

    assert "other.json is of no run of masks" in capsys.readouterr().err
