"""Every odd or hostile image is accepted, normalised or refused, in bounded memory."""

import contextlib
import csv
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.media.images import (
    MediaError,
    decode_image,
    encode_rendition,
    encode_thumbnail,
    needs_rendition,
)

ROOT = Path(__file__).parents[2]
ODD = ROOT.parent / "shared" / "data" / "media_odd"
needs_data = pytest.mark.skipif(not ODD.exists(), reason="needs the shared data")

# A code: refused so. Notes: accepted, normalised so.
EXPECTED: dict[str, str | tuple[str, ...]] = {
    "65536-uint32-limit.png": "too_large",
    "giant-image.jpg": "too_large",
    "decompression_bomb.gif": "too_large",
    "truncated.jpg": "broken",
    "truncated.gif": "broken",
    "truncated_jpeg.jpg": "broken",
    "broken.png": "broken",
    "broken_exif_dpi.jpg": (),
    "corrupt-header.jpg": "broken",
    "Channel_digital_image_CMYK_color_no_profile.jpg": ("CMYK converted",),
    "16-bit-grey-alpha.png": ("transparency laid on white", "16 bit scaled to 8"),
    "mode_16bit.png": ("16 bit scaled to 8", "first of 3 frames"),
    "16bit.cropped.tif": ("16 bit scaled to 8 (291 to 694)",),
    "animated-loop-3.gif": ("first of 10 frames",),
    "rotating-squares.webp": ("transparency laid on white", "first of 9 frames"),
    "hopper.webp": (),
    "hopper.avif": (),
    "hopper.heif": "heif",
    "check.svg": "svg",
    "looks-like-svg.webp": ("transparency laid on white",),
    "blankpage.pdf": "pdf",
    "full-transparent.png": ("transparency laid on white",),
    "indexed.png": (),
    "hopper_gray.jpg": (),
    "1bit.tif": (),
    "small.bmp": (),
    "orientation_1.jpg": (),
    **{f"orientation_{n}.jpg": (f"orientation {n} applied",) for n in range(2, 9)},
}


def odd_files() -> list[str]:
    if not ODD.exists():
        return []
    with (ODD / "index.csv").open() as file:
        return [Path(row["file"]).name for row in csv.DictReader(file)]


def odd(name: str) -> bytes:
    return (ODD / "files" / name).read_bytes()


def encoded(pixels: Any, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels).save(out, image_format, **options)
    return out.getvalue()


