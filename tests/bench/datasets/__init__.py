"""What datasets cost: to write, to encode, to open."""
