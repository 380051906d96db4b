"""One tiny language model for all tests, and sums in one order."""

from pathlib import Path

import pytest
import torch

from tests.engine.captioning.tiny import save_language_model


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_language_model(tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    """So that two runs can be compared bit by bit."""
    torch.set_num_threads(1)
