"""What files that came out otherwise are worth: on another machine, sums are not the same.

Both are measured on the blind holdout of the version that the bundle was trained on.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.utils.module_loading import import_string

from annotation.models import Bundle
from annotation.services.bundles import laid_out
from engine.bundle import MANIFEST
from workers.bundling import BundlePart, part_of, write_parts
from workers.holdout import evaluate_pair
from workers.rebuilding import Rebuilt
from workers.recipes import made_by
from workers.watch import Watch

Part = Bundle.Part
JUDGE_CAPTIONS: Final = "workers.caption_evaluation.judge_on_holdout"  # slow to import
CARD: Final = "# {bundle}, made again\n\nIt is measured beside that one, and not kept.\n"


def measure_rebuilt(watch: Watch, bundle: Bundle, rebuilt: Rebuilt, folder: Path) -> dict[str, Any]:
    """Compare a bundle with what was made again, where files differ, as a round compares two.

    Returns:
        What `Round.metrics` has, `serving` the bundle and `candidate` the other; of parts that
        came out the same nothing, nor of those for which the holdout has nothing.

    """
    version = bundle.dataset_version
    if not rebuilt.different or version is None:
        return {}
    made = folder / "bundle"
    if not (made / MANIFEST).is_file():  # or a killed run has written it
        card = CARD.format(bundle=bundle.pk)
        parent = bundle.manifest["parent"]
        write_parts(made, _parts(bundle, rebuilt), card=card, version=version, parent=parent)
    metrics: dict[str, Any] = {}
    with laid_out(made) as other:
        if {Part.MASKS, Part.LABELS} & rebuilt.different:
            pair = evaluate_pair(watch, version, bundle, other)
            metrics |= pair.metrics(watch, version) if pair else {}
        if Part.CAPTIONS in rebuilt.different:
            figures, _ = import_string(JUDGE_CAPTIONS)(watch, version, bundle, other)
            metrics |= {"captions": figures} if figures else {}
    return metrics


def _parts(bundle: Bundle, rebuilt: Rebuilt) -> dict[str, BundlePart]:
    now = made_by()
    made = {
        part: replace(each, recipe={**each.recipe, "made_by": now})
        for part, each in rebuilt.made.items()
    }
    return {part: made.get(part) or part_of(bundle, part) for part in Part.values}
