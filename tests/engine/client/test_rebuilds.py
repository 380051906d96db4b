"""A bundle made again from the command line: what is printed, and how the command ends."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.client import Client
from tests.client import wait_for
from tests.engine.client.conftest import Run
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
SAME = {"name": "decoder.onnx", "recorded": "a" * 64, "made": "a" * 64, "note": ""}
OTHER = {"name": "thresholds", "recorded": "b" * 64, "made": None, "note": "of the bundle before"}
CHANGE = "torch was 1.0, is 2.0"
DIFFERENCE = {"mean": -0.002, "low": -0.008, "high": 0.004}
CLICKS = dict.fromkeys(("miou_1", "miou_3", "miou_5", "noc_85", "noc_90"), 0.8)
FIGURES = {**CLICKS, "objects": 40, "ap_50": None, "ap_75": None, "ap_images": 0}
METRICS = {"serving": FIGURES, "candidate": FIGURES, "difference": DIFFERENCE}
VERDICT = "Within noise: -0.002 IoU at one click on 40 holdout objects [-0.008, +0.004]."


@pytest.fixture
def bundle(stack: Stack, project: int) -> str:
    """A bundle of the project with a recipe that no code can read."""
    bundle_id = f"{project:064x}"
    manifest: dict[str, Any] = {"files": {}, "thresholds": {}, "recipe": {"masks": {}}}
    stack.sql_do(
        "INSERT INTO annotation_bundle (id, encoder_digest, manifest, created_at)"
        " VALUES (%s, 'e', %s, now())",
        *(bundle_id, json.dumps(manifest)),
    )
    stack.sql_do(
        "INSERT INTO annotation_aliasmove (project_id, name, to_bundle_id, reason, at)"
        " VALUES (%s, 'previous', %s, 'test', now())",
        *(project, bundle_id),
    )
    return bundle_id


def find(stack: Stack, project: int, files: list[dict[str, Any]]) -> None:
    """Let a rebuild of the project end with this, once it was begun."""
    begun = "SELECT job_id FROM annotation_rebuild WHERE project_id = %s AND files = '[]'"
    [[job_id]] = wait_for(lambda: stack.sql(begun, project), "a rebuild begins")
    stack.sql_do(
        "UPDATE annotation_rebuild SET files = %s, changes = %s, metrics = %s WHERE job_id = %s",
        *(json.dumps(files), json.dumps([CHANGE]), json.dumps(METRICS), job_id),
    )
    stack.sql_do("UPDATE annotation_job SET state = 'succeeded' WHERE id = %s", job_id)


def test_files_are_compared_and_the_exit_code_says_whether_all_are_equal(
    logged_in: Run, client: Client, stack: Stack, project: int, bundle: str
) -> None:
    with stack.asleep("models"), ThreadPoolExecutor(1) as beside:
        beside.submit(find, stack, project, [SAME])
        same = logged_in("bundles", "rebuild", project, bundle, "--json")
        beside.submit(find, stack, project, [SAME, OTHER])
        other = logged_in("bundles", "rebuild", project, bundle)

    assert same.code == 0
    assert (json.loads(same.out)["is_equal"], json.loads(same.out)["files"]) == (True, [SAME])
    assert other.code == 1
    assert other.out.splitlines() == [
        "decoder.onnx\tequal\taaaaaaaaaaaa\taaaaaaaaaaaa\t",
        "thresholds\tdiffers\tbbbbbbbbbbbb\tnone\tof the bundle before",
    ]
    assert other.err.splitlines() == [f"not as it was: {CHANGE}", VERDICT]
    assert [each.is_equal for each in client.rebuilds(project, bundle)] == [False, True]


def test_a_rebuild_that_fails_says_why_and_one_that_is_not_possible_is_refused(
    logged_in: Run, stack: Stack, project: int, bundle: str
) -> None:
    failed = logged_in("bundles", "rebuild", project, bundle, "--timeout", 120)
    stack.sql_do("UPDATE annotation_bundle SET manifest = '{\"files\": {}}' WHERE id = %s", bundle)
    refused = logged_in("bundles", "rebuild", project, bundle)
    unknown = logged_in("bundles", "rebuild", project, "fff")

    assert [each.code for each in (failed, refused, unknown)] == [1, 1, 1]
    assert "a recipe of other code" in failed.err
    assert "came ready" in refused.err
    assert "0 of the project's bundles start with 'fff'" in unknown.err
