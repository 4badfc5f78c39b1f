"""Prompt caches of providers: a model of them, what breaks them and why, where to put breakpoints. Nothing here edits text."""
