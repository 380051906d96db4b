"""The speed of the editor: each row of the table that it is held to, measured in one run."""
