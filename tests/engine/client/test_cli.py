"""`anneal` against a running Anneal: what it prints, where, and with which exit code."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.annotation.world import square
from tests.client import Client as Person
from tests.engine.client.conftest import Run, draw
from tests.stack import PASSWORD, ROOT, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a script writes to standard input."""

    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return typed


@pytest.fixture
def drawn(logged_in: Run, person: Person, project: int, pictures: Path) -> int:
    """A project with a square on each picture; return its id."""
    brought = json.loads(logged_in("import", project, pictures, "--json").out)
    for each in brought:
        draw(person, each["image"])
    return project


def test_a_login_keeps_a_token_for_its_owner_alone_and_a_logout_forgets_it(
    run: Run, home: Path, stack: Stack, project: int, typed: Any
) -> None:
    typed(f"{PASSWORD}\n")

    came_in = run("login", stack.url, "--user", "ada")
    kept = home / "login.json"
    mode, text = kept.stat().st_mode & 0o777, kept.read_text()
    listed = run("projects", "--json")
    out = run("logout", "--json")
    after = run("projects")

    assert came_in.code == listed.code == out.code == 0
    assert mode == 0o600
    assert PASSWORD not in text
    assert project in {each["id"] for each in json.loads(listed.out)}
    assert json.loads(out.out) == {"url": stack.url}
    assert not kept.exists()
    assert after.code == 3
    assert "anneal login" in after.err


def test_a_wrong_password_or_token_logs_nobody_in(
    run: Run, home: Path, stack: Stack, typed: Any
) -> None:
    typed("guess\n")
    guessed = run("login", stack.url, "--user", "ada")
    typed("anl_nonsense\n")
    made_up = run("login", stack.url, "--token")

    assert (guessed.code, made_up.code) == (3, 3)
    assert "password is wrong" in guessed.err
    assert not (home / "login.json").exists()


