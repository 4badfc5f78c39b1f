"""Where made-up outputs come from: a random source, its vocabulary, and records with one slot of each sort.

A slot is an id (all differ), a category (few values, uneven), a number (a spread), a text, or constant. An anomaly changes
one slot of one record, or its text.
"""

from __future__ import annotations

import random
import re
from typing import Any, Literal, NamedTuple

Anomaly = Literal["rare", "outlier", "message", "error", "empty", "foreign"]
ANOMALIES: tuple[Anomaly, ...] = ("rare", "outlier", "message", "error", "empty", "foreign")

_NAMES = (
    "anvil bobbin cinder dowel easel ferrule gimlet hasp inkwell joist kiln ladle mortar nib oakum pestle quoin rasp "
    "sickle trowel urn vise whisk yoke zither".split()
)
_STATES = ("up", "idle", "done", "pending", "queued", "warm", "bound", "in sync")
_MESSAGES = (
    "opened {id} for {name}", "step {id} finished after {num} ticks", "{name} took over slot {id}", "flushed {num} entries to {path}",
    "next sweep of {name} in {num} s", "read {path}", "lease {id} renewed", "peer {host} answered in {num} ms", "nothing to do for {name}",
    "compacted segment {id} of {name}", "scheduled {num} items, oldest {id}",
)  # fmt: skip
_ODD = (
    "quorum moved to a second site", "{name} now answers on the old address", "budget for {name} is used up", "two leaders announced themselves",
    "switched to the fallback codec", "snapshot of {name} is older than its parent", "paper tray opened by hand",
)  # fmt: skip
_ERRORS = (
    "ERROR: {path}: permission denied", "fatal: remote hung up on {name}", "Unhandled exception: NullReferenceException at {name}",
    "write failed: ENOSPC", "killed by signal 9 (SIGKILL)", "assertion failed: left == right", "exited with code 139",
    "TypeError: undefined is not a function", "could not resolve host {host}", "timeout after 30 s waiting for {name}",
)  # fmt: skip
_FOREIGN = (
    "Fehler beim Lesen von {path}", "impossible d'ouvrir {path} : accès refusé", "errore: {name} non raggiungibile",
    "falha ao gravar em {path}", "fout: geen verbinding met {name}", "błąd: nie można otworzyć pliku {path}", "файл {path} не найден",
    "hata: {name} yanıt vermiyor", "ファイル {path} を開けませんでした", "连接 {name} 失败", "{name} 연결에 실패했습니다",
    "فشل الاتصال بـ {name}", "שגיאה: {path} לא נמצא",
)  # fmt: skip
_RARE_STATES = ("detached", "fenced", "degraded", "forked", "overdue")
_RARE_CODES = ("404", "409", "429", "500", "502", "503")


class Entry(NamedTuple):
    """One record before a format writes it. `time` is seconds since the output's day began; `number` is a whole number."""

    at: int
    time: int
    name: str
    host: str
    state: str
    code: str
    number: str
    id: str
    path: str
    text: str


class Draw:
    """The random source of one output: which names, states, messages and numbers are usual in it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        pick = self.random
        self.names = pick.sample(_NAMES, pick.randint(2, 6))
        self.states = pick.sample(_STATES, pick.randint(1, 3))
        self.codes = ("200", "200", "204", "302") if pick.random() < 0.7 else ("0",)
        self.low = pick.choice((3, 20, 150, 900, 7000))
        self.high = self.low * pick.choice((2, 3, 6))
        self.messages = pick.sample(_MESSAGES, pick.randint(1, 5))
        self._id = pick.choice((self._hex, self._counted, self._long, self._dashed))
        self._now = pick.randrange(3600, 40_000)

    def entries(self, count: int) -> list[Entry]:
        """Return `count` usual records."""
        return [self._entry(at) for at in range(count)]

    def odd(self, entry: Entry, anomaly: Anomaly, slots: frozenset[str]) -> tuple[Entry, str, str]:
        """Return `entry` made odd in one of the `slots` that a format writes; the slot, and what must be seen of it."""
        pick = self.random
        if anomaly == "rare":
            usable: list[str] = [slot for slot in ("state", "code", "name") if slot in slots]
            slot = pick.choice(usable)
            values = {"state": _RARE_STATES, "code": _RARE_CODES, "name": ("quagga",)}
            value = pick.choice(values[slot])
        elif anomaly == "outlier":
            slot, value = "number", str(self.high * pick.randint(30, 900) + pick.randrange(7))
        elif anomaly == "empty":
            slot, value = pick.choice([slot for slot in ("state", "name") if slot in slots]), pick.choice(("-", ""))
        else:
            texts = {"message": _ODD, "error": _ERRORS, "foreign": _FOREIGN}[anomaly]
            slot, value = "text", self._filled(pick.choice(texts))
        changed: dict[str, Any] = {slot: value}
        return entry._replace(**changed), slot, value

    def _entry(self, at: int) -> Entry:
        pick = self.random
        self._now += pick.randint(0, 7)
        return Entry(
            at, self._now, self._name(), f"{self._name()}-{pick.randint(1, 3)}.example.net", pick.choices(self.states, (9, 3, 1)[: len(self.states)])[0],
            pick.choice(self.codes), str(pick.randint(self.low, self.high)), self._id(), self._path(), self._filled(pick.choice(self.messages)),
        )  # fmt: skip

    def _filled(self, text: str) -> str:
        made = {"name": self._name, "id": self._id, "path": self._path, "num": self._number, "host": self._host}
        return re.sub(r"\{(\w+)\}", lambda match: made[match[1]](), text)

    def _name(self) -> str:
        return self.random.choices(self.names, [1 / (at + 1) for at in range(len(self.names))])[0]

    def _number(self) -> str:
        return str(self.random.randint(self.low, self.high))

    def _host(self) -> str:
        return f"192.0.2.{self.random.randrange(1, 255)}"

    def _path(self) -> str:
        return f"/opt/{self._name()}/{self._id()}.bin"

    def _hex(self) -> str:
        return f"{self.random.getrandbits(40):010x}"

    def _counted(self) -> str:
        return str(self.random.randrange(10_000, 9_000_000))

    def _long(self) -> str:
        return f"i-{self.random.getrandbits(68):017x}"

    def _dashed(self) -> str:
        return f"job_{self.random.randrange(100_000)}-{self.random.choice('abcdef')}"
