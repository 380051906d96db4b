"""A program's door to a running Anneal: its REST API with a session or a token, nothing mocked."""

import http.client
import json
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.cookiejar import CookieJar
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID, uuid4

UNREACHABLE = (OSError, http.client.HTTPException)  # no answer: nobody knows whether it was done
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class Client:
    """One person, logged in."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._cookies = CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies), urllib.request.ProxyHandler({})
        ).open
        self.get("/api/session")
        answer = self.send("POST", "/api/session", {"username": username, "password": password})
        assert answer.is_good, answer

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.is_good, answer
        return answer.body

    def rows(self, path: str) -> list[Any]:
        """Read a list to its end, page by page."""
        found: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(f"{path}?cursor={cursor}")
            found += page["results"]
            cursor = page["next"]
        return found

    def post(self, path: str, body: object = None) -> Any:
        answer = self.send("POST", path, body)
        assert answer.is_good, answer
        return answer.body

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request, once; whatever is answered comes back, a refusal too."""
        csrf = next((c.value or "" for c in self._cookies if c.name == "csrftoken"), "")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  # our own loopback address
            f"{self.url}{path}",
            method=method,
            data=None if method == "GET" else data,
            headers={
                "Content-Type": "application/json",
                "X-CSRFToken": csrf,
                **(headers or {}),
            },
        )
        return _answer(self._open, request)

    def save(self, image: int, version: int, *operations: Mapping[str, object]) -> Answer:
        return self.send(
            "PATCH",
            f"/api/images/{image}/masks",
            {"operations": operations},
            {"If-Match": f'"{version}"'},
        )

    def upload(self, project: int, file_name: str, data: bytes, upload: UUID | None = None) -> str:
        """Bring one file in, as the browser does; return the upload's id."""
        upload = upload or uuid4()
        begun = self.post(
            f"/api/projects/{project}/uploads",
            {"id": str(upload), "file_name": file_name, "bytes": len(data)},
        )
        for part in begun["parts"]:
            put_bytes(part["url"], data[part["from_byte"] : part["to_byte"]])
        self.post(f"/api/uploads/{upload}/complete", {"parts": []})
        return str(upload)

    def record(self, image: int, audio: bytes, mime: str, duration_s: float) -> str:
        """Send a recording in one chunk; return its id."""
        self.post("/api/consent", {})
        recording = str(uuid4())
        self.post(f"/api/images/{image}/recordings", {"id": recording, "mime": mime})
        headers = {
            "Content-Type": "application/octet-stream",
            "X-Content-SHA256": sha256(audio).hexdigest(),
        }
        sent = self.send("PUT", f"/api/recordings/{recording}/chunks/0", audio, headers)
        assert sent.is_good, sent
        done = {"chunks": 1, "duration_s": duration_s, "trace": []}
        self.post(f"/api/recordings/{recording}/complete", done)
        return recording

    def cut(self, project: int, note: str = "", **criteria: object) -> Any:
        """Have a version cut and return it once it is."""
        body = {"note": note} | ({"criteria": criteria} if criteria else {})
        asked = self.post(f"/api/projects/{project}/versions", body)

        def made() -> str | None:
            version: str | None = self.get(f"/api/version-cuts/{asked['id']}")["version"]
            return version

        version = wait_for(made, "the version is cut", 120)
        return self.get(f"/api/versions/{version}")

    def export(self, project: int) -> Any:
        """Cut a version, have it exported and return the COCO JSON inside."""
        version = self.cut(project, "by a test")
        wanted = {"id": str(uuid4()), "format": "coco"}
        begun = self.post(f"/api/versions/{version['id']}/exports", wanted)

        def written() -> bytes | None:
            export = self.get(f"/api/exports/{begun['id']}")
            assert export["state"] != "failed", export
            return fetch(export["download_url"]) if export["download_url"] else None

        archive = wait_for(written, "the export is written", 120)
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            return json.loads(opened.read("annotations.json"))

    def images(self, project: int) -> list[Any]:
        return self.rows(f"/api/projects/{project}/images")


def put_bytes(url: str, data: bytes) -> None:
    request = urllib.request.Request(url, method="PUT", data=data)  # noqa: S310  # loopback
    answer = _answer(urllib.request.build_opener(urllib.request.ProxyHandler({})).open, request)
    if not answer.is_good:
        raise OSError(f"PUT {url.partition('?')[0]}: {answer.status} {answer.body}")


def fetch(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=60) as response:
        data: bytes = response.read()
    return data


def wait_for(look: Callable[[], Found | None], what: str, within_s: float = 120) -> Found:
    """Look again and again, also while nothing answers, until something truthy is seen."""
    deadline = time.monotonic() + within_s
    seen: object = None
    pause_s = 0.05
    while time.monotonic() < deadline:
        try:
            found = look()
        except (*UNREACHABLE, AssertionError) as error:  # a 503 while something restarts
            seen = error
        else:
            if found:
                return found
            seen = found
        time.sleep(pause_s)
        pause_s = min(0.5, pause_s * 1.2)  # what takes long is seldom asked, as asking costs too
    raise AssertionError(f"{what} within {within_s:.0f} s; seen last: {seen}")


def _answer(open_: Callable[..., Any], request: urllib.request.Request) -> Answer:
    try:
        with open_(request, timeout=70) as response:
            status, headers, data = response.status, response.headers, response.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            status, headers, data = refusal.code, refusal.headers, refusal.read()
    is_json = "json" in (headers.get("Content-Type") or "")
    return Answer(status, json.loads(data) if is_json and data else data, dict(headers))