def test_a_kept_token_goes_to_no_other_address(
    run: Run, stack: Stack, typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(f"{PASSWORD}\n")
    run("login", stack.url, "--user", "ada")
    monkeypatch.setenv("ANNEAL_URL", f"{stack.url}0")

    elsewhere = run("projects")

    assert elsewhere.code == 3
    assert "not logged in" in elsewhere.err


def test_a_token_of_one_project_logs_in_and_shows_no_other(
    run: Run, stack: Stack, person: Person, project: int, typed: Any
) -> None:
    other = person.post("/api/projects", {"name": f"Leaves {uuid4()}"})["id"]
    kind = {"name": "of one", "scope": "write", "projects": [project]}
    typed(f"{person.post('/api/tokens', kind)['token']}\n")

    came_in = run("login", stack.url, "--token", "--json")
    listed = run("projects", "--json")
    foreign = run("images", other)
    made = run("projects", "create", "Mine")

    assert json.loads(came_in.out)["projects"] == 1
    assert [each["id"] for each in json.loads(listed.out)] == [project]
    assert (foreign.code, made.code) == (1, 3)
    assert "is not yours" in foreign.err
    assert "This token is for chosen projects" in made.err


def test_a_reading_token_reads_and_is_told_that_it_may_not_write(
    run: Run, stack: Stack, project: int, typed: Any
) -> None:
    typed(f"{PASSWORD}\n")
    run("login", stack.url, "--user", "ada", "--read-only")

    cut = run("version", "cut", project)

    assert run("images", project).code == 0
    assert (cut.code, cut.out) == (3, "")
    assert "may only read" in cut.err


def test_an_unreachable_server_is_exit_code_4(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNEAL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANNEAL_TOKEN", "x")

    ended = run("projects")

    assert ended.code == 4
    assert "127.0.0.1:9 cannot be reached" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("images",),
        ("import", "1", "there/is/no/such.png"),
        ("export", "1", "--label", "without a sign"),
    ],
)
def test_wrong_usage_is_exit_code_2(logged_in: Run, arguments: tuple[str, ...]) -> None:
    ended = logged_in(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert "Usage: anneal" in ended.err


def test_an_import_says_what_became_of_each_file(
    logged_in: Run, project: int, pictures: Path
) -> None:
    (pictures / "bad.png").write_text("no picture")

    ended = logged_in("import", project, pictures)
    again = logged_in("import", project, pictures / "0.png", "--json")

    lines = dict(line.split("\t")[:2] for line in ended.out.splitlines())
    assert lines == {
        **{f"{seed}.png": "accepted" for seed in range(3)},
        "bad.png": "refused",
    }
    assert ended.code == 1
    assert "3 accepted, 1 refused" in ended.err
    [outcome] = json.loads(again.out)
    assert (again.code, outcome["state"]) == (0, "duplicate")


def test_images_that_are_there_are_kept_together_by_a_command_that_tells_before(
    logged_in: Run, project: int, pictures: Path
) -> None:
    logged_in("import", project, pictures)

    looked = logged_in("group", project, "{group}.png", "--dry-run")
    given = logged_in("group", project, "{group}.png", "--json")
    again = logged_in("group", project, "1{group}ng")
    other = logged_in("group", project, "1{group}ng", "--regroup")
    wrong = logged_in("group", project, "no pattern")

    assert (looked.code, looked.out.splitlines()) == (0, ["0\t1\t", "1\t1\t", "2\t1\t"])
    assert "3 images would get 3 groups" in looked.err
    assert (given.code, json.loads(given.out)["given"]["images"]) == (0, 3)
    assert "0 images got 0 groups\n1 image keeps another group" in again.err
    assert (other.code, other.out) == (0, ".p\t1\t\n")
    assert (wrong.code, "{group} once" in wrong.err) == (1, True)


def test_images_that_one_command_brought_go_out_by_another(
    logged_in: Run, project: int, pictures: Path
) -> None:
    brought = logged_in("import", project, pictures)
    command = brought.err.partition("0.png and 2 more goes out again by: anneal ")[2].split()[:2]

    undone = logged_in(*command, "--json")

    assert command[:1] == ["undo"]
    assert json.loads(undone.out)["brought"] == {"images removed": 3}
    assert json.loads(logged_in("images", project, "--json").out) == []


def test_from_import_to_a_proof_without_the_server(
    logged_in: Run, person: Person, drawn: int, pictures: Path, tmp_path: Path
) -> None:
    first = json.loads(logged_in("version", "cut", drawn, "--note", "first", "--json").out)
    draw(person, person.images(drawn)[0]["id"], x=20)
    second = json.loads(logged_in("version", "cut", drawn, "--json").out)
    zipped = tmp_path / "out.zip"

    export = logged_in("export", drawn, first["id"][:8], "-o", zipped, "--json")
    fetched = json.loads(export.out)
    offered = json.loads(logged_in("version", "formats", drawn, first["id"][:8], "--json").out)
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(tmp_path)
    proof = ("verify", tmp_path / "manifest.jsonl", pictures)
    coco = ("--coco", tmp_path / "annotations.json", "--id", first["id"], "--json")
    good = logged_in(*proof, *coco)
    (pictures / "1.png").write_bytes(b"another")
    (pictures / "2.png").unlink()
    bad = logged_in(*proof, "--json")
    differ = logged_in("diff", first["id"][:8], second["id"][:8], "--project", drawn)
    totals = logged_in("diff", first["id"][:8], second["id"][:8], "--project", drawn, "--json")
    whole = logged_in("verify", tmp_path / "manifest.jsonl", zipped)
    same = logged_in("diff", tmp_path / "manifest.jsonl", tmp_path / "manifest.jsonl", "--json")

    assert (fetched["path"], fetched["state"]) == (str(zipped), "succeeded")
    assert {"coco", "yolo"} < {each["format"] for each in offered}
    own = next(each["anneal_only"] for each in offered if each["format"] == "coco")
    assert fetched["anneal_only"] == own
    assert f"ids, {own['ids']} times" in export.err.partition("only Anneal reads back: ")[2]
    assert (good.code, json.loads(good.out)["faults"]) == (0, [])
    assert json.loads(good.out)["id"] == first["id"]
    assert bad.code == 1
    assert sorted(json.loads(bad.out)["faults"]) == [
        "1.png: not the image of the manifest",
        "2.png: missing",
    ]
    assert (whole.code, whole.out) == (0, "")
    assert "so not proved: images\n" in whole.err
    assert json.loads(good.out)["not_proved"]["revisions"] == "not told by images alone"
    assert json.loads(totals.out)["images"]
    assert (differ.code, totals.code, same.code) == (1, 1, 0)
    assert differ.out.startswith("changed")
    assert json.loads(same.out).keys() == json.loads(totals.out).keys()
    assert (json.loads(same.out)["changes"], json.loads(same.out)["renamed"]) == ([], [])


@pytest.mark.filterwarnings("default")
def test_links_in_a_dataset_are_told_of_as_all_else_is(
    logged_in: Run, project: int, pictures: Path
) -> None:
    coco = {"images": [{"id": 1, "file_name": "0.png"}], "annotations": [], "categories": []}
    (pictures / "annotations.json").write_text(json.dumps(coco))
    (pictures / "link.png").symlink_to("0.png")

    looked = logged_in("import", project, pictures, "--dry-run")

    assert f"anneal: {pictures}: links left behind: 1." in looked.err
    assert "Warning" not in looked.err


def test_a_diff_tells_how_far_each_shape_moved_and_the_totals_last(
    logged_in: Run, person: Person, drawn: int
) -> None:
    logged_in("version", "cut", drawn)
    logged_in("version", "tag", drawn, "", "before")
    image = person.images(drawn)[0]["id"]
    found = person.get(f"/api/images/{image}")
    [moved] = found["masks"]
    revise = {"kind": "revise", "mask": moved["id"], "label": None, "rle": square(3, 2)}
    assert person.save(image, found["version"], {"id": str(uuid4()), **revise}).is_good
    logged_in("version", "cut", drawn)
    logged_in("version", "tag", drawn, "", "after")

    differ = logged_in("diff", "before", "after", "--project", drawn)
    told = json.loads(logged_in("diff", "before", "after", "--project", drawn, "--json").out)
    same = logged_in("diff", "after", "after", "--project", drawn)

    lines = differ.out.splitlines()
    assert differ.code == 1
    assert lines[0].startswith("changed ")
    assert lines[0].endswith(' "0.png"')
    assert lines[1] == f"  mask {moved['id']} IoU 0.6667"
    assert "masks      0 added 0 removed 1 changed" in lines
    assert lines[-1] == "IoU        0.6667 on average of 1 changed shapes"
    [changed] = told["changes"]
    assert (changed["kind"], changed["masks"][0]["mask"]) == ("changed", moved["id"])
    assert (told["masks"]["changed"], round(told["iou"]["mean"], 4)) == (1, 0.6667)
    assert (same.code, same.out) == (0, "the same\n")


def test_formats_are_told_of_what_would_be_exported(logged_in: Run, drawn: int) -> None:
    logged_in("version", "cut", drawn)

    def notes(*options: str) -> str:
        found = json.loads(logged_in("version", "formats", drawn, "--json", *options).out)
        return " ".join(note for each in found for note in each["notes"])

    whole, in_part, renamed = notes(), notes("--split", "train"), notes("--label", "cell=")

    assert "images/unfinished as val" in whole
    assert "images/unfinished" not in in_part
    assert "Counts are of all labels" in renamed
    assert "Counts are of all labels" not in whole
    assert logged_in("version", "formats", drawn, "--label", "cell").code == 2


def test_an_export_leaves_unfinished_images_behind_and_says_so(
    logged_in: Run, person: Person, drawn: int, tmp_path: Path
) -> None:
    logged_in("version", "cut", drawn)
    begun = logged_in("export", drawn, "-o", tmp_path / "begun.zip")
    image = person.images(drawn)[0]["id"]
    claimed = person.post(f"/api/projects/{drawn}/claim", {"image": image})["assignment"]
    person.post(f"/api/assignments/{claimed['id']}/finish", {"active_s": 1})
    made = json.loads(logged_in("version", "cut", drawn, "--json").out)

    export = logged_in("export", drawn, "-o", tmp_path / "a.zip", "--json")
    whole = logged_in("export", drawn, "--split", "all", "-o", tmp_path / "b.zip", "--json")
    manifest = logged_in("export", drawn, "--format", "manifest", "-o", tmp_path / "m.zip")
    offered = json.loads(logged_in("version", "formats", drawn, "--json").out)

    left = made["counts"]["unfinished"]
    assert "splits: unfinished\n" in begun.err
    assert f"left out: {left} unfinished image" in export.err
    assert "left out" not in whole.err
    assert (export.code, whole.code, manifest.code) == (0, 0, 0)
    assert [each["format"] for each in offered].count("manifest") == 1


def test_a_part_of_a_project_is_cut_by_options_and_by_the_name_they_were_kept_under(
    logged_in: Run, person: Person, drawn: int
) -> None:
    whole = json.loads(logged_in("version", "cut", drawn, "--json").out)
    options = ("--split", "unfinished", "--drop-empty")

    look = json.loads(logged_in("version", "cut", drawn, *options, "--dry-run", "--json").out)
    first = logged_in("version", "cut", drawn, *options, "--save-as", "begun", "--json")
    again = logged_in("version", "cut", drawn, "--query", "begun", "--json")
    listed = logged_in("version", "queries", drawn).out
    shown = logged_in("version", "show", drawn, json.loads(first.out)["id"]).out
    dropped = logged_in("version", "drop-query", drawn, "begun", "--json")
    unknown = logged_in("version", "cut", drawn, "--query", "begun")

    made = json.loads(first.out)
    assert (first.code, again.code, dropped.code) == (0, 0, 0)
    assert made["id"] == json.loads(again.out)["id"] != whole["id"]
    assert look["images"] == made["counts"]["images"] == made["counts"]["unfinished"]
    assert (made["cut_from"]["name"], made["cut_from"]["number"]) == ("begun", 1)
    assert made["criteria"]["splits"] == ["unfinished"]
    assert listed == 'begun\t1\t{"splits":["unfinished"],"drop_empty":true}\n'
    assert "query\tbegun" in shown.splitlines()
    assert json.loads(dropped.out)["name"] == "begun"
    assert (unknown.code, unknown.out) == (1, "")
    assert "No query is called 'begun'; there are: none." in unknown.err


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--label", "no such"), 1, "No label is called 'no such'"),
        (("--reviewed",), 1, "0 reviewed"),
        (("--val", "1.5"), 1, "A share is above 0 and below 1, not 1.5."),
        (("--from", "2026-05-02", "--to", "2026-05-01"), 1, "is before the first"),
        (("--from", "yesterday"), 2, "yesterday"),
        (("--query", "x", "--reviewed"), 2, "a saved query stands"),
    ],
)
def test_what_cannot_be_cut_is_told(
    logged_in: Run, drawn: int, options: tuple[str, ...], code: int, told: str
) -> None:
    ended = logged_in("version", "cut", drawn, *options)

    assert (ended.code, ended.out) == (code, "")
    assert told in " ".join(ended.err.split())


