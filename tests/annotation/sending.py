"""Send files as a browser does, and read what became of them."""

import io
import stat
import zipfile
from collections.abc import Mapping
from urllib.request import Request, urlopen
from uuid import uuid4

from tests.annotation.world import Api, World


def put(url: str, data: bytes) -> str:
    with urlopen(Request(url, data=data, method="PUT"), timeout=30) as answer:  # noqa: S310  # our own store
        return str(answer.headers["ETag"])


def send(api: Api, world: World, name: str, data: bytes) -> str:
    """Upload as the browser does; return the upload's id."""
    upload_id = str(uuid4())
    upload = {"id": upload_id, "file_name": name, "bytes": len(data)}
    begun = api.post(f"projects/{world.project.pk}/uploads", upload)
    assert begun.status_code == 200, begun.content
    parts = [
        {
            "number": part["number"],
            "etag": put(part["url"], data[part["from_byte"] : part["to_byte"]]),
        }
        for part in begun.json()["parts"]
    ]
    answer = api.post(f"uploads/{upload_id}/complete", {"parts": parts})
    assert answer.json()["state"] == "checking", answer.content
    return upload_id


def listed_files(api: Api, world: World) -> dict[str, dict[str, str]]:
    rows = api.get(f"projects/{world.project.pk}/uploads").json()["results"]
    return {row["file_name"]: row for row in rows}


def zip_of(files: Mapping[str, bytes], *, link: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return out.getvalue()
