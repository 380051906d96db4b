"""Who is asking: a person by session cookie, or a program by token."""

import hashlib
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from annotation.models import Token
from annotation.selectors.access import keep_to

SCHEME: Final = "Bearer"
PERSON_HEADER: Final = "X-Anneal-User"
USE_IS_NOTED_EVERY: Final = timedelta(minutes=5)


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session with its CSRF check. Without a session 401: a client logs in again.

    A page says whose it is (PERSON_HEADER): tabs share one session, and what one person's page
    still holds is not to be saved as another's, who has logged in in another tab, nor is that
    person's to be shown there.
    """

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        found = super().authenticate(request)
        if found is not None:
            person = str(found[0].pk)
            if request.headers.get(PERSON_HEADER, person) != person:
                raise NotAuthenticated("Somebody else is logged in in this browser.")
            bind_contextvars(user_id=found[0].pk)
        return found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Session"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`; a token of scope read may only read.

    The person whom it brings reaches the projects alone that it was made for.
    """

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        now = timezone.now()
        digest = hashlib.sha256(value.strip().encode()).hexdigest()
        usable = Token.objects.filter(expires_at__gt=now, user__is_active=True)
        token = usable.select_related("user").filter(digest=digest).first()
        if token is None:
            raise AuthenticationFailed("The token is unknown or has expired.")
        if token.scope == Token.Scope.READ and request.method not in SAFE_METHODS:
            raise PermissionDenied("This token may only read.")
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        keep_to(token.user, token.project_ids)
        bind_contextvars(user_id=token.user_id, token_id=token.pk)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return SCHEME


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers by metaclass
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers by metaclass
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer"}
