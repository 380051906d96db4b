"""HTTP: one session for the server, one for its object store, both with retries and backoff."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import requests
from pydantic import TypeAdapter, ValidationError
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from engine.client.errors import AnnealError, UnreachableError
from engine.client.models import Model, Page
from engine.client.operations import Operation

TIMEOUT_S: Final = (10.0, 60.0)  # to connect, and between two pieces of an answer
MENTION_S: Final = (2.0, 5.0)  # the same, for what nobody waits for
ATTEMPTS: Final = 5  # after the first
CONNECT_ATTEMPTS: Final = 3  # to reach anybody: an address that is wrong is soon told
LONGEST_PAUSE_S: Final = 60
PASSING: Final = (429, 502, 503, 504)  # the same request may be answered later
PIECE_BYTES: Final = 1 << 20
Query = Mapping[str, str | int | bool | Sequence[str] | None]  # those of a sequence are repeated
Answer = TypeVar("Answer")
Item = TypeVar("Item")


class Bearer(AuthBase):
    """Put the token into each request. Without any, too: .netrc would be read instead."""

    def __init__(self, token: str | None) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def session(token: str | None = None, *, attempts: int = ATTEMPTS) -> requests.Session:
    """Make a session whose every request may be sent twice.

    That holds for all that the client sends: it makes the ids, or an Idempotency-Key goes along.
    """
    made = requests.Session()
    made.auth = Bearer(token)
    retries = Retry(
        total=attempts,
        connect=min(attempts, CONNECT_ATTEMPTS),
        backoff_factor=0.5,
        backoff_jitter=0.2,
        backoff_max=LONGEST_PAUSE_S,
        retry_after_max=LONGEST_PAUSE_S,
        status_forcelist=PASSING,
        allowed_methods=None,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        made.mount(scheme, HTTPAdapter(max_retries=retries))
    made.hooks["response"].append(_check_redirect)
    return made


def _check_redirect(response: requests.Response, **_: object) -> None:
    """Go on from https to https alone: whoever listens would read and could alter what comes.

    Other schemes than http and https have no adapter, so that they are never followed.

    Raises:
        InvalidSchema: the answer sends elsewhere.

    """
    if not response.is_redirect:
        return
    target = urljoin(response.url, response.headers["location"])
    if urlsplit(response.url).scheme == "https" and urlsplit(target).scheme != "https":
        response.close()
        raise requests.exceptions.InvalidSchema(f"It sends on to {target}, which is no https")


class Transport:
    """Sends operations to one server and reads what they answer."""

    def __init__(self, url: str, token: str | None, *, attempts: int = ATTEMPTS) -> None:
        self.url = checked_url(url)
        self.server = session(token, attempts=attempts)
        self._token = token
        self._store = session()  # presigned addresses: the token is not for them

    def close(self) -> None:
        self.server.close()
        self._store.close()

    def call(
        self,
        operation: Operation[Answer],
        body: Model | None = None,
        query: Query | None = None,
        **ids: object,
    ) -> Answer:
        """Send one operation. `ids` fill its path.

        Raises:
            AnnealError: the server refused it, or answered what this client cannot read.
            UnreachableError: no answer came.

        """
        response = self.answer(operation, body, query, **ids)
        try:
            return TypeAdapter(operation.answer).validate_python(_json(response))
        except ValidationError as error:
            raise AnnealError(
                response.status_code,
                "unreadable_answer",
                f"{self.url} answers {operation.path} otherwise than this client knows; is one of "
                f"the two older? {error}",
            ) from error

    def answer(
        self,
        operation: Operation[Any],
        body: Model | None = None,
        query: Query | None = None,
        **ids: object,
    ) -> requests.Response:
        """Send one operation and return its answer as it came, if it is a good one."""
        headers = {"Accept": "application/json"}
        if operation.method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        with reached(self.url):
            response = self.server.request(
                operation.method,
                self.url + operation.path.format(**ids),
                json=None if body is None else body.model_dump(mode="json", exclude_unset=True),
                params={name: value for name, value in (query or {}).items() if value is not None},
                headers=headers,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        if not response.ok:
            raise problem_of(response)
        return response

    def mention(self, operation: Operation[None], **ids: object) -> None:
        """Send one operation once, by the way: who stops waits for no server that is away.

        It is for what comes about with time, too, so that no answer is as good as any.
        """
        with suppress(requests.RequestException), session(self._token, attempts=0) as once:
            once.request(
                operation.method,
                self.url + operation.path.format(**ids),
                timeout=MENTION_S,
                allow_redirects=False,
            )

    def put(self, url: str, data: bytes) -> str:
        """Send bytes to the object store and return their ETag."""
        with reached(url), self._store.put(url, data=data, timeout=TIMEOUT_S) as response:
            if not response.ok:
                raise problem_of(response)
            return response.headers.get("ETag", "")

    @contextmanager
    def get(self, url: str, from_byte: int = 0) -> Iterator[requests.Response]:
        """Open an object of the store, from some byte on where the store can do that."""
        # Not compressed: ranges count the bytes as they are stored.
        headers = {"Accept-Encoding": "identity"}
        if from_byte:
            headers["Range"] = f"bytes={from_byte}-"
        with (
            reached(url),
            self._store.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response,
        ):
            yield response


def pages(
    transport: Transport,
    operation: Operation[Page[Item]],
    query: Query | None = None,
    **ids: object,
) -> Iterator[Item]:
    """Yield the rows of a list that is read by cursor, page by page as they are asked for."""
    cursor: str | None = None
    while True:
        page = transport.call(operation, None, {**(query or {}), "cursor": cursor}, **ids)
        yield from page.results
        if (cursor := page.next) is None:
            return


def checked_url(url: str) -> str:
    """Return a server's address without what follows its host and folder.

    Raises:
        AnnealError: it is none.

    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise AnnealError(
            0, "bad_url", f"{url!r} is no address such as https://anneal.example.org."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


@contextmanager
def reached(url: str) -> Iterator[None]:
    """Turn what the network does into our own error.

    Raises:
        UnreachableError: no answer came.

    """
    try:
        yield
    except requests.RequestException as error:
        why = str(error).rpartition(": ")[2].rstrip("()'\"")
        raise UnreachableError(f"{urlsplit(url).netloc} cannot be reached: {why}.") from error


def problem_of(response: requests.Response) -> AnnealError:
    """Read a problem document, or say what little is known of a refusal without one."""
    found = _json(response)
    if not isinstance(found, dict) or "code" not in found:
        host = urlsplit(response.url).netloc
        return AnnealError(
            response.status_code,
            "unknown",
            f"{host} answered {response.status_code} {response.reason or ''}".rstrip() + ".",
        )
    fields = [each.get("field") for each in found.get("errors", []) if isinstance(each, dict)]
    field = fields[0] if len(fields) == 1 else None
    message = str(found.get("detail") or found.get("title") or found["code"])
    return AnnealError(response.status_code, str(found["code"]), message, field, found)


def _json(response: requests.Response) -> object:
    try:
        value: object = response.json()
    except requests.JSONDecodeError:
        return None
    return value
