"""`anneal import`, `refused`, `undo`: images and datasets of other tools in and out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from engine.client.cli.door import REFUSED, Json, ProjectArgument, Timeout, logged_in
from engine.client.cli.keys import unfinished_uploads
from engine.client.cli.output import progress, show, tell
from engine.client.cli.stopping import telling_of_cancel
from engine.client.client import Client
from engine.client.looking import FoundImages, datasets_in, look_at_images
from engine.client.models import (
    IMPORT_IMPORTED,
    IMPORT_READY,
    IMPORT_UNREADABLE,
    UPLOAD_REFUSED,
    DatasetImport,
    ImportedDataset,
    ImportProblem,
    Upload,
)
from engine.client.packing import faults_of, packed
from engine.client.uploads import UnfinishedUploads
from engine.client.waiting import Progress
from engine.datasets.errors import DatasetError
from engine.media.archives import is_archive

SHOWN: Final = 50  # parts that cannot be used, of one dataset
SHORT: Final = 8  # letters of an id that name a file
ProposalsBy = Annotated[
    str,
    typer.Option(
        "--proposals-by",
        metavar="MODEL",
        help="Masks with a score are its proposals, to be judged.",
    ),
]
GroupBy = Annotated[
    str,
    typer.Option(
        "--group-by",
        metavar="folder|PATTERN",
        help="New images of one folder, or with the same {group} in a name such as "
        "{group}_{}.png, stay on one side of the holdout and of val. A dataset's own groups count "
        "first; images that are there keep theirs.",
    ),
]


class Outcome(Upload):
    """What became of one file, and of the dataset that it holds."""

    dataset: ImportedDataset | None = None


def import_(  # noqa: PLR0913  # one for each option
    *,
    project: ProjectArgument,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Images, zips and tars, datasets, folders of these.", exists=True),
    ],
    form: Annotated[
        str | None, typer.Option("--format", help="Of datasets; told by the files if left out.")
    ] = None,
    finished: Annotated[
        bool, typer.Option("--finished", help="Images with masks count as annotated.")
    ] = False,
    proposals_by: ProposalsBy = "",
    group_by: GroupBy = "",
    images_alone: Annotated[
        bool, typer.Option("--images-alone", help="Of datasets in a zip or tar, nothing else.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only tell what would come in; images are not sent for it."),
    ] = False,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Bring in images, and datasets of other tools with their masks, labels and captions.

    A folder that holds a dataset goes as one. Interrupted, the same command goes on where it was;
    twice adds nothing. The exit code is 1 if a file was refused, or annotations beside images or a
    part of a dataset cannot be used, which is told; all else is in nonetheless.
    """

    def end(client: Client, upload: Upload, moved: Progress) -> Outcome:
        found = client.dataset_of(upload)
        if found is None:
            return Outcome(**upload.model_dump())
        if images_alone and not dry_run:
            taken = client.take_images(project, found.id, timeout_s=timeout, progress=moved)
            return Outcome(**taken.model_dump())
        with telling_of_cancel(found.id, found.file_name):
            brought = client.bring_in(
                found.id,
                format=form,
                finished=finished,
                proposals_by=proposals_by,
                dry_run=dry_run,
                timeout_s=timeout,
                progress=moved,
            )
        return Outcome(**upload.model_dump(), dataset=brought)

    # Of an archive that is sent the server tells.
    _tell_faults([each for each in paths if each.is_dir() or (dry_run and is_archive(each))])
    looked_at: list[FoundImages] = []
    with (
        logged_in() as client,
        progress() as moved,
        packed(paths, client.most_bytes, moved) as files,
        UnfinishedUploads(
            unfinished_uploads(), client.url, dict(zip(files, paths, strict=True))
        ) as unfinished,
    ):
        wanted = files
        if dry_run:
            wanted, looked_at = _without_images(files, moved)
        uploads = (
            client.send(
                project,
                wanted,
                unfinished=unfinished,
                group_by=group_by,
                timeout_s=timeout,
                progress=moved,
            )
            if wanted
            else []
        )
        outcomes = []
        for each in uploads:
            with unfinished.until_over(each.id):
                outcomes.append(end(client, each, moved))
        sent = _sent_images(client, outcomes)
    show_outcomes([*outcomes, *looked_at], as_json=as_json)
    for found in sent:
        _tell_undo(found)
    faulty = [each.state == UPLOAD_REFUSED or is_faulty(each.dataset) for each in outcomes]
    lacking = [each.is_in_part and not images_alone for each in outcomes]
    if any((*faulty, *lacking)) or any(each.problems for each in looked_at):
        raise typer.Exit(REFUSED)


def _without_images(paths: Sequence[Path], moved: Progress) -> tuple[list[Path], list[FoundImages]]:
    """Return the datasets, which the server looks at, and what is to be told of the images."""
    datasets = {path: datasets_in(path) for path in paths}
    looked_at = [
        look_at_images(path, inside, progress=moved)
        for path, inside in datasets.items()
        if inside != [path]
    ]
    return [each for inside in datasets.values() for each in inside], looked_at


