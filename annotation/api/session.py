"""Logging in and out, a person's password, and their tokens for programs."""

from typing import Any, Final

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.access import user_of
from annotation.api.authentication import SessionAuthentication
from annotation.api.inputs import ShortJSONParser, body_of
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.api.preferences import PreferencesSerializer
from annotation.api.throttles import AskerThrottle, LoginThrottle
from annotation.models import Preferences, Token
from annotation.selectors.access import reach_of
from annotation.selectors.people import preferences_of, tokens_for
from annotation.services.tokens import create_token, delete_token

MOST_PROJECTS: Final = 100  # of one token


class UserSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()


class SessionSerializer(serializers.Serializer[Any]):
    user = UserSerializer(allow_null=True)
    events_url = serializers.CharField(help_text="Where the live events come from")
    preferences = PreferencesSerializer()
    max_upload_bytes = serializers.IntegerField(help_text="of a file that is sent")


class LoginSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class SessionView(APIView):
    """Who is logged in, or whose token it is. Answers strangers too; hands out the CSRF cookie."""

    permission_classes = [AllowAny]
    parser_classes = [ShortJSONParser]
    throttle_classes = [AskerThrottle, LoginThrottle]

    @extend_schema(operation_id="get_session", responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        return _session(request)

    @extend_schema(operation_id="log_in", request=LoginSerializer, responses=SessionSerializer)
    def post(self, request: Request) -> Response:
        SessionAuthentication().enforce_csrf(request)
        given = body_of(request, LoginSerializer)
        user = authenticate(request._request, **given)  # noqa: SLF001  # axes counts on Django's
        if user is None:
            raise AuthenticationFailed("The user name or the password is wrong.", "wrong_login")
        login(request._request, user)  # noqa: SLF001
        request.user = user
        return _session(request)

    @extend_schema(operation_id="log_out", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)  # noqa: SLF001
        return Response(status=204)


class PasswordSerializer(serializers.Serializer[Any]):
    current = serializers.CharField(max_length=1000, trim_whitespace=False)
    new = serializers.CharField(max_length=1000, trim_whitespace=False)


class PasswordView(APIView):
    """Every other session of the person ends. Tokens stay: each is deleted by itself."""

    parser_classes = [ShortJSONParser]
    authentication_classes = [SessionAuthentication]

    @extend_schema(
        operation_id="change_password", request=PasswordSerializer, responses={204: None}
    )
    def put(self, request: Request) -> Response:
        user, given = user_of(request), body_of(request, PasswordSerializer)
        # Guesses count as those at the login do.
        known = authenticate(
            request._request,  # noqa: SLF001  # axes counts on Django's
            username=user.get_username(),
            password=given["current"],
        )
        if known is None:
            raise serializers.ValidationError({"current": "This is not your password."})
        try:
            validate_password(given["new"], user)
        except ValidationError as error:
            raise serializers.ValidationError({"new": error.messages}) from None
        user.set_password(given["new"])
        user.save(update_fields=["password"])
        update_session_auth_hash(request._request, user)  # noqa: SLF001
        return Response(status=204)


class TokenSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scope = serializers.ChoiceField(Token.Scope.choices)
    projects = serializers.ListField(
        source="project_ids",
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="All that it reaches; null: every project of its owner",
    )
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    """A token as it is shown once, at its making."""

    token = serializers.CharField()


class TokenInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scope = serializers.ChoiceField(Token.Scope.choices)
    expires_in_days = serializers.IntegerField(min_value=1, max_value=366, default=90)
    projects = serializers.ListField(
        child=serializers.IntegerField(),
        allow_empty=False,
        allow_null=True,
        default=None,
        max_length=MOST_PROJECTS,
        help_text="One's own that it is to reach, for good; null: all, those to come among them",
    )


class TokenListView(APIView):
    """A person's own tokens, the newest first.

    No token may make another: only a session reaches this.
    """

    authentication_classes = [SessionAuthentication]

    @extend_schema(
        operation_id="list_tokens", parameters=[CURSOR], responses=page_serializer(TokenSerializer)
    )
    def get(self, request: Request) -> Response:
        page, cursor = page_of(tokens_for(user_of(request)), request, order=("-created_at", "-id"))
        return Response({"results": TokenSerializer(page, many=True).data, "next": cursor})

    @extend_schema(
        operation_id="create_token",
        request=TokenInputSerializer,
        responses={201: NewTokenSerializer},
    )
    def post(self, request: Request) -> Response:
        token, value = create_token(user=user_of(request), **body_of(request, TokenInputSerializer))
        return Response({**TokenSerializer(token).data, "token": value}, status=201)


class TokenView(APIView):
    authentication_classes = [SessionAuthentication]

    @extend_schema(operation_id="delete_token", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        delete_token(user=user_of(request), token_id=token_id)
        return Response(status=204)


def _session(request: Request) -> Response:
    get_token(request._request)  # noqa: SLF001  # sets the cookie
    is_known = request.user.is_authenticated
    is_owner = is_known and reach_of(request.user) is None  # not a program of theirs for projects
    answer = {
        "user": request.user if is_known else None,
        "events_url": settings.EVENTS_URL,
        "preferences": preferences_of(user_of(request)) if is_owner else Preferences(),
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
    }
    return Response(SessionSerializer(answer).data)
