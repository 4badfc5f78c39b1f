"""What must survive: errors, failing tests, totals, and lines about the question."""
