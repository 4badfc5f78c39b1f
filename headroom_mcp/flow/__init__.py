"""From one output to what the model reads: the order of the steps."""
