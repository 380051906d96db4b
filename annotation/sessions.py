"""Whose cookie a request carries: Django's sessions and accounts, asked for each time."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from annotation.prepared import Param, Prepared

_SESSION = Prepared(lambda: Session.objects.filter(session_key=Param("key"), expire_date__gt=Now()))
_PERSON = Prepared(lambda: User.objects.filter(pk=Param("user")))


class SessionStore(db.SessionStore):
    """Sessions in the database, read by a prepared query."""

    def _get_session_from_db(self) -> Session | None:
        session = _SESSION.first(key=self.session_key)
        if session is None:
            self._session_key = None
        return session


class PersonBackend(ModelBackend):
    """Accounts with a password, read by a prepared query."""

    def get_user(self, user_id: int) -> User | None:
        person = _PERSON.first(user=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
