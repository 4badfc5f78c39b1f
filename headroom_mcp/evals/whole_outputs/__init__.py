"""The whole-output game: made-up runs in real formats, with one failure planted in each, and whether a reader still sees it."""