def test_what_is_printed_for_people_and_for_programs(logged_in: Run, drawn: int) -> None:
    logged_in("version", "cut", drawn, "--note", "a\x1b[31mred\tnote")

    lines = logged_in("version", "list", drawn).out.splitlines()
    document = json.loads(logged_in("version", "list", drawn, "--json").out)
    shown = logged_in("version", "show", drawn)

    assert len(lines) == len(document) == 1
    assert lines[0].split("\t")[0] == document[0]["id"][:12]
    assert "\x1b" not in lines[0]
    assert f"id\t{document[0]['id']}" in shown.out.splitlines()


def test_a_version_has_a_name_and_a_note_and_is_found_by_its_name_and_its_images(
    logged_in: Run, drawn: int
) -> None:
    made = json.loads(logged_in("version", "cut", drawn, "--json").out)
    image = json.loads(logged_in("images", drawn, "--json").out)[0]["id"]

    tagged = logged_in("version", "tag", drawn, made["id"][:8], "v1.0")
    noted = logged_in("version", "note", drawn, "v1.0", "For the paper")
    shown = json.loads(logged_in("version", "show", drawn, "v1.0", "--json").out)
    [held] = json.loads(logged_in("version", "with", image, "--json").out)
    bad = logged_in("version", "tag", drawn, "v1.0", "Not This")
    untagged = logged_in("version", "untag", drawn, "v1.0", "--json")
    gone = logged_in("version", "untag", drawn, "v1.0")

    assert (tagged.code, noted.code, untagged.code) == (0, 0, 0)
    assert (shown["id"], shown["tags"], shown["note"]) == (made["id"], ["v1.0"], "For the paper")
    assert (held["id"], held["tags"], held["masks"]) == (made["id"], ["v1.0"], 1)
    left = json.loads(untagged.out)
    assert (left["id"], left["tags"]) == (made["id"], [])
    assert bad.code == 1
    assert "small letters" in bad.err
    assert gone.code == 1
    assert "No version has the tag 'v1.0'" in gone.err


