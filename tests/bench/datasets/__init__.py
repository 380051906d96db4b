"""What datasets cost: to write, to encode, to open, to cut, to compare and to import."""
