"""Descriptions: how fast they are heard and proposed, and what many of them cost."""
