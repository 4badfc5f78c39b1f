"""What stands above in a conversation: the texts of earlier tool results, as they are shown."""

from __future__ import annotations

from collections import deque

from headroom_mcp.context import memo
from headroom_mcp.types import Shown

# What stands above is compared with every new result: the latest texts, as far as a context window goes.
_MAX_SHOWN = 120
_MAX_SHOWN_CHARS = 600_000
_MAX_TEXT_CHARS = 120_000


class Above:
    """The texts of tool results that stand above, as they are shown, and a digest of all of them.

    `latest`: oldest first, as many as are compared.
    """

    def __init__(self) -> None:
        self.latest: deque[Shown] = deque()
        self._chars = 0
        self.digest = b""

    def add(self, label: str, text: str, digest: bytes) -> None:
        """Note that `text` stands there from now on."""
        if len(text) > _MAX_TEXT_CHARS:
            return
        self.latest.append(Shown(label, text))
        self._chars += len(text)
        self.digest = memo.digest_of(self.digest, label, digest)
        while len(self.latest) > _MAX_SHOWN or self._chars > _MAX_SHOWN_CHARS:
            self._chars -= len(self.latest.popleft().text)
