"""What the server counts, in the text format of Prometheus: no tenant, no ref, no word of a text.

Any worker may be asked, so each leaves its counters in a folder that all share, and answers with the sum.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections import Counter

_HELP = {
    "responses": ("status", "HTTP responses"),
    "refused_tokens": ("reason", "requests without an accepted access token"),
    "rate_limited": ("", "requests beyond their tenant's rate"),
    "calls": ("tool_outcome", "tool calls"),
    "call_seconds_sum": ("tool", "seconds spent in tool calls"),
    "call_seconds_bucket": ("tool_le", "tool calls by the seconds they took"),
}
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_FLUSH_S = 2.0


class Metrics:
    """Counters of one worker since its start, and those of the others as they last left them."""

    def __init__(self, folder: str = "") -> None:
        self._path = os.path.join(folder, f"{os.getpid()}.json") if folder else ""
        self._folder = folder
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._flushed_s = time.monotonic()

    def count(self, name: str, label: str, by: float = 1) -> None:
        """Add `by` to the counter `name` under `label`."""
        with self._lock:
            self._counts[name, label] += by  # type: ignore[assignment] # seconds are counted, too
            due = self._path and time.monotonic() - self._flushed_s > _FLUSH_S
        if due:
            self.flush()

    def called(self, tool: str, outcome: str, seconds: float) -> None:
        """Count a call of a tool."""
        self.count("calls", f"{tool} {outcome}")
        self.count("call_seconds_sum", tool, seconds)
        for most in (*_BUCKETS, float("inf")):
            if seconds <= most:
                self.count("call_seconds_bucket", f"{tool} {'+Inf' if most == float('inf') else most:}")

    def flush(self) -> None:
        """Leave the counters where the other workers find them. A folder that is gone, or full, loses them."""
        if not self._path:
            return
        with self._lock:
            self._flushed_s = time.monotonic()
            rows = [[name, label, value] for (name, label), value in self._counts.items()]
        with contextlib.suppress(OSError):
            with open(self._path + ".new", "w", encoding="utf-8") as stream:
                json.dump(rows, stream)
            os.replace(self._path + ".new", self._path)

    def text(self) -> str:
        """Return the sums over all workers, one metric after another."""
        lines = []
        sums = self._sums()
        for name, (labels, help_text) in _HELP.items():
            kind = "counter"
            metric = f"headroom_{name}" if name.startswith("call_seconds") else f"headroom_{name}_total"
            lines += [f"# HELP {metric} {help_text}", f"# TYPE {metric} {kind}"]
            for (counted, label), value in sorted(sums.items()):
                if counted == name:
                    lines.append(f"{metric}{_labels(labels, label)} {value:g}")
        return "\n".join(lines) + "\n"

    def _sums(self) -> Counter[tuple[str, str]]:
        with self._lock:
            sums = Counter(self._counts)
        if not self._folder:
            return sums
        with contextlib.suppress(OSError):
            for name in os.listdir(self._folder):
                path = os.path.join(self._folder, name)
                if path != self._path and name.endswith(".json"):
                    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as stream:
                        for counted, label, value in json.load(stream):
                            sums[counted, label] += value
        return sums


def _labels(names: str, label: str) -> str:
    if not names:
        return ""
    parts = zip(names.split("_"), label.split(" ") if "_" in names else [label], strict=False)
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in parts) + "}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
