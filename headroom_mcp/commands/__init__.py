"""What a shell command is: its grammar, its programs, and when two runs are of the same command."""
