"""What all commands of `anneal` have in common."""

from collections.abc import Iterator

import pytest
import typer

from engine.client.__main__ import app, main


def commands(found: typer.Typer, *names: str) -> Iterator[tuple[str, ...]]:
    for each in found.registered_commands:
        assert each.callback is not None
        yield (*names, each.name or each.callback.__name__)
    for group in found.registered_groups:
        assert group.typer_instance is not None
        assert isinstance(group.name, str)
        yield from commands(group.typer_instance, *names, group.name)


@pytest.mark.parametrize("command", [*commands(app)], ids=" ".join)
def test_every_command_prints_one_document_where_a_program_asks_for_it(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])

    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out
