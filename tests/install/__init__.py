"""Into somebody's settings and out of them, and what stays behind when we are gone."""
