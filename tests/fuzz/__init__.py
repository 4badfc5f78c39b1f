"""Targets for a coverage-guided fuzzer; not collected by pytest."""
