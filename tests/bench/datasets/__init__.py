"""What datasets cost: to write, to encode, to open, to cut and to compare."""
