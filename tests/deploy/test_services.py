"""What the tests themselves stand on: the embedded services."""

from pathlib import Path

import boto3
import psycopg
import pytest
import redis
from django.conf import settings

from deploy.embedded import objects, postgres
from tests.services import services


def test_the_database_answers_on_its_socket_with_the_extensions_we_need() -> None:
    default = settings.DATABASES["default"]

    with psycopg.connect(
        host=default["HOST"],
        dbname=default["NAME"],
        user=default["USER"],
        password=default["PASSWORD"],
    ) as connection:
        names = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
        listening = connection.execute("SHOW listen_addresses").fetchone()

    assert {("vector",), ("pg_trgm",)} <= set(names)
    assert listening == ("",)


def test_a_socket_is_open_to_its_owner_alone() -> None:
    assert services.folder.stat().st_mode & 0o077 == 0
    assert postgres.is_ready(services.folder / "postgres", services.folder)


def test_the_broker_answers() -> None:
    path = settings.CELERY_BROKER_URL.removeprefix("redis+socket://")

    assert redis.Redis(unix_socket_path=path).ping()


def test_an_object_put_with_a_presigned_url_comes_back() -> None:
    store = boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT_URL,
        aws_access_key_id=settings.S3_ACCESS_KEY_ID,
        aws_secret_access_key=settings.S3_SECRET_ACCESS_KEY,
        region_name=settings.S3_REGION,
    )

    store.put_object(Bucket=settings.S3_BUCKET, Key="a/b", Body=b"\x00\xff")

    assert store.get_object(Bucket=settings.S3_BUCKET, Key="a/b")["Body"].read() == b"\x00\xff"


def test_an_object_that_a_killed_store_was_writing_can_be_stored_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "bucket": "objects",
        "access_key": "key",
        "secret_key": "secret",
        "allowed_origin": "*",
    }
    for name, value in objects.environment(tmp_path, **environment).items():
        monkeypatch.setenv(name, value)
    objects.app()
    about = tmp_path / "objects" / ".nanio-meta" / "images" / "thumbnail.webp.json"
    about.parent.mkdir(parents=True)
    about.write_text("{}")
    half = about.with_suffix(".json.tmp")
    half.write_text("{")

    objects.app()

    assert about.exists()
    assert not half.exists()
