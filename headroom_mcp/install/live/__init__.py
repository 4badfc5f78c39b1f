"""`doctor --live`: the user's own client against a scripted model on loopback."""
