"""What models and data do: plain Python, numpy and torch. No web, queue or object store here."""