def noise(*shape: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


@needs_data
@pytest.mark.parametrize("name", odd_files())
def test_odd_file_is_accepted_normalised_or_refused_with_a_clear_message(name: str) -> None:
    expected = EXPECTED[name]

    if isinstance(expected, str):
        with pytest.raises(MediaError) as refusal:
            decode_image(odd(name))
        assert refusal.value.code == expected
        assert 20 < len(str(refusal.value)) < 250
        assert " at 0x" not in str(refusal.value)
        return

    decoded = decode_image(odd(name))
    assert decoded.notes == expected
    assert decoded.pixels.shape == (*decoded.size_hw, 3)
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.flags.c_contiguous
    is_shown_as_is = decoded.format in ("JPEG", "PNG", "WEBP") and not expected
    assert needs_rendition(decoded, odd(name)) is not is_shown_as_is


@needs_data
def test_all_eight_orientations_become_the_same_upright_picture() -> None:
    pictures = []
    for n in range(1, 9):
        decoded = decode_image(odd(f"orientation_{n}.jpg"))
        assert decoded.orientation == n
        assert decoded.size_hw[0] > decoded.size_hw[1]
        small = Image.fromarray(decoded.pixels).resize((30, 40), Image.Resampling.BOX)
        pictures.append(np.asarray(small, np.float64).ravel())

    assert np.corrcoef(pictures).min() > 0.98


BOMBS = ["65536-uint32-limit.png", "giant-image.jpg", "decompression_bomb.gif"]
UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
from engine.media.images import MediaError, decode_image
data = Path(sys.argv[1]).read_bytes()
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 32 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    decode_image(data)
except MediaError as error:
    print(error.code)
"""


def refusal_under_a_memory_limit(path: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", UNDER_A_LIMIT, str(path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        env={"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@needs_data
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_within_32_mb_of_memory(name: str) -> None:
    assert refusal_under_a_memory_limit(ODD / "files" / name) == "too_large"


def test_small_file_of_100_megapixels_is_refused_within_32_mb_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (10_000, 10_000)).save(path)

    assert path.stat().st_size < 50_000
    assert refusal_under_a_memory_limit(path) == "too_large"


def test_limit_is_in_pixels_and_inclusive() -> None:
    data = encoded(noise(30, 40, 3), "PNG")

    assert decode_image(data, max_pixels=1200).size_hw == (30, 40)
    with pytest.raises(MediaError, match="40 x 30 pixels"):
        decode_image(data, max_pixels=1199)
    with pytest.raises(MediaError, match="32767 pixels a side"):
        decode_image(encoded(np.zeros((1, 40_000), np.uint8), "PNG"))


FORMATS = ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"]


@pytest.mark.parametrize("image_format", FORMATS)
def test_image_cut_anywhere_is_refused_or_whole(image_format: str) -> None:
    data = encoded(noise(40, 50, 3), image_format)
    whole = decode_image(data)

    for cut in [0, 1, 5, 20, *np.linspace(30, len(data) - 1, 25).astype(int)]:
        with contextlib.suppress(MediaError):
            assert np.array_equal(decode_image(data[:cut]).pixels, whole.pixels)


@pytest.mark.parametrize("image_format", FORMATS)
def test_image_with_flipped_bytes_is_refused_or_decoded(image_format: str) -> None:
    data = encoded(noise(24, 20, 3), image_format)
    random = np.random.default_rng(11)

    for _ in range(60):
        damaged = bytearray(data)
        for at in random.integers(0, min(len(data), 400), 3):
            damaged[at] = random.integers(256)
        with contextlib.suppress(MediaError):
            assert decode_image(bytes(damaged), max_pixels=10_000).pixels.size <= 30_000


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once_in_every_format(image_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = np.repeat(np.repeat(noise(4, 6, 1), 16, 0), 16, 1).repeat(3, 2)
    options = {"lossless": True} if image_format == "WEBP" else {}
    stored = decode_image(encoded(pixels, image_format, **options)).pixels

    decoded = decode_image(encoded(pixels, image_format, exif=exif.tobytes(), **options))

    undo = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1), 6: lambda a: np.rot90(a, -1),
        7: lambda a: a.swapaxes(0, 1)[::-1, ::-1], 8: lambda a: np.rot90(a, 1),
    }  # fmt: skip
    assert decoded.orientation == orientation
    assert np.array_equal(decoded.pixels, undo[orientation](stored))


def test_deep_grey_is_spread_over_the_values_in_use() -> None:
    grey = np.array([[1000, 2000], [3000, 5000]], np.uint16)

    decoded = decode_image(encoded(grey, "PNG"))

    assert decoded.pixels[:, :, 0].tolist() == [[0, 64], [128, 255]]
    assert decoded.notes == ("16 bit scaled to 8 (1000 to 5000)",)


def test_float_tiff_with_holes_in_it_is_scaled() -> None:
    values = np.array([[np.nan, -1.0], [0.0, 1.0], [np.inf, -np.inf]], np.float32)

    decoded = decode_image(encoded(values, "TIFF"))

    assert decoded.pixels[:, :, 0].tolist() == [[0, 0], [128, 255], [255, 0]]
    assert decode_image(encoded(np.full((2, 2), np.nan, np.float32), "TIFF")).pixels.max() == 0


def test_transparency_is_laid_on_white_and_opaque_alpha_dropped_without_note() -> None:
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, :, 3] = 255

    assert decode_image(encoded(rgba, "PNG")).pixels[:, 0, 0].tolist() == [0, 255]
    rgba[..., 3] = 255
    opaque = encoded(rgba, "PNG")
    assert decode_image(opaque).notes == ()
    assert not needs_rendition(decode_image(opaque), opaque)


def test_png_with_its_own_gamma_is_shown_by_rendition() -> None:
    plain = encoded(noise(4, 4, 3), "PNG")
    gamma = plain[:33] + b"\0\0\0\x04gAMA\0\x01\x86\xa0\x31\xe8\x96\x5f" + plain[33:]

    assert needs_rendition(decode_image(gamma), gamma)
    assert not needs_rendition(decode_image(plain), plain)


def test_rendition_is_exact_and_thumbnail_fits() -> None:
    pixels = noise(300, 700, 3)

    assert np.array_equal(decode_image(encode_rendition(pixels)).pixels, pixels)
    thumbnail = decode_image(encode_thumbnail(pixels))
    assert (thumbnail.format, thumbnail.size_hw) == ("WEBP", (110, 256))
    assert decode_image(encode_thumbnail(noise(3, 900, 3), 64)).size_hw == (1, 64)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b"hello", "unknown_format"), (b"%!PS-Adobe", "eps"), (b"8BPS", "psd"),
        (b"PK\x03\x04....", "zip"), (b"\x1f\x8b\x08", "archive"), (b"\xff\x0a..", "jxl"),
        (b"\0" * 128 + b"DICM", "dicom"), (b"<!DOCTYPE html>", "html"),
        (b"<?xml version='1.0'?>\n<svg>", "svg"), (b"\x1aE\xdf\xa3", "webm"),
        (b"\0\0\0\x14ftypisom\0\0\0\0mp42", "video"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_refused_by_its_own_name(data: bytes, code: str) -> None:
    with pytest.raises(MediaError) as refusal:
        decode_image(data)

    assert refusal.value.code == code
