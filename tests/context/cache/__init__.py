"""Prompt caches of providers."""
