"""What the proxy counts, in the text format of Prometheus. Never a word of a body."""

from __future__ import annotations

import threading

_HELP = {
    "requests": "requests passed on",
    "requests_shortened": "requests in which a tool result became short",
    "bytes_saved": "bytes of request bodies that were not sent",
    "upstream_errors": "requests that the provider could not be reached for",
    "clients_gone": "clients that left before the answer was complete",
}


class Metrics:
    """Counters since the start of the process."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(_HELP, 0)
        self._lock = threading.Lock()

    def count(self, name: str, by: int = 1) -> None:
        """Add `by` to the counter `name`."""
        with self._lock:
            self._counts[name] += by

    def text(self) -> str:
        """Return the counters, one metric after another."""
        lines = []
        for name, value in self._counts.items():
            metric = f"headroom_proxy_{name}_total"
            lines += [f"# HELP {metric} {_HELP[name]}", f"# TYPE {metric} counter", f"{metric} {value}"]
        return "\n".join(lines) + "\n"
