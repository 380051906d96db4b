"""Where pretrained weights come from, and how they become files that the engine loads."""
