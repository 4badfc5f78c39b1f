"""Images in conversations: what they cost, and which of them can be shown smaller without loss.

`tokens` needs nothing but the size; whatever looks at pixels needs Pillow, the extra `image`.
"""

from __future__ import annotations

from headroom_mcp.images.cost import tokens

__all__ = ["tokens"]
