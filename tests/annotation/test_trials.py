"""A trial: what the gate refused proposes on some images, until a manager has seen enough."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.models import (
    Alias,
    AliasMove,
    Assignment,
    Bundle,
    DatasetVersion,
    Image,
    Job,
    Round,
)
from annotation.services.assignments import claim_image, finish_image
from annotation.services.auto_accept import accept_surely
from annotation.services.bundles import ServingMovedError, promote_bundle, roll_back
from annotation.services.masks import save_operations
from annotation.services.rounds import promote_by_hand
from annotation.services.trials import (
    NotTriableError,
    TrialRunningError,
    begin_trial,
    end_trial,
)
from tests.annotation.scored import propose
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_captioned,
    make_image,
    make_promoted_round,
)


@pytest.fixture
def serving(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle, reason="")
    return bundle


@pytest.fixture
def refused(world: World, serving: Bundle) -> Round:
    """A round that the gate refused, with its bundle."""
    refused = make_promoted_round(world.project, serving, make_bundle("b"))
    Round.objects.filter(pk=refused.pk).update(state="refused", decision="Not promoted: too few.")
    return Round.objects.get(pk=refused.pk)


def begin(world: World, tried: Round) -> None:
    serving = Alias.objects.get(project=world.project, name="serving").bundle_id
    begin_trial(round_id=tried.pk, serving_seen=serving, by=world.manager)


def draw(world: World, seed: int, bundle: Bundle | None, arm: str) -> Assignment:
    """Let a person draw a mask on an image, which a bundle had proposed for."""
    image = make_image(world.project, seed)
    Image.objects.filter(pk=image.pk).update(arm=arm, proposed_by=bundle)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    drawn = create() | {"effort": {"clicks": 1, "seconds": 4, "strokes": 0}}
    save_operations(
        image_id=image.pk, operations=[drawn], expected_version=0, author=world.annotator
    )
    return place


def finish(world: World, seed: int, bundle: Bundle | None, arm: str, *, seconds: float) -> None:
    """Let them finish it, too."""
    place = draw(world, seed, bundle, arm)
    finish_image(assignment=place, user=world.annotator, active_s=seconds)


@pytest.fixture
def no_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proposals are drawn follows from ids that the database makes."""
    monkeypatch.setattr("annotation.services.auto_accept.AUDITED_SHARE", 0)


def take_what_was_accepted(world: World, seed: int, bundle: Bundle) -> Assignment:
    """Let what serves accept a proposal by itself, and a person take the image."""
    image = make_image(world.project, seed, arm="serving", proposed_by=bundle)
    propose(image, bundle, [0.99])
    assert accept_surely(image=image, bundle=bundle, threshold=0.9)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    return place


def is_ahead(manager: Api, world: World) -> bool:
    """Tell what the trial says of the serving model's own acceptances."""
    trial = manager.get(f"projects/{world.project.pk}/trial").json()["trial"]
    return bool(trial["serving_accepted"])


def moves_of(world: World) -> list[tuple[str | None, str | None, str]]:
    """Return how the candidate's alias moved: from where to where, and why."""
    moves = AliasMove.objects.filter(project=world.project, name="candidate").order_by("pk")
    return list(moves.values_list("from_bundle", "to_bundle", "reason"))


