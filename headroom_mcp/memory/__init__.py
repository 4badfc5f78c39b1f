"""Memory across conversations: notes in the store's file, found again by words, neighbours, names and dates.

    remember / recall / forget → notes (append-only) → the store's words [and vectors, with the extra `embeddings`]
    hook events → learn (what failed, what mended it, what works here) → notes, only when turned on
    notes → session_context (a bounded, fenced block of data for a new conversation)

Rules only: every function takes an open store, which holds the rows and finds the candidates.
"""
