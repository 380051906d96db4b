"""How a caption is searched for, whichever model writes it."""

from collections.abc import Callable

import torch
from transformers import GenerationConfig

from engine.captioning.rows import Wanted


def candidates(
    wanted: Wanted, end: int, generate: Callable[[GenerationConfig], list[str]]
) -> list[str]:
    """Return what the beam search found, the likeliest first, then what was drawn.

    Args:
        wanted: how wide the search is, and how many are drawn, with which seed.
        end: the token that ends a text; it fills up the shorter ones as well.
        generate: the model's own search: one text for each sequence that it returns.

    """
    found = generate(_search(wanted, end, num_beams=wanted.beams, count=wanted.beams))
    if wanted.samples:
        with torch.random.fork_rng():
            torch.manual_seed(wanted.seed)
            found += generate(_search(wanted, end, do_sample=True, count=wanted.samples))
    return [" ".join(text.split()) for text in found]


def _search(
    wanted: Wanted, end: int, *, count: int, num_beams: int = 1, do_sample: bool = False
) -> GenerationConfig:
    return GenerationConfig(
        max_new_tokens=wanted.most_tokens,
        num_beams=num_beams,
        do_sample=do_sample,
        num_return_sequences=count,
        eos_token_id=end,
        pad_token_id=end,
    )
