#!/usr/bin/env python3
"""One door for every command.

`up` starts the embedded services and does not need Django; every other command is Django's, and
`simulate_rounds` and `rebuild_bundle` run beside the services, those that run already or their own.
With deploy/env.sample as it is only those run that build.
"""

import os
import sys

from django.core.management import execute_from_command_line

from annotation.published_secrets import refuse_published_secrets
from deploy.embedded import cli

# They serve nobody and need neither database nor store.
BUILDING = {"check", "collectstatic", "makemigrations", "spectacular"}
HELP = {"help", "version", "--help", "-h", "--version"}  # for which there may be no settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotation.settings")
    if sys.argv[1:2] and sys.argv[1] in cli.COMMANDS:
        sys.exit(cli.main(sys.argv[1:]))
    if sys.argv[1:2] and sys.argv[1] in cli.BESIDE and "ANNEAL_ENV_FILE" not in os.environ:
        sys.exit(cli.main(["with-services", *sys.argv[1:]]))  # which sets ANNEAL_ENV_FILE
    if sys.argv[1:2] and sys.argv[1] not in BUILDING | HELP:
        refuse_published_secrets()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
