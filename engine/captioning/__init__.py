"""The captioner: what it reads, how it is trained on corrected captions, and how it is measured."""
