"""Memory across conversations: notes in the store's file, found again by words, neighbours, names and dates.

    remember / recall / forget → notes (append-only rows) → words (FTS5) [→ vectors, with the extra `embeddings`]
    hook events → coding (what failed, what mended it, what works here) → notes, only when turned on
    notes → inject (a bounded, fenced block of data for a new conversation)

Every function takes an open connection: the same file as the originals, the same transactions. No sqlite-utils here: a
save and a search are a handful of statements, and the library costs more to import than they take.
"""