def test_a_manager_tries_what_the_gate_refused(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    address = f"projects/{world.project.pk}/trial"
    before = manager.get(address).json()
    wanted = {"round": refused.pk, "serving": serving.pk}

    first, again = manager.post(address, wanted).json(), manager.post(address, wanted).json()

    assert before == {"trial": None}
    assert first == again == manager.get(address).json()
    trial = first["trial"]
    assert (trial["round"], trial["bundle"], trial["ended_at"]) == (3, refused.bundle_id, None)
    assert (trial["images"], trial["candidate"], trial["difference"]) == (0, None, None)
    assert moves_of(world) == [(None, refused.bundle_id, "round 3")]
    assert Job.objects.filter(kind="workers.prepare_images", state="queued").count() == 1


def test_a_round_whose_masks_serve_already_in_another_bundle_has_nothing_to_try(
    world: World, serving: Bundle, refused: Round
) -> None:
    assert refused.bundle is not None
    captioned = make_captioned(refused.bundle)
    Alias.objects.filter(project=world.project, name="serving").update(bundle=captioned)

    with pytest.raises(NotTriableError, match="the masks of this round"):
        begin(world, refused)


def test_what_serves_is_compared_by_all_that_was_proposed_with_its_masks(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    captioned = make_captioned(serving)
    Alias.objects.filter(project=world.project, name="serving").update(bundle=captioned)
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=captioned, reason="")
    begin(world, refused)
    finish(world, 1, refused.bundle, "candidate", seconds=10)
    finish(world, 2, serving, "serving", seconds=20)
    finish(world, 3, captioned, "serving", seconds=30)

    trial = manager.get(f"projects/{world.project.pk}/trial").json()["trial"]

    assert (trial["serving"]["images"], trial["serving"]["seconds"]["value"]) == (2, 25)


def test_what_people_did_with_either_is_compared_while_the_trial_runs(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    finish(world, 0, serving, "serving", seconds=99)
    begin(world, refused)
    for seed, seconds in enumerate((10, 14), start=1):
        finish(world, seed, refused.bundle, "candidate", seconds=seconds)
        finish(world, 10 + seed, serving, "serving", seconds=seconds + 8)
        finish(world, 20 + seed, serving, "none", seconds=60)
    end_trial(project=world.project, by=world.manager)
    finish(world, 5, refused.bundle, "candidate", seconds=99)

    trial = manager.get(f"projects/{world.project.pk}/trial").json()["trial"]

    assert trial["ended_at"] is not None
    arms = trial["candidate"], trial["serving"]
    assert [(arm["images"], arm["seconds"]["value"]) for arm in arms] == [(2, 12), (2, 20)]
    seconds = trial["difference"]["seconds"]
    assert (seconds["value"], seconds["n"]) == (-8, 4)
    # The standard error of either arm is 2 s, that of the difference 8 ** 0.5; t(2) is 4.303.
    assert seconds["high"] == pytest.approx(-8 + 4.303 * 8**0.5, abs=0.01)
    assert trial["difference"]["untouched"] is None  # nobody decided on a proposal


def test_what_was_begun_before_the_trial_is_not_compared(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    """None of it could have been the candidate's, which gets what nobody has begun."""
    begun = draw(world, 0, serving, "serving")
    begin(world, refused)
    finish_image(assignment=begun, user=world.annotator, active_s=99)
    finish(world, 1, serving, "serving", seconds=20)
    finish(world, 2, refused.bundle, "candidate", seconds=12)

    trial = manager.get(f"projects/{world.project.pk}/trial").json()["trial"]

    assert (trial["serving"]["images"], trial["serving"]["seconds"]["value"]) == (1, 20)
    assert trial["difference"]["seconds"]["value"] == -8


def test_a_trial_tells_that_what_serves_accepted_some_of_its_proposals_by_itself(
    world: World, serving: Bundle, refused: Round, manager: Api, no_audits: None
) -> None:
    begin(world, refused)
    finish(world, 1, serving, "serving", seconds=20)
    place = take_what_was_accepted(world, 2, serving)
    meanwhile = is_ahead(manager, world)
    finish_image(assignment=place, user=world.annotator, active_s=2)
    finished = is_ahead(manager, world)
    end_trial(project=world.project, by=world.manager)

    assert (meanwhile, finished, is_ahead(manager, world)) == (False, True, True)


def test_what_was_accepted_on_images_that_a_trial_does_not_compare_is_not_told(
    world: World, serving: Bundle, refused: Round, manager: Api, no_audits: None
) -> None:
    begun = take_what_was_accepted(world, 0, serving)
    save_operations(
        image_id=begun.image_id,
        operations=[create(at=(12, 12))],
        expected_version=1,
        author=world.annotator,
    )
    begin(world, refused)
    finish_image(assignment=begun, user=world.annotator, active_s=20)
    finish(world, 1, serving, "serving", seconds=20)
    end_trial(project=world.project, by=world.manager)
    later = take_what_was_accepted(world, 2, serving)
    finish_image(assignment=later, user=world.annotator, active_s=20)

    assert not is_ahead(manager, world)


def test_the_audit_tells_who_tried_what_on_what_share_and_how_it_ended(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    project = f"projects/{world.project.pk}"
    begun = {"round": refused.pk, "serving": serving.pk}
    manager.post(f"{project}/trial", begun)
    manager.patch(project, {"candidate_bundle_share": 0.3})
    manager.delete(f"{project}/trial")
    manager.post(f"{project}/trial", begun)
    why = {"serving": serving.pk, "reason": "by hand"}
    manager.post(f"{project}/bundles/{refused.bundle_id}/promote", why)

    moves = manager.get(f"{project}/serving-moves").json()["results"]

    bundle = {"bundle": refused.bundle_id, "round": 3, "is_in_part": False}
    told = [
        tuple(move[name] for name in ("alias", "by", "to", "before", "share", "gave_way_to"))
        for move in moves
    ]
    before = {"bundle": serving.pk, "round": None, "is_in_part": False}
    assert told == [
        ("candidate", "manager", None, bundle, 0.3, bundle),
        ("serving", "manager", bundle, before, None, None),
        ("candidate", "manager", bundle, None, 0.3, None),
        ("candidate", "manager", None, bundle, 0.3, None),
        ("candidate", "manager", bundle, None, 0.1, None),
        ("serving", None, before, None, None, None),
    ]


def test_the_audit_tells_what_came_to_serve_instead_of_what_was_tried(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    other = make_bundle("c")
    begin(world, refused)
    promote_bundle(project=world.project, expected=serving.pk, to=other, reason="round 4", by=None)

    [end, *_] = manager.get(f"projects/{world.project.pk}/serving-moves").json()["results"]

    assert (end["to"], end["by"]) == (None, None)
    assert end["gave_way_to"] == {"bundle": other.pk, "round": None, "is_in_part": False}


@pytest.mark.parametrize("member", ["annotator", "reviewer"])
def test_whoever_is_not_a_manager_reads_of_no_trial(
    world: World, serving: Bundle, refused: Round, member: str, request: pytest.FixtureRequest
) -> None:
    begin(world, refused)
    end_trial(project=world.project, by=world.manager)
    api: Api = request.getfixturevalue(member)

    answer = api.get(f"projects/{world.project.pk}/serving-moves")

    assert [move["alias"] for move in answer.json()["results"]] == ["serving"]
    assert (refused.bundle_id or "") not in answer.content.decode()


@pytest.mark.parametrize("member", ["annotator", "reviewer"])
def test_whoever_is_not_a_manager_sees_neither_a_trial_nor_the_arm_of_what_was_just_finished(
    world: World,
    serving: Bundle,
    refused: Round,
    member: str,
    manager: Api,
    request: pytest.FixtureRequest,
) -> None:
    path, api = f"projects/{world.project.pk}", request.getfixturevalue(member)
    counts = ("images", "train", "holdout", "unfinished", "masks", "transcripts", "captions")
    version = DatasetVersion.objects.create(
        pk="f" * 64, project=world.project, counts=dict.fromkeys(counts, 0)
    )
    Bundle.objects.filter(pk=refused.bundle_id).update(dataset_version=version)
    begin(world, refused)
    finish(world, 1, refused.bundle, "candidate", seconds=9)

    def told(who: Api) -> tuple[Any, ...]:
        [version] = who.get(f"{path}/versions").json()["results"]
        newest, *_ = who.get(f"{path}/rounds").json()["results"]
        return version["bundles"][0]["alias"], newest["effort"] and newest["effort"]["images"]

    assert told(manager) == ("candidate", 1)
    assert told(api) == (None, None)
    assert api.get(f"bundles/{refused.bundle_id}/decoder.onnx").json()["code"] == "not_found"
    look = {"criteria": {"rounds": [3]}}
    assert api.post(f"{path}/version-look", look).json()["code"] == "not_allowed"


def test_a_trial_is_read_in_as_many_queries_however_much_was_done(
    world: World,
    serving: Bundle,
    refused: Round,
    manager: Api,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    begin(world, refused)
    finish(world, 1, refused.bundle, "candidate", seconds=9)

    # Session, user, project with role; when it began, ended, beside what; effort, of which masks;
    # images.
    with django_assert_num_queries(9):
        manager.get(f"projects/{world.project.pk}/trial")


def test_a_manager_alone_reads_that_a_trial_pauses_what_the_model_accepts_by_itself(
    world: World, serving: Bundle, refused: Round, manager: Api, annotator: Api
) -> None:
    project = f"projects/{world.project.pk}"
    manager.patch(project, {"auto_accept_precision": 0.95})
    begin(world, refused)

    during = [api.get(f"{project}/auto-accept").json() for api in (manager, annotator)]
    end_trial(project=world.project, by=world.manager)
    after = manager.get(f"{project}/auto-accept").json()

    assert [state["is_paused"] for state in (*during, after)] == [True, False, False]


def test_a_manager_ends_a_trial_once(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    begin(world, refused)

    ended, again = (manager.delete(f"projects/{world.project.pk}/trial").json() for _ in range(2))

    assert ended == again
    assert ended["trial"]["ended_at"] is not None
    assert moves_of(world)[1:] == [(refused.bundle_id, None, "by hand")]
    assert not Alias.objects.filter(project=world.project, name="candidate").exists()


def test_a_trial_ends_when_something_else_comes_to_serve(
    world: World, serving: Bundle, refused: Round
) -> None:
    other = make_bundle("c")
    begin(world, refused)
    promote_bundle(project=world.project, expected=serving.pk, to=other, reason="round 4", by=None)
    begin(world, refused)
    roll_back(project=world.project, serving_seen=other.pk, by=world.manager)

    ends = [reason for _, to, reason in moves_of(world) if to is None]
    assert ends == ["round 4", "rolled back"]


def test_a_trial_goes_on_while_a_round_of_captions_alone_comes_to_serve(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    captioned = make_captioned(serving)
    begin(world, refused)

    promote_bundle(
        project=world.project, expected=serving.pk, to=captioned, reason="round 4", by=None
    )

    assert Alias.objects.get(project=world.project, name="candidate").bundle_id == refused.bundle_id
    end_trial(project=world.project, by=world.manager)
    [end, *_] = manager.get(f"projects/{world.project.pk}/serving-moves").json()["results"]
    assert (end["to"], end["by"], end["gave_way_to"]) == (None, "manager", None)


def promote(world: World, judged: Round, serving: Bundle) -> None:
    assert judged.bundle is not None
    promote_by_hand(
        project=world.project,
        bundle=judged.bundle,
        serving_seen=serving.pk,
        reason="",
        by=world.manager,
    )


def test_a_candidate_that_people_do_better_with_is_promoted(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    begin(world, refused)

    path = f"projects/{world.project.pk}/bundles/{refused.bundle_id}/promote"
    manager.post(path, {"serving": serving.pk, "reason": "People are faster with it"})

    refused.refresh_from_db()
    decision = "Promoted after a trial by manager. The gate had refused: too few."
    assert (refused.state, refused.decision) == ("promoted", decision)
    assert moves_of(world)[-1] == (refused.bundle_id, None, "People are faster with it")
    assert Alias.objects.get(project=world.project, name="serving").bundle == refused.bundle


def test_what_was_rolled_back_can_be_tried_and_promoted_again(
    world: World, serving: Bundle, refused: Round
) -> None:
    promote(world, refused, serving)
    refused.refresh_from_db()
    decision = refused.decision
    roll_back(project=world.project, serving_seen=refused.bundle_id or "", by=world.manager)
    begin(world, refused)

    promote(world, refused, serving)

    refused.refresh_from_db()
    assert refused.decision == decision
    assert Alias.objects.get(project=world.project, name="serving").bundle == refused.bundle


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "training"}, "no masks"),
        ({"bundle": None}, "no masks"),
        ({"parts": ["captions"]}, "no masks"),
    ],
)
def test_a_round_without_masks_of_its_own_is_not_tried(
    world: World, refused: Round, changes: dict[str, Any], reason: str
) -> None:
    Round.objects.filter(pk=refused.pk).update(**changes)

    with pytest.raises(NotTriableError, match=reason):
        begin(world, refused)


def test_what_cannot_be_compared_with_what_serves_is_not_tried(
    world: World, serving: Bundle, refused: Round
) -> None:
    Bundle.objects.filter(pk=refused.bundle_id).update(encoder_digest="f" * 64)
    with pytest.raises(NotTriableError, match="another encoder"):
        begin(world, refused)

    Alias.objects.filter(project=world.project, name="serving").update(bundle=refused.bundle)
    with pytest.raises(NotTriableError, match="serves already"):
        begin(world, refused)

    with pytest.raises(ServingMovedError):
        begin_trial(round_id=refused.pk, serving_seen=serving.pk, by=world.manager)
    assert not moves_of(world)


def test_what_brings_an_encoder_of_its_own_can_be_tried(
    world: World, serving: Bundle, refused: Round
) -> None:
    assert refused.bundle is not None
    manifest = refused.bundle.manifest
    files = {**manifest["files"], "encoder.onnx": "f" * 64}
    Bundle.objects.filter(pk=refused.bundle_id).update(
        encoder_digest="f" * 64, manifest={**manifest, "files": files}
    )

    begin(world, refused)

    tried = Alias.objects.get(project=world.project, name="candidate").bundle
    assert tried.encoder_digest != serving.encoder_digest


def test_one_candidate_is_tried_at_a_time(world: World, serving: Bundle, refused: Round) -> None:
    facts = {"number": 4, "trigger": "manual", "state": "refused"}
    other = Round.objects.create(
        project=world.project, base_bundle=serving, bundle=make_bundle("c"), **facts
    )
    begin(world, refused)

    with pytest.raises(TrialRunningError):
        begin(world, other)


def test_a_round_of_another_project_is_not_found(
    world: World, serving: Bundle, refused: Round, manager: Api
) -> None:
    Round.objects.filter(pk=refused.pk).update(project=world.elsewhere)
    wanted = {"round": refused.pk, "serving": serving.pk}

    assert manager.post(f"projects/{world.project.pk}/trial", wanted).status_code == 404
