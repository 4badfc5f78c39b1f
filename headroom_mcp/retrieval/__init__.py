"""From a ref back to a slice of the original."""
