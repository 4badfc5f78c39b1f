"""What a question asks, and how well a line answers it."""
