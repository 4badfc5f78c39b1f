"""From what size on an output is looked at."""

MIN_TOKENS = 250  # the default of `min_tokens`
_REPEATS = 4  # a line that names what stands above is shorter than a footer that says what is left out


def noted(min_tokens: int) -> int:
    """Return the tokens from which an output is looked for above, and remembered, where `min_tokens` are compressed."""
    return min_tokens // _REPEATS
