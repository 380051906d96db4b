"""What we write, read by others' own readers, which are installed in an environment apart."""
