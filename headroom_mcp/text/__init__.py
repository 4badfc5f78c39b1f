"""Strings in, strings out: nothing here knows settings, a store, a host or a kind."""
