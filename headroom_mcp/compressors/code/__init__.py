"""Source files as outlines."""
