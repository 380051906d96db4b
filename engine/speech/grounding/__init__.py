"""Spoken phrases to the masks that they speak of, by the pointer's trace and the labels' names."""
