"""Any text as records and slots, and what is surprising in them: the layer that knows no format."""
