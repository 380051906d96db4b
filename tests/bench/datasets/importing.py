"""What importing costs in real PostgreSQL and a real store: annotations, and bare images."""

import tempfile
from pathlib import Path
from typing import Final

from tests.bench.inside import run_inside
from tests.bench.rows import Row
from tests.quick_bundle import make_quick_bundle
from tests.stack import running_stack

IMAGES: Final = 2000  # that are there, and get annotations
EACH: Final = 5  # masks
PHOTOS: Final = 60
LEAST_PER_S: Final = 640  # images with masks
MOST_OF_PILLOW: Final = 2  # times what Pillow takes to decode and to make the thumbnail


def measure_importing() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_quick_bundle(Path(folder) / "bundle")
        with running_stack(Path(folder) / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
            stack.add_users("ada")
            body = {"name": "many", "holdout_share": 0.0}
            project = stack.log_in("ada").post("/api/projects", body)["id"]
            annotated = run_inside(
                stack, "datasets.bring", f"annotations({project}, {IMAGES}, {EACH})"
            )
            bare = run_inside(stack, "datasets.bring", f"photos({project}, {PHOTOS})")
    per_s = annotated["images"] / annotated["wall_s"]
    return [
        Row(
            f"import COCO, {EACH} masks an image, of images that are there",
            {**annotated, "images_per_s": round(per_s)},
            f"{LEAST_PER_S} images a second",
            per_s >= LEAST_PER_S,
        ),
        Row(
            "import bare images, beside Pillow's decoding and thumbnail",
            {**bare, "ratio": round(bare["cpu_s"] / bare["pillow_cpu_s"], 2)},
            f"{MOST_OF_PILLOW} x Pillow",
            bare["cpu_s"] <= MOST_OF_PILLOW * bare["pillow_cpu_s"],
        ),
    ]
