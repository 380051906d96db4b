"""Webhooks of a project: who is told of what, and the log of the deliveries."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.access import MANAGERS, MemberView, user_of
from annotation.api.inputs import body_of
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Webhook, WebhookDelivery
from annotation.selectors.projects import projects_for
from annotation.selectors.webhooks import deliveries_for, webhooks_for
from annotation.services.deliveries import ping, send_again
from annotation.services.webhooks import create_webhook, delete_webhook, update_webhook

EVENTS = (
    "version.cut: a cut has ended: `version` and `counts` say with what, also where that was there "
    "before, or are null; one that a round or a command made is told if it is new, without `job`. "
    "export.ended, import.ended and round.ended: so has a job. An import is told once something "
    "came in or was refused, not when a dataset was looked at or offered; `is_undo` tells one that "
    "was taken out again. `job` says how it ended: succeeded, failed with its `error`, or cancelled"
)


class WebhookSerializer(serializers.Serializer[Any]):
    """Its secret is in no answer."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(
        child=serializers.ChoiceField(Webhook.Event.choices), help_text=EVENTS
    )
    is_on = serializers.BooleanField(help_text="off: nothing is sent, and nothing new is to be")
    last_state = serializers.ChoiceField(
        WebhookDelivery.State.choices, allow_null=True, help_text="of what it was told last"
    )
    created_by = serializers.CharField(source="created_by.username")
    created_at = serializers.DateTimeField()


def _url(**how: Any) -> serializers.CharField:  # noqa: ANN401  # DRF's own keywords
    return serializers.CharField(
        max_length=500, help_text="https, and on the public network", **how
    )


def _events(**how: Any) -> serializers.ListField:  # noqa: ANN401  # DRF's own keywords
    wanted = serializers.ChoiceField(Webhook.Event.choices)
    return serializers.ListField(
        child=wanted, allow_empty=False, max_length=20, help_text=EVENTS, **how
    )


def _secret(**how: Any) -> serializers.CharField:  # noqa: ANN401  # DRF's own keywords
    return serializers.CharField(
        min_length=16,
        max_length=200,
        trim_whitespace=False,
        help_text="made by the client; Anneal-Signature: t=SECONDS,v1=HEX is the HMAC-SHA256 of "
        "the time, a full stop and the body under it",
        **how,
    )


class NewWebhookSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client: sent again, it makes nothing new")
    url = _url()
    events = _events()
    secret = _secret()


class WebhookPatchSerializer(serializers.Serializer[Any]):
    url = _url(required=False)
    events = _events(required=False)
    secret = _secret(required=False)
    is_on = serializers.BooleanField(required=False)


class PingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="made by the client: sent again, it makes nothing new")


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="the Anneal-Delivery header of every attempt")
    event = serializers.ChoiceField(WebhookDelivery.EVENTS)
    payload = serializers.DictField(help_text="event, at, project, and what the event tells beside")
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    attempts = serializers.IntegerField()
    attempted_at = serializers.DateTimeField(allow_null=True, help_text="the last time, if any")
    due_at = serializers.DateTimeField(help_text="of the next attempt, while it waits")
    status = serializers.IntegerField(allow_null=True, help_text="of the last answer, if any")
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ProjectWebhooksView(MemberView):
    """The webhooks of a project, the oldest first."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}

    @extend_schema(
        operation_id="list_webhooks",
        parameters=[CURSOR],
        responses=page_serializer(WebhookSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        hooks = webhooks_for(request.user).filter(project=project).select_related("created_by")
        page, cursor = page_of(hooks, request, order=("created_at", "id"))
        return Response({"results": WebhookSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="create_webhook",
        request=NewWebhookSerializer,
        responses={201: WebhookSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        given = body_of(request, NewWebhookSerializer)
        webhook_id = given.pop("id")
        hook = create_webhook(
            project=project, webhook_id=webhook_id, created_by=user_of(request), **given
        )
        made = self.fetch(webhooks_for(request.user), pk=hook.pk)
        return Response(WebhookSerializer(made).data, status=201)


class WebhookView(MemberView):
    roles = {"PATCH": MANAGERS, "DELETE": MANAGERS}

    @extend_schema(
        operation_id="update_webhook", request=WebhookPatchSerializer, responses=WebhookSerializer
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        hook = self.fetch(webhooks_for(request.user), pk=webhook_id)
        update_webhook(webhook=hook, changes=body_of(request, WebhookPatchSerializer))
        changed = self.fetch(webhooks_for(request.user), pk=webhook_id)
        return Response(WebhookSerializer(changed).data)

    @extend_schema(operation_id="delete_webhook", responses={204: None})
    def delete(self, request: Request, webhook_id: str) -> Response:
        delete_webhook(webhook=self.fetch(webhooks_for(request.user), pk=webhook_id))
        return Response(status=204)


class WebhookDeliveriesView(MemberView):
    """What a webhook was told in the last month, the newest first."""

    roles = {"GET": MANAGERS}

    @extend_schema(
        operation_id="list_deliveries",
        parameters=[CURSOR],
        responses=page_serializer(DeliverySerializer),
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        hook = self.fetch(webhooks_for(request.user), pk=webhook_id)
        page, cursor = page_of(hook.deliveries.all(), request, order=("-created_at", "-id"))
        return Response({"results": DeliverySerializer(page, many=True).data, "next": cursor})


class WebhookPingView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="ping_webhook", request=PingSerializer, responses={201: DeliverySerializer}
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        hook = self.fetch(webhooks_for(request.user), pk=webhook_id)
        sent = ping(webhook=hook, ping_id=body_of(request, PingSerializer)["id"])
        return Response(DeliverySerializer(sent).data, status=201)


class DeliveryAgainView(MemberView):
    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="send_delivery_again",
        parameters=[KEY],
        request=None,
        responses=DeliverySerializer,
    )
    @once
    def post(self, request: Request, delivery_id: str) -> Response:
        found = self.fetch(deliveries_for(request.user), pk=delivery_id)
        return Response(DeliverySerializer(send_again(delivery=found)).data)