def test_a_version_that_is_not_there_is_told(logged_in: Run, project: int) -> None:
    ended = logged_in("export", project)

    assert (ended.code, ended.out) == (1, "")
    assert "No version was cut yet" in ended.err


def test_a_project_is_made_and_found_by_its_name(logged_in: Run) -> None:
    name = f"Made {uuid4()}"

    made = json.loads(logged_in("projects", "create", name, "--json").out)
    listed = logged_in("projects").out.splitlines()
    images = logged_in("images", name, "--json")

    assert f"{made['id']}\t{name}\tmanager\t0\t0" in listed
    assert json.loads(images.out) == []


def test_a_project_is_made_with_a_share_that_judges_and_shown_once_it_is_prepared(
    logged_in: Run, pictures: Path
) -> None:
    name = f"Judged {uuid4()}"
    made = json.loads(logged_in("projects", "create", name, "--holdout", "0.9", "--json").out)
    before = logged_in("projects", "show", name)
    logged_in("import", name, pictures)

    shown = logged_in("projects", "show", name, "--wait", "--json")

    found = json.loads(shown.out)
    assert (shown.code, before.code) == (0, 0)
    assert "serving\t" in before.out.splitlines()
    assert (found["id"], found["counts"]["images"]) == (made["id"], 3)
    assert found["counts"]["holdout"] > 1
    assert found["serving"]["round"] is None


def test_bundles_and_rounds_of_a_project_without_any(logged_in: Run, project: int) -> None:
    assert json.loads(logged_in("rounds", "list", project, "--json").out) == []
    assert logged_in("rounds", "watch", project).code == 1
    assert logged_in("rounds", "cancel", project).code == 1
    assert logged_in("bundles", "promote", project, "abc", "--reason", "x").code == 1
    assert logged_in("bundles", "rollback", project).code == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    command = [sys.executable, "-m", "engine.client", "--show-completion", shell]

    script = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "_ANNEAL_COMPLETE" in script
