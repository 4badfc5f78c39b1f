"""Planted anomalies: made-up outputs in many formats with one or two odd records, and whether a reader still sees them."""
