"""What was said of which mask: phrases, their links, and what does not fit."""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import ANYONE, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.models import PhraseLink
from annotation.selectors.access import HasRole
from annotation.selectors.grounding import Said, Unfitting, grounding_of, phrases_for
from annotation.selectors.images import images_for
from annotation.selectors.overlap import seen_by
from annotation.selectors.queue import places_of
from annotation.selectors.voices import heard_texts
from annotation.services.grounding import decide_link

Kind = PhraseLink.Kind
CONTRADICTIONS = ["count", "left of", "right of", "above", "below"]
MOST_MASKS = 1000  # of one phrase


class PhraseSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    transcript = serializers.UUIDField()
    first = serializers.IntegerField(help_text="Place of its first word in the transcript")
    end = serializers.IntegerField(help_text="Place after its last word")
    text = serializers.CharField()
    masks = serializers.ListField(
        child=serializers.UUIDField(), help_text="That it speaks of, the surest first"
    )
    kind = serializers.ChoiceField(Kind.choices, help_text="Who says so: rules, or a person")
    evidence = serializers.FloatField(allow_null=True, help_text="Of the rules, 0 to 1")
    author = serializers.CharField(allow_null=True)
    place_xy = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        allow_null=True,
        help_text="Where the pointer was; image pixels",
    )
    is_question = serializers.BooleanField(help_text="It speaks of a thing without a mask")


class ContradictionSerializer(serializers.Serializer[Any]):
    """What was said, and the masks that do not bear it out."""

    kind = serializers.ChoiceField(CONTRADICTIONS)
    phrases = serializers.ListField(child=serializers.IntegerField())
    masks = serializers.ListField(child=serializers.UUIDField())
    said = serializers.CharField()
    seen = serializers.CharField()


class GroundingSerializer(serializers.Serializer[Any]):
    phrases = PhraseSerializer(many=True, help_text="Of the newest text of each take")
    contradictions = ContradictionSerializer(many=True)
    unmentioned = serializers.ListField(
        child=serializers.UUIDField(), help_text="Masks that nobody spoke of"
    )
    is_waiting = serializers.BooleanField(help_text="More links are being made")


class PhraseLinkSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client")
    kind = serializers.ChoiceField([Kind.CONFIRMED, Kind.REMOVED, Kind.DISMISSED])
    masks = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST_MASKS,
        default=list,
        help_text="Those confirmed; none otherwise",
    )


class ImageGroundingView(MemberView):
    """What was said of which mask that the caller sees, what has none, and what does not fit."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_grounding", responses={200: GroundingSerializer})
    def get(self, request: Request, image_id: int) -> Response:
        image = self.fetch(images_for(request.user), pk=image_id)
        role, places = cast("HasRole", image).role, places_of(image.pk)
        seen = seen_by(user_of(request), image=image, role=role, places=places)
        found = grounding_of(image.pk, slot=seen.slot)
        heard = heard_texts(image.pk, user=request.user)
        answer = {
            "phrases": [_phrase(said, heard) for said in found.phrases],
            "contradictions": [_contradiction(each) for each in found.contradictions],
            "unmentioned": found.unmentioned,
            "is_waiting": found.is_waiting,
        }
        return Response(GroundingSerializer(answer).data)


class PhraseLinksView(MemberView):
    """Say which masks a phrase speaks of, or that it speaks of none; older words stay."""

    roles = {"POST": ANYONE}

    @extend_schema(
        operation_id="decide_link",
        request=PhraseLinkSerializer,
        responses={201: PhraseLinkSerializer},
    )
    def post(self, request: Request, phrase_id: int) -> Response:
        phrase = self.fetch(phrases_for(request.user), pk=phrase_id)
        data = body_of(request, PhraseLinkSerializer)
        link = decide_link(
            link_id=data["id"],
            phrase=phrase,
            author=user_of(request),
            kind=data["kind"],
            masks=data["masks"],
        )
        return Response(PhraseLinkSerializer(link).data, status=201)


def _phrase(said: Said, heard: Collection[UUID]) -> dict[str, Any]:
    """Tell a phrase; where its speaker pointed is told to those alone who may hear them."""
    phrase, link = said.phrase, said.link
    return {
        "id": phrase.pk,
        "transcript": phrase.transcript_id,
        "first": phrase.first,
        "end": phrase.end,
        "text": phrase.text,
        "masks": said.masks,
        "kind": link.kind,
        "evidence": link.evidence,
        "author": link.author and link.author.username,
        "place_xy": phrase.place_xy if phrase.transcript_id in heard else None,
        "is_question": said.is_question,
    }


def _contradiction(each: Unfitting) -> dict[str, Any]:
    found = each.found
    return {
        "kind": found.kind,
        "phrases": each.phrases,
        "masks": found.masks,
        "said": found.said,
        "seen": found.seen,
    }
