"""The commands of `anneal`: thin over the client, with tables, JSON, progress and exit codes."""
