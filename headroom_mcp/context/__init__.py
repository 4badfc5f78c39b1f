"""Whole conversations: what a message becomes depends on what stands before it, never on what follows."""
