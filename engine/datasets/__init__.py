"""Dataset versions: the manifest that proves one, and a reader and a writer for each format."""
