"""Images, archives and audio from untrusted bytes: accepted, normalised or refused by name."""
