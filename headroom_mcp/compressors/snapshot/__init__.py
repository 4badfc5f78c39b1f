"""What a browser's tools show of a page: a tree of roles, names and refs."""
