"""What is said where the library of an integration is not installed."""

from __future__ import annotations


def missing(library: str, extra: str, error: ImportError) -> ImportError:
    """Return the error for `library`, which the extra `extra` ("" if there is none) of ours brings; `error` is its cause."""
    from headroom_mcp.settings import extras

    what = extras.remedy(extra) if extra else f"pip install {library}"
    return ImportError(f"This integration needs {library}: {what} ({error})", name=library)
