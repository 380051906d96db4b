"""Write the refused rows of a dataset as a smaller one: the same files, under the same names.

Nothing that comes in twice is doubled. So where a row cannot be cut out its whole file is taken,
and what is taken besides does no harm.
"""

from collections.abc import Sequence

from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.refused.kinds import is_companion, is_of_one_image
from engine.datasets.refused.problems import sort_out
from engine.datasets.refused.table import write_table
from engine.datasets.refused.written import Written


def write_refused(
    source: Source, form: str, problems: Sequence[DatasetError], *, total: int, out: Out
) -> None:
    """Write what was refused, what that needs to be read, and a table that tells of both.

    Args:
        source: the files of the dataset.
        form: name of its format.
        problems: what was refused, with file and place.
        total: how many problems there were; of some their number alone may be known.
        out: takes 256 MiB at most, of files that cannot be cut down those of up to 64 MiB.

    """
    found = sort_out(source, form, problems)
    here = Written(source, form, out)
    for name in source.names:
        if is_companion(form, name):
            here.take(name)
    for name, wanted in found.files.items():
        # There may be as many files of one image as images, each to be fetched from a bucket.
        is_likely = bool(wanted.places) or found.is_called_as_one(name)
        if is_likely or not is_of_one_image(form, name) or len(here.images) < len(found.images):
            here.cut(name, wanted)
    for name in found.whole:
        here.take(name)
    here.take_beside(found)
    write_table(out, source.names, found.all, total=total, here=here)
