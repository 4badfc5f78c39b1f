"""`headroom proxy`: requests to model APIs pass through, byte for byte, but for tool results that become short."""
