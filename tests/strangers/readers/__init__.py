"""One module for each stranger, run by the environment that has it: see `said`."""
