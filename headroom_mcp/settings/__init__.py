"""What the user can choose: the table of settings, where they are read from, and the data folder."""
