"""Recall measured: LoCoMo and recorded coding sessions."""
