"""The row of the click, as `make bench` measures it."""

from tests.bench.clicks import measure_clicks
from tests.bench.rows import Row
from tests.stack import Stack


def measure_click(stack: Stack) -> list[Row]:
    figures = measure_clicks(stack)
    is_within = figures.pop("is_within") is True
    allowed = f"{figures.pop('allowed_ms')} ms: 1.5 x the decoder in native onnxruntime + 30 ms"
    return [Row("click to mask painted", figures, allowed, is_within)]
