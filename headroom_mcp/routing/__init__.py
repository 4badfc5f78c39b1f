"""Which kind each part of an output is, and why."""
