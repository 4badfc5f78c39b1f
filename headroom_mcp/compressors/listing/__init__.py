"""Listings of files."""