def _sent_images(client: Client, outcomes: Sequence[Outcome]) -> list[DatasetImport]:
    """Return the import of the images that came; of a command that was interrupted, of each run."""
    bare = [each for each in outcomes if each.dataset is None and each.state != UPLOAD_REFUSED]
    found = map(client.import_of_images, {each.images_import: each for each in bare}.values())
    return [each for each in found if each is not None]


def _tell_faults(paths: Sequence[Path]) -> None:
    """Say of folders that are no datasets what may be to blame: of them only images are sent."""
    for path in paths:
        for fault in faults_of(path):
            tell(f"{path}: {fault}")


def refused(
    *,
    import_id: Annotated[UUID, typer.Argument(metavar="IMPORT", help="As import told it.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file.")] = None,
    as_json: Json = False,
) -> None:
    """Fetch the rows of a dataset that cannot be used: mend them, and import the zip.

    Exactly these come in then, and what is there already is not doubled. What is wrong stands in
    `problems.csv`.
    """
    with logged_in() as client, progress() as moved:
        path = client.refused_rows(
            import_id, output or Path(f"refused-{str(import_id)[:SHORT]}.zip"), progress=moved
        )
    size = path.stat().st_size
    show({"path": str(path), "bytes": size}, ["file", "bytes"], [[path, size]], as_json=as_json)


def undo(
    *,
    import_id: Annotated[UUID, typer.Argument(metavar="IMPORT", help="As import told it.")],
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Take out a dataset, or images that were sent, but for what people have worked on since."""
    with logged_in() as client, progress() as moved, telling_of_cancel(import_id, "the undo"):
        undone = client.undo_import(import_id, timeout_s=timeout, progress=moved)
    row = [undone.file_name, undone.state, _counted(undone.brought)]
    show(undone, ["dataset", "state", "taken out"], [row], as_json=as_json)


def show_outcomes(outcomes: Sequence[Outcome | FoundImages], *, as_json: bool) -> None:
    """Show what became of each file, and the parts of datasets that cannot be used."""
    heads = ["file", "outcome", "image", "message"]
    rows = [[each.file_name, _word(each), each.image, _message(each)] for each in outcomes]
    show(outcomes, heads, rows, as_json=as_json)
    for each in outcomes:
        if isinstance(each, FoundImages):
            _tell_problems(each.problems, len(each.problems))
        elif each.dataset is not None:
            _tell_more(each.dataset)
    words = Counter(map(_word, outcomes))
    tell(", ".join(f"{count} {word}" for word, count in sorted(words.items())) or "no files")


def _tell_more(found: ImportedDataset) -> None:
    _tell_problems(found.problems, found.problems_count)
    if found.state == IMPORT_IMPORTED and found.problems_count:
        tell(f"what cannot be used comes to be mended and imported by: anneal refused {found.id}")
    if found.state == IMPORT_IMPORTED:
        _tell_undo(found)
    if found.state == IMPORT_UNREADABLE and found.candidates:
        names = ", ".join(each.name for each in found.candidates)
        tell(f"Say --format, one of {names}, or --images-alone.")


def _tell_undo(found: DatasetImport) -> None:
    tell(f"{found.file_name} goes out again by: anneal undo {found.id}")


def _tell_problems(problems: Sequence[ImportProblem], count: int) -> None:
    for each in problems[:SHOWN]:
        tell(f"cannot be used: {_place(each)}")
    if count > SHOWN:
        tell(f"and {count - SHOWN} more parts that cannot be used")


def _place(problem: ImportProblem) -> DatasetError:
    return DatasetError(problem.fault, file=problem.file, field=problem.field, index=problem.row)


def _word(outcome: Outcome | FoundImages) -> str:
    found = _dataset_of(outcome)
    if isinstance(outcome, Outcome) and outcome.is_in_part and found is None:
        return "in part"
    return outcome.state if found is None else found.state


def _message(outcome: Outcome | FoundImages) -> str:
    found = _dataset_of(outcome)
    if found is None:
        return outcome.message
    if found.state == IMPORT_UNREADABLE:
        return found.message
    counts = _counted(found.found if found.state == IMPORT_READY else found.brought)
    told = f"{found.title}: {counts}"
    return f"{told}. {found.message}" if found.is_in_part else told


def _dataset_of(outcome: Outcome | FoundImages) -> ImportedDataset | None:
    return outcome.dataset if isinstance(outcome, Outcome) else None


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(_said(each, counts[each]) for each in sorted(counts)) or "nothing"


def _said(what: str, count: int) -> str:
    """Say "1 image accepted" of 1 "images accepted"."""
    noun, space, rest = what.partition(" ")
    return f"{count} {noun.removesuffix('s') if count == 1 else noun}{space}{rest}"


def is_faulty(found: ImportedDataset | None) -> bool:
    """Tell whether a dataset, or a part of it, cannot be used."""
    return found is not None and bool(found.problems_count or found.state == IMPORT_UNREADABLE)
