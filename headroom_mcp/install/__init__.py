"""Our entries in other programs' settings: written, checked and taken out."""
