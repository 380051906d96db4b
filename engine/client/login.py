"""From a name and a password to a token: a session is opened for it, and closed again."""

from engine.client import operations as op
from engine.client.models import Login, NewToken, TokenInput
from engine.client.transport import Transport


def make_token(
    url: str, username: str, password: str, *, name: str, scope: str, expires_in_days: int
) -> NewToken:
    """Log in and make a token. The password is sent once and kept nowhere.

    Raises:
        AnnealError: `wrong_login`, or `locked_out` after too many wrong ones.

    """
    transport = Transport(url, None, attempts=0)  # sent again, it would count as another guess
    try:
        # Django lets nobody in who has not its cookie, and over HTTPS asks where one comes from.
        transport.server.headers["Referer"] = f"{transport.url}/"
        transport.call(op.SESSION)
        _show_cookie(transport)
        transport.call(op.LOG_IN, Login(username=username, password=password))
        _show_cookie(transport)  # a new one
        made = transport.call(
            op.CREATE_TOKEN, TokenInput(name=name, scope=scope, expires_in_days=expires_in_days)
        )
        transport.call(op.LOG_OUT)
    finally:
        transport.close()
    return made


def _show_cookie(transport: Transport) -> None:
    transport.server.headers["X-CSRFToken"] = transport.server.cookies.get("csrftoken") or ""
