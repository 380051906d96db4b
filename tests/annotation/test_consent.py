"""Consent: a text with a version, asked for again when it changes, withdrawn at any time."""

import hashlib
import json
from dataclasses import asdict
from uuid import uuid4

import pytest

from annotation.models import Consent, Image
from annotation.voice_terms import TERMS, VERSION
from tests.annotation.world import Api, World

# A new version adds a line. A line that changes means that a text was edited that people agreed to.
DIGESTS = {
    1: "400bd628b2fe6080",
    2: "bb02559186312876",
    3: "30c09429671c9a40",
}


def begin(api: Api, image: Image) -> tuple[int, str]:
    answer = api.post(f"images/{image.pk}/recordings", {"id": str(uuid4()), "mime": "audio/webm"})
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("version", TERMS)
def test_a_text_that_people_agreed_to_is_never_edited(version: int) -> None:
    text = json.dumps(asdict(TERMS[version]))

    assert hashlib.sha256(text.encode()).hexdigest()[:16] == DIGESTS[version]


def test_what_one_agrees_to_is_told_with_its_version(annotator: Api, world: World) -> None:
    before = annotator.get("consent").json()
    after = annotator.post("consent", {"version": before["version"]}).json()

    assert (before["given"], before["agreed_version"], before["version"]) == (False, None, VERSION)
    assert before["terms"]["points"] == list(TERMS[VERSION].points)
    assert (after["given"], after["agreed_version"]) == (True, VERSION)
    assert Consent.objects.get(user=world.annotator).version == VERSION


def test_a_new_text_asks_again_before_the_next_take(
    annotator: Api, world: World, image: Image
) -> None:
    Consent.objects.create(user=world.annotator, version=1, given_at="2026-01-01T00:00Z")

    told = annotator.get("consent").json()
    refused = begin(annotator, image)
    annotator.post("consent", {"version": VERSION})

    assert (told["given"], told["agreed_version"]) == (False, 1)
    assert refused == (403, "consent_needed")
    assert begin(annotator, image) == (201, "")
    assert Consent.objects.filter(user=world.annotator).count() == 2  # the older one is kept


def test_nobody_agrees_to_a_text_that_is_no_longer_the_newest(annotator: Api) -> None:
    answer = annotator.post("consent", {"version": VERSION - 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "consent_outdated")
    assert not Consent.objects.exists()


def test_a_withdrawn_agreement_stays_on_record_beside_the_next(
    annotator: Api, world: World
) -> None:
    annotator.post("consent")
    withdrawn = annotator.delete("consent").json()
    annotator.delete("consent")
    annotator.post("consent")
    again = annotator.post("consent").json()

    assert (withdrawn["given"], withdrawn["agreed_version"]) == (False, None)
    assert again["given"]
    kept = Consent.objects.filter(user=world.annotator).order_by("pk")
    assert [row.withdrawn_at is None for row in kept] == [False, True]
