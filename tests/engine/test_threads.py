"""As many threads compute as is said, in torch and in all else."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_info, threadpool_limits

from engine.threads import use_threads


@pytest.fixture(autouse=True)
def others() -> Iterator[None]:
    """Begin with another number, and leave to other tests what there was."""
    before = torch.get_num_threads()
    with threadpool_limits(limits=3):
        yield
    torch.set_num_threads(before)


def test_every_library_that_computes_takes_as_many_threads_as_is_said() -> None:
    LogisticRegression().fit(np.eye(2), [0, 1])  # what is only loaded once it is used, is

    use_threads(2)

    assert torch.get_num_threads() == 2
    found = {(each["user_api"], each["num_threads"]) for each in threadpool_info()}
    assert found == {("blas", 2), ("openmp", 2)}
