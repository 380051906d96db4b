#!/usr/bin/env python3
"""One door for every command.

`up` starts the embedded services and does not need Django; every other command is Django's.
"""

import os
import sys

from django.core.management import execute_from_command_line

from deploy.embedded import cli


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation.settings")
    if sys.argv[1:2] and sys.argv[1] in cli.COMMANDS:
        sys.exit(cli.main(sys.argv[1:]))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
