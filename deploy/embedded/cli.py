COMMANDS: dict[str, object] = {}


def main(argv: list[str]) -> int:
    raise SystemExit(f"unknown command: {argv}")
