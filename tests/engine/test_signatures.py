"""Signed messages: known to the letter, and refused when anything about them is another."""

import hashlib
import hmac
import runpy
import time
from pathlib import Path

import pytest

from engine.signatures import is_signed, sign

SECRET = "a secret of many letters"  # noqa: S105  # a test's
BODY = b'{"event":"version.cut"}'
SHOWN = Path("frontend/src/pages/settings/webhooks/is_from_anneal.py")  # by the page
AT = 1_764_409_592


def test_the_signature_is_the_one_that_is_documented() -> None:
    expected = hmac.new(SECRET.encode(), f"{AT}.".encode() + BODY, hashlib.sha256).hexdigest()

    assert sign(SECRET, BODY, AT) == f"t={AT},v1={expected}"


def test_a_signed_message_is_known_for_some_minutes() -> None:
    header = sign(SECRET, BODY, AT)

    assert is_signed(SECRET, BODY, header, now_s=AT + 299)
    assert is_signed(SECRET, BODY, header, now_s=AT - 299)
    assert not is_signed(SECRET, BODY, header, now_s=AT + 301)
    assert not is_signed(SECRET, BODY, header)


@pytest.mark.parametrize(
    ("secret", "body", "header"),
    [
        ("another secret", BODY, sign(SECRET, BODY, AT)),
        (SECRET, BODY + b" ", sign(SECRET, BODY, AT)),
        (SECRET, BODY, sign(SECRET, BODY, AT).replace(str(AT), str(AT + 1))),
        (SECRET, BODY, ""),
        (SECRET, BODY, "t=,v1="),
        (SECRET, BODY, f"t={AT}"),
        (SECRET, BODY, "t=\N{SUPERSCRIPT TWO},v1=0"),
        (SECRET, BODY, "v1=\N{SNOWMAN},t=1"),
    ],
)
def test_any_other_is_refused(secret: str, body: bytes, header: str) -> None:
    assert not is_signed(secret, body, header, now_s=AT)


def test_the_lines_that_the_page_shows_know_a_message_and_refuse_any_other() -> None:
    is_from_anneal = runpy.run_path(str(Path(__file__).parents[2] / SHOWN))["is_from_anneal"]
    now = int(time.time())
    header = sign(SECRET, BODY, now)

    assert is_from_anneal(SECRET, BODY, header)
    assert not is_from_anneal(SECRET.upper(), BODY, header)
    assert not is_from_anneal(SECRET, BODY + b" ", header)
    for broken in (
        "",
        "x",
        "t=,v1=a",
        "t=9" * 9,
        "t=" + "9" * 5000,
        f"{header.partition(',')[0]},v1=\xe4",
        "v1=a",
    ):
        assert not is_from_anneal(SECRET, BODY, broken)
    assert not is_from_anneal(SECRET, BODY, sign(SECRET, BODY, now - 301))
