"""Search results."""
