"""Commands whose chatter is known."""
