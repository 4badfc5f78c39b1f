"""Recorded sessions, read and replayed."""
