"""What datasets cost: to write, to read, to encode."""
