"""How made-up outputs are written: formats of one line a record. None of them is any program's own; all are like some.

A format names the slots it writes; only these are made odd. `head` and `foot` stand around the records.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from headroom_mcp.evals.planted.draw import Entry

Writer = Callable[[Entry], str]


class Format(NamedTuple):
    """`write` gives the lines of one record. `joint` stands between records. `whole`: a record is only seen with its id."""

    name: str
    command: str
    slots: frozenset[str]
    write: Writer
    head: str = ""
    foot: str = ""
    joint: str = "\n"
    whole: bool = False


def clock(entry: Entry) -> str:
    """Return the time of day, "03:25:45"."""
    return f"{entry.time // 3600 % 24:02d}:{entry.time // 60 % 60:02d}:{entry.time % 60:02d}"


def _of(name: str, command: str, slots: str, write: Writer, head: str = "", foot: str = "") -> Format:
    return Format(name, command, frozenset(slots.split()), write, head, foot)


def _cell(text: str) -> str:
    return f'"{text}"' if any(char in text for char in ',;"') else text


def _mark(entry: Entry) -> str:
    return "✅" if entry.code in ("200", "204", "302", "0") else "❌"


LINES: tuple[Format, ...] = (
    _of("provision", "infra apply", "name id number text",
        lambda e: f'{e.name}_node.main["{e.id}"]: Settled after {e.number}s [{e.text}]'),
    _of("play", "play run site.yml", "state name number text",
        lambda e: f"{e.state}: [{e.name}] => (item={e.text}) took={e.number}"),
    _of("box", "sqlsh -t jobs", "name state code number id text",
        lambda e: f"| {e.name:<9} | {e.state:<9} | {e.code:>4} | {e.number:>9} | {e.id:<20} | {e.text:<52} |",
        "\n".join((line := "+-----------+-----------+------+-----------+----------------------+------------------------------------------------------+",
                   f"| {'name':<9} | {'state':<9} | {'code':>4} | {'amount':>9} | {'key':<20} | {'remark':<52} |", line)), line),
    _of("psql_rows", "sqlsh", "id name state number text",
        lambda e: f" {e.id:<20} | {e.name:<9} | {e.state:<9} | {e.number:>9} | {e.text}",
        f" {'key':<20} | {'name':<9} | {'state':<9} | {'amount':>9} | remark\n{'-' * 22}+{'-' * 11}+{'-' * 11}+{'-' * 11}+{'-' * 30}"),
    _of("emoji", "./ship", "name number text code", lambda e: f"{_mark(e)} {clock(e)} {e.name} · {e.text} · {e.code} · {e.number}ms"),
    _of("cjk", "./服务", "name state number id text",
        lambda e: f"{clock(e)}【{e.name}】任务{e.id}：{e.text}，状态{e.state}，耗时{e.number}毫秒"),
    _of("ticks", "dmesg", "name number text", lambda e: f"[{e.time:>7}.{e.at * 7919 % 1000000:06d}] {e.name} {e.number}: {e.text}"),
    _of("glog", "kubectl logs sched-0", "name number text state",
        lambda e: f"I0301 {clock(e)}.{e.at * 7919 % 1000000:06d}       1 {e.name}.go:{100 + len(e.name)}] {e.text} phase={e.state} n={e.number}"),
    _of("audit", "ausearch -i", "name state number id code",
        lambda e: f"type=CALL msg=audit({1772300000 + e.time}.{e.at % 1000:03d}:{e.at + 411}): who={e.name} key={e.id} state={e.state} ret={e.code} cost={e.number}"),
    _of("requests", "cat access.txt", "host code number text name",
        lambda e: f'{e.host} - {e.name} [01/Mar/2026:{clock(e)} +0000] "GET {e.path} HTTP/1.1" {e.code} {e.number} "-" "{e.text}"'),
    _of("semicolons", "cat werte.csv", "id name state number text",
        lambda e: ";".join((e.id, e.name, e.state, f"{e.number},5", _cell(e.text))), "schluessel;name;zustand;betrag;notiz"),
    _of("csv_quoted", "cat out.csv", "id name state code number text",
        lambda e: ",".join((e.id, e.name, _cell(e.text), e.state, e.code, e.number)), "id,owner,note,state,code,size"),
    _of("markdown", "cat report.md", "name state number id text",
        lambda e: f"| {e.id} | {e.name} | {e.state} | {e.number} | {e.text} |", "| id | owner | state | size | note |\n|---|---|---|---:|---|"),
    _of("repr", "python dump.py", "name state code number id text",
        lambda e: repr({"id": e.id, "who": e.name, "state": e.state, "code": int(e.code), "size": int(e.number), "note": e.text})),
    _of("tuples", "python rows.py", "name state number id text", lambda e: repr((e.at, e.id, e.name, e.state, int(e.number), e.text))),
    _of("keyword", "mix run", "name state number text id",
        lambda e: f"{clock(e)}.{e.at % 1000:03d} request_id={e.id} [info] owner: {e.name}, phase: :{e.state.replace(' ', '_')}, took: {e.number}, {e.text}"),
    _of("epochs", "python train.py", "number state id",
        lambda e: f"step {e.at:>6} | loss {1 / (1 + e.at / 50):.4f} | mode {e.state} | tokens {e.number} | shard {e.id}"),
    _of("echoes", "probe host", "host number code", lambda e: f"{64 + len(e.code)} bytes from {e.host}: seq={e.at} code={e.code} time={e.number} ms"),
    _of("frames", "encode in.raw", "number state name", lambda e: f"frame={e.at * 24:>6} fps= 25 q=28.0 size={e.number:>9}kB state={e.state} preset={e.name} speed=1.02x"),
    _of("wide", "sysstat", "number code host", lambda e: f"{e.host:<22}{e.at % 3:>4}{e.number:>10}{e.code:>7}{e.at % 7:>6}{e.at * 3 % 11:>6}",
        f"{'host':<22}{'r':>4}{'free':>10}{'exit':>7}{'si':>6}{'so':>6}"),
    _of("multiword", "boxes ps -a", "id name state number text",
        lambda e: f"{e.id:<22}{e.name + ':latest':<18}{e.number + ' minutes ago':<24}{e.state:<14}{'80/tcp' if e.at % 3 else '':<10}{e.text}",
        f"{'BOX ID':<22}{'IMAGE':<18}{'MADE':<24}{'STATUS':<14}{'PORTS':<10}LAST NOTE"),
    _of("ninja", "samu", "name id number text", lambda e: f"[{e.at + 1}/900] CC obj/{e.name}/{e.id}.o {e.number} bytes # {e.text}"),
    _of("tasks", "./gradlew assemble", "name state id text", lambda e: f"> Task :{e.name}:compile{e.id} {e.state} ({e.text})"),
    _of("edn", "clj -M:run", "name state number id text",
        lambda e: f'{{:at #inst "2026-03-01T{clock(e)}Z" :who :{e.name} :id "{e.id}" :state :{e.state.replace(" ", "-")} :n {e.number} :msg {json.dumps(e.text, ensure_ascii=False)}}}'),
    _of("angle", "./worker", "name state number text", lambda e: f"<{13 + len(e.name)}>1 2026-03-01T{clock(e)}Z {e.name} app - - [meta n=\"{e.number}\" state=\"{e.state}\"] {e.text}"),
    _of("arrows", "trace ./srv", "name host code number text", lambda e: f"{clock(e)} {e.name} -> {e.host}: {e.text} <- {e.code} ({e.number} us)"),
    _of("hebrew", "./יומן", "name state number text", lambda e: f"{clock(e)} שירות {e.name} מצב {e.state} גודל {e.number}: {e.text}"),
    _of("props", "./dump --all", "name id state number text", lambda e: f"{e.name}/{e.id}: state={e.state}; weight={e.number}; note={e.text}"),
    _of("timestamps_ci", "gh run view --log", "name number text state",
        lambda e: f"build\tRun {e.name}\t2026-03-01T{clock(e)}.{e.at * 37 % 10000000:07d}Z {e.text} [{e.state}] {e.number}"),
    _of("fixed_width", "cat register.dat", "name state number id",
        lambda e: f"0720260301{clock(e).replace(':', '')}{e.number:0>12}{e.name:<10}{e.state:<10}{e.id:<20}"),
    _of("listing", "ls-like -l", "name number id state", lambda e: f"-rw-r--r-- 1 {e.name:<8} {e.state.replace(' ', ''):<9} {e.number:>9} Mar  1 {clock(e)[:5]} {e.id}.bin"),
)  # fmt: skip
