"""What a process loads when it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HEAVY = {"torch", "torchvision", "onnxruntime", "segment_anything", "transformers", "whisper"}


@pytest.mark.parametrize(
    "module",
    ["annotation.wsgi", "annotation.asgi", "annotation.urls", "workers.beat", "workers.tasks"],
)
def test_nothing_that_must_be_up_at_once_loads_model_code(module: str) -> None:
    program = f"import django, sys; django.setup(); import {module}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert HEAVY.isdisjoint(loaded)
    assert module in loaded
