"""Measurements of the whole flow: they only call the public functions."""
