"""SHA-256 without OpenSSL, whose library takes a sixth of starting Python to load; a hook hashes a few hundred kilobytes."""

from __future__ import annotations

from headroom_mcp.late import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:  # another Python
            from hashlib import sha256


def of(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 hex digits."""
    return sha256(data).hexdigest()
