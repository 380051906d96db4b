"""What is read, and who may read it: one module for each noun."""
