"""How made-up outputs are written: formats of several lines a record, and those that are not lines at all."""

from __future__ import annotations

import json

from headroom_mcp.evals.planted.draw import Entry
from headroom_mcp.evals.planted.formats import Format, Writer, clock


def _of(
    name: str, command: str, slots: str, write: Writer, joint: str = "\n", head: str = "", foot: str = ""
) -> Format:
    return Format(name, command, frozenset(slots.split()), write, head, foot, joint, whole=True)


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if not text or text[0] in "-'\"" or ": " in text else text


BLOCKS: tuple[Format, ...] = (
    _of("expanded", "sqlsh -x", "id name state code number text",
        lambda e: f"-[ RECORD {e.at + 1} ]{'-' * 20}\nkey    | {e.id}\nowner  | {e.name}\nstate  | {e.state}\ncode   | {e.code}\namount | {e.number}\nremark | {e.text}"),
    _of("starred", "mysh -e 'select 1\\G'", "id name state number text",
        lambda e: f"{'*' * 27} {e.at + 1}. row {'*' * 27}\n    id: {e.id}\n owner: {e.name}\n state: {e.state}\namount: {e.number}\n  note: {e.text}"),
    _of("yaml_documents", "kube get -o yaml", "id name state number text",
        lambda e: f"---\nkind: Job\nmeta:\n  id: {e.id}\n  owner: {e.name}\nstatus:\n  phase: {_yaml(e.state)}\n  size: {e.number}\n  note: {_yaml(e.text)}"),
    _of("yaml_list", "cat jobs.txt", "id name state number text",
        lambda e: f"- id: {e.id}\n  owner: {e.name}\n  phase: {_yaml(e.state)}\n  size: {e.number}\n  note: {_yaml(e.text)}"),
    _of("sections", "cat jobs.conf", "id name state number text",
        lambda e: f"[job {e.id}]\nowner = {e.name}\nstate = {e.state}\nsize = {e.number}\nnote = {e.text}", "\n\n"),
    _of("stanzas", "pkg status", "id name state number text",
        lambda e: f"Package: {e.id}\nMaintainer: {e.name}\nStatus: {e.state}\nInstalled-Size: {e.number}\nDescription: {e.text}", "\n\n"),
    _of("events", "wevt qe System", "id name state code number text",
        lambda e: f"Event[{e.at}]:\n  Log Name: System\n  Source: {e.name}\n  Date: 2026-03-01T{clock(e)}\n  Event ID: {e.code}\n  Task: {e.state}\n  Size: {e.number}\n  Key: {e.id}\n  Description:\n{e.text}\n"),
    _of("pretty", "api list", "id name state code number text",
        lambda e: "\n".join(f"  {line}" for line in json.dumps(
            {"id": e.id, "owner": e.name, "state": e.state, "code": int(e.code), "size": int(e.number), "note": e.text}, indent=2, ensure_ascii=False).split("\n")),
        ",\n", "[", "]"),
    _of("markup", "api list --xml", "id name state number text",
        lambda e: f'  <job id="{e.id}" state="{e.state}">\n    <owner>{e.name}</owner>\n    <size>{e.number}</size>\n    <note>{e.text}</note>\n  </job>',
        head="<jobs>", foot="</jobs>"),
    _of("history", "vcs log", "id name number text",
        lambda e: f"change {e.id}\nAuthor: {e.name} <{e.name}@example.net>\nDate:   Sun Mar 1 {clock(e)} 2026 +0000\n\n    {e.text}\n\n    size {e.number}\n"),
    _of("indented", "ctl describe all", "id name state number text",
        lambda e: f"{e.id}\n    owner   {e.name}\n    state   {e.state}\n    size    {e.number}\n    note    {e.text}"),
    _of("tasks_hosts", "play run all.yml", "id name state number text",
        lambda e: f"TASK [{e.name} : {e.id}] {'*' * 40}\n{e.state}: [{e.host}]\n  took {e.number} ms\n  msg: {e.text}\n"),
    _of("groups", "cat ci.log", "id name number text state",
        lambda e: f"::group::Run {e.name} {e.id}\n{clock(e)} starting\n{clock(e)} {e.text}\n{clock(e)} {e.state} after {e.number} ms\n::endgroup::"),
    _of("continued", "cat svc.log", "id name number text state",
        lambda e: f"2026-03-01 {clock(e)} [{e.name}] request {e.id}\n\tstate: {e.state}\n\tmessage: {e.text}\n\ttook: {e.number}"),
    _of("tables_toml", "cat jobs.list", "id name state number text",
        lambda e: f'[[job]]\nid = "{e.id}"\nowner = "{e.name}"\nstate = "{e.state}"\nsize = {e.number}\nnote = {json.dumps(e.text, ensure_ascii=False)}', "\n\n"),
    _of("codes_above_values", "cat plan.drw", "id name state number",
        lambda e: f"  0\nRING\n  5\n{e.id}\n  8\n{e.name}\n  6\n{e.state}\n 40\n{e.number}.0"),
    _of("levels", "cat flock.tree", "id name state number text",
        lambda e: f"0 @{e.id}@ ENTRY\n1 NAME {e.text}\n1 STATE {e.state}\n1 SEEN\n2 OWNER {e.name}\n2 SIZE {e.number}"),
    _of("numbered_tags", "cat statement.msg", "id name state number text",
        lambda e: f":20:{e.id}\n:25:{e.name}\n:61:{e.number},00\n:86:{e.state}?{e.text}"),
    _of("mails", "mbox dump", "id name number text state",
        lambda e: f"From {e.name}@example.net Sun Mar  1 {clock(e)} 2026\nMessage-ID: <{e.id}@example.net>\nX-State: {e.state}\nBytes: {e.number}\nSubject: {e.text}\n"),
)  # fmt: skip


def _frame(entry: Entry) -> str:
    return f"{entry.at + 1:>5}/2000 {entry.name} {entry.text} ({entry.number} kB)"


FRAMES: tuple[Format, ...] = (
    Format("redrawn", "./pull", frozenset(("name", "number", "text")), _frame, "pulling", "pulled", "\r"),
)
