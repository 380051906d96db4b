"""How many threads compute: sums come out otherwise with another number."""

import torch
from threadpoolctl import threadpool_limits


def use_threads(count: int) -> None:
    """Let torch, and the BLAS and OpenMP of numpy, scipy and scikit-learn, compute in so many.

    It holds for what is loaded of them, and until it is said again. Without it a BLAS takes a
    thread for each core, whatever torch does, or what the environment said as it was loaded.
    """
    torch.set_num_threads(count)
    threadpool_limits(limits=count)
