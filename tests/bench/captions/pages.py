"""What a project of many descriptions costs the server beside one of few: pages, cut and export."""

import time
from functools import partial
from typing import Any, Final
from uuid import uuid4

from tests.bench.cpu import RequestCpu
from tests.bench.memory import service_peak_mib
from tests.bench.rows import Row
from tests.client import Client, wait_for
from tests.stack import Stack

FEW, MANY = 100, 10_000  # described images
WARM_UP, REQUESTS = 5, 40
FLAT_RATIO: Final = 1.25  # more than requests differ from run to run
MOST_MS: Final = 50  # of CPU, of any page
FORMATS: Final = ("descriptions", "narratives")


def measure_pages(stack: Stack) -> list[Row]:
    client = stack.log_in("ada")
    project = client.post("/api/projects", {"name": "many", "holdout_share": 0.0})["id"]
    heard = client.send("PATCH", f"/api/projects/{project}", {"listeners": "manager"})
    assert heard.is_good, heard  # so that narratives can be exported
    client.post("/api/consent", {})
    pages: dict[int, dict[str, RequestCpu]] = {}
    files: dict[int, dict[str, object]] = {}
    for wanted in (FEW, MANY):
        _fill(stack, project, wanted)
        pages[wanted] = _pages(stack, client, project)
        files[wanted] = _cut_and_export(stack, client, project)
    return [*(_page_row(name, pages) for name in pages[FEW]), _file_row(files)]


def _fill(stack: Stack, project: int, wanted: int) -> None:
    code = f"from tests.bench.captions.fill import fill\nfill({project}, {wanted})"
    stack.manage("shell", "--no-imports", "-c", code)
    stack.sql_do("ANALYZE")


def _pages(stack: Stack, client: Client, project: int) -> dict[str, RequestCpu]:
    [first, *_] = client.get(f"/api/projects/{project}/images")["results"]
    image = first["id"]
    addresses = {
        "the project": f"/api/projects/{project}",
        "a page of its images": f"/api/projects/{project}/images",
        "an image": f"/api/images/{image}",
        "an image's descriptions": f"/api/images/{image}/descriptions",
        "an image's words and masks": f"/api/images/{image}/grounding",
    }
    costs = {}
    for name, address in addresses.items():
        costs[name] = RequestCpu(stack, WARM_UP)
        for _ in range(WARM_UP + REQUESTS):
            costs[name].measure(partial(client.send, "GET", address))
    return costs


def _page_row(name: str, pages: dict[int, dict[str, RequestCpu]]) -> Row:
    figures = {wanted: pages[wanted][name].figures for wanted in pages}
    few, many = (figures[wanted]["server_cpu_ms_median"] for wanted in (FEW, MANY))
    return Row(
        f"{name}: CPU of the web processes",
        {
            "by_descriptions": {str(wanted): each for wanted, each in figures.items()},
            "ratio": round(many / few, 2),
        },
        f"{MOST_MS} ms, and flat (ratio {FLAT_RATIO}) from {FEW} to {MANY} descriptions",
        max(few, many) <= MOST_MS and many <= FLAT_RATIO * few,
    )


def _cut_and_export(stack: Stack, client: Client, project: int) -> dict[str, object]:
    began = time.perf_counter()
    version = client.cut(project)["id"]
    figures: dict[str, object] = {"cut_s": round(time.perf_counter() - began, 2)}
    for export_format in FORMATS:
        began = time.perf_counter()
        wanted = {"id": str(uuid4()), "format": export_format}
        export = client.post(f"/api/versions/{version}/exports", wanted)["id"]
        found = wait_for(partial(_written, client, export), "the export is written", 600)
        figures[f"{export_format}_s"] = round(time.perf_counter() - began, 2)
        figures[f"{export_format}_bytes"] = found["bytes"]
    figures["web_peak_mib"] = service_peak_mib(stack, "web")
    figures["worker_peak_mib"] = service_peak_mib(stack, "worker")
    return figures


def _written(client: Client, export: str) -> Any:
    found = client.get(f"/api/exports/{export}")
    if found["state"] == "failed":
        raise RuntimeError(f"the export failed: {found['job']['error']}")
    return found if found["bytes"] else None


def _file_row(files: dict[int, dict[str, object]]) -> Row:
    peaks = ("web_peak_mib", "worker_peak_mib")
    ratios = {peak: float(str(files[MANY][peak])) / float(str(files[FEW][peak])) for peak in peaks}
    return Row(
        "cutting a version and exporting its descriptions: seconds and peak memory",
        {
            "by_descriptions": {str(wanted): each for wanted, each in files.items()},
            **{f"{peak}_ratio": round(ratio, 2) for peak, ratio in ratios.items()},
        },
        f"memory flat (ratio {FLAT_RATIO}) from {FEW} to {MANY} descriptions",
        max(ratios.values()) <= FLAT_RATIO,
    )
