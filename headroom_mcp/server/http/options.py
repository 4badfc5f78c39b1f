"""What `headroom serve --http` was told, as its workers read it: each is a process of its own, begun with the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

VARIABLE = "HEADROOM_HTTP_OPTIONS"


class Options(NamedTuple):
    """workers: processes that accept requests · tool_workers: processes of each that run tools · rate_per_s: requests of one tenant
    in all workers together · public_url: where clients find this server · metrics_folder: where workers leave their counters."""

    workers: int = 1
    tool_workers: int = 2
    rate_per_s: float = 200.0
    max_body_bytes: int = 8 << 20
    public_url: str = ""
    metrics_folder: str = ""

    def as_text(self) -> str:
        """Return what `from_environment` reads."""
        return json.dumps(self._asdict())

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Options:
        """Return the options that the parent has set."""
        return cls(**json.loads(environ.get(VARIABLE, "{}")))
