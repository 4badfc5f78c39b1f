"""Adapters that plug tool-output compression into other libraries: one module each, which imports its library."""
