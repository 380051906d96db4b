"""Read the Arrow files of Hugging Face's datasets, as Parquet with the same columns is."""

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.arrow_file import ArrowRows, LastBatch
from engine.datasets.formats.format import Report
from engine.datasets.formats.huggingface_disk import files_in
from engine.datasets.formats.parquet_read import read_rows
from engine.datasets.sample import Dataset


def read(source: Source, report: Report) -> Dataset:
    """Read all files, one at a time; each is gone through once for its labels.

    Raises:
        DatasetError: there is none.

    """
    last = LastBatch()
    files = [ArrowRows(source, name, last) for name in files_in(source)]
    if not files:
        raise DatasetError("no dataset that was saved to the disk is there")
    return read_rows(files, report)
