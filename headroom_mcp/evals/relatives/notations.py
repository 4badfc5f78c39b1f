"""Families of notations that other people's programs write: facts, calendars, walks, dumps; and of what leaps in a log.

One record is odd; of what is rare, far out or a failure the value must be seen, of an empty cell the record's id, of a gap in
time both of its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from headroom_mcp.evals.planted.draw import Anomaly, Draw, Entry
from headroom_mcp.evals.planted.formats import clock
from headroom_mcp.evals.relatives.draw import Relative, name, put, word

Writer = Callable[[Entry], str]


def _day(entry: Entry) -> str:
    return f"2031-04-{1 + entry.time // 86_400:02d}"


NOTATIONS: dict[str, tuple[str, Writer]] = {
    "calendar": ("cat team.ics", lambda e: f"BEGIN:VEVENT\nUID:{e.id}\nDTSTART:{_day(e).replace('-', '')}T{clock(e).replace(':', '')}Z\nLOCATION:{e.name}\nSTATUS:{e.state.upper()}\nX-SIZE:{e.number}\nSUMMARY:{e.text}\nEND:VEVENT"),
    "cards": ("cat all.vcf", lambda e: f"BEGIN:VCARD\nVERSION:4.0\nUID:{e.id}\nORG:{e.name}\nROLE:{e.state}\nTEL:+{e.number}\nNOTE:{e.text}\nEND:VCARD"),
    "facts": ("cat jobs.pl", lambda e: f"job({e.name}, '{e.state}', {e.code}, {e.number}, '{e.id}', \"{e.text}\")."),
    "lists": ("cat jobs.lisp", lambda e: f"(job :name {e.name} :state \"{e.state}\" :code {e.code} :size {e.number} :id \"{e.id}\" :note \"{e.text}\")"),
    "terms": ("cat jobs.terms", lambda e: f"{{job,{e.name},\"{e.state}\",{{code,{e.code}}},[{{size,{e.number}}},{{id,<<\"{e.id}\">>}}],\"{e.text}\"}}."),
    "dumper": ("perl dump.pl", lambda e: f"  {{\n    'name' => '{e.name}',\n    'state' => '{e.state}',\n    'code' => {e.code},\n    'size' => {e.number},\n    'id' => '{e.id}',\n    'note' => '{e.text}'\n  }},"),
    "documents": ("cat jobs.yaml", lambda e: f"---\nkind: Job\nname: {e.id}\nspec:\n  owner: {e.name}\n  phase: \"{e.state}\"\n  size: {e.number}\n  code: {e.code}\n  note: '{e.text}'"),
    "sections": ("cat jobs.ini", lambda e: f"[{e.id}]\nowner={e.name}\nstate={e.state}\nsize={e.number}\ncode={e.code}\nnote={e.text}\n"),
    "counters": ("nc -lu 8125", lambda e: f"app.{e.name}.turn:{e.number}|ms|#state:{e.state},id:{e.id},note:{e.text}"),
    "entries": ("ldapsearch -x", lambda e: f"dn: uid={e.id},ou={e.name},dc=x\nobjectClass: device\nou: {e.name}\nemployeeType: {e.state}\nquota: {e.number}\nrc: {e.code}\ndescription: {e.text}\n"),
    "arrays": ("php dump.php", lambda e: f"    [{e.at}] => Array\n        (\n            [name] => {e.name}\n            [state] => {e.state}\n            [code] => {e.code}\n            [size] => {e.number}\n            [id] => {e.id}\n            [note] => {e.text}\n        )\n"),
    "protocol": ("cat gw.log", lambda e: f"{_day(e).replace('-', '')}-{clock(e)} 8=FIX.4.4|35=8|34={e.at}|49={e.name}|11={e.id}|39={e.code}|38={e.number}|1={e.state}|58={e.text}|"),
    "events": ("cat gw.cef", lambda e: f"CEF:0|Acme|Wall|7.1|{e.code}|{e.text}|3|rt={_day(e)}T{clock(e)}Z cs1={e.state} cnt={e.number} externalId={e.id} dvc={e.name}"),
    "lines": ("influx export", lambda e: f"job,owner={e.name},state={e.state.replace(' ', '_')} size={e.number}i,code={e.code}i,note=\"{e.text}\",id=\"{e.id}\" {1_900_000_000 + e.time}000000000"),
}  # fmt: skip
_ANOMALIES: tuple[Anomaly, ...] = ("rare", "outlier", "message", "error", "foreign", "empty")
_SLOTS = frozenset(("state", "name", "number", "text", "id"))
_AROUND = {"calendar": ("BEGIN:VCALENDAR\nVERSION:2.0", "END:VCALENDAR"), "dumper": ("$VAR1 = [", "];")}


def other_notations(random: Random) -> Relative:
    """Records in a notation that no kind knows, one of them odd."""
    notation = random.choice(sorted(NOTATIONS))
    command, write = NOTATIONS[notation]
    draw = Draw(random.randrange(1 << 30))
    entries = draw.entries(random.choice((80, 160, 400)))
    at = random.randrange(6, len(entries) - 6)
    anomaly = random.choice(_ANOMALIES)
    usual = entries[at]
    entries[at], slot, value = draw.odd(usual, anomaly, _SLOTS)
    head, foot = _AROUND.get(notation, ("", ""))
    if notation == "calendar" and slot == "state":
        value = value.upper()
    if notation == "lines" and slot == "state":
        value = value.replace(" ", "_")
    if anomaly == "empty":
        value = usual.id
    body = "\n".join(map(write, entries))
    return Relative("\n".join(filter(None, (head, body, foot))) + "\n", command, [value])


_STAMPED: tuple[Callable[[int, str, str, int], str], ...] = (
    lambda t, who, what, n: f"{_at(t, '{d} {c}')} INFO [{who}] {what} n={n}",
    lambda t, who, what, n: f"{_at(t, '{d}T{c}Z')} {who}: {what} ({n})",
    lambda t, who, what, n: f"Apr {1 + t // 86_400:2d} {_at(t, '{c}')} host {who}[71]: {what}, took {n}",
    lambda t, who, what, n: f"{_at(t, '{c}')} | {who:<8} | {n:>6} | {what}",
    lambda t, who, what, n: f'{{"ts":"{_at(t, "{d}T{c}Z")}","who":"{who}","n":{n},"msg":"{what}"}}',
    lambda t, who, what, n: f"ts={_at(t, '{d}T{c}Z')} who={who} n={n} msg=\"{what}\"",
    lambda t, who, what, n: f"{_at(t, '{d} {c}')},{who},{n},{what}",
    lambda t, who, what, n: f"Event:\n  Source: {who}\n  Date: {_at(t, '{d}T{c}')}\n  Size: {n}\n  Text: {what}\n",
)  # fmt: skip


def _at(time: int, form: str) -> str:
    told = f"{time // 3600 % 24:02d}:{time // 60 % 60:02d}:{time % 60:02d}"
    return form.format(d=f"2031-04-{1 + time // 86_400:02d}", c=told)


def gap_in_time(random: Random) -> Relative:
    """A log that writes every few seconds, and once does not for hours."""
    write = random.choice(_STAMPED)
    who, what = [word(random) for _ in range(3)], f"polled the {word(random)}"
    time, step, count = random.randrange(40_000), random.choice((1, 3, 20)), random.choice((80, 160, 400))
    gap = random.randrange(10, count - 10)
    lines, marks = [], []
    for at in range(count):
        before = time
        time += random.randint(1, step) + (random.choice((3, 5, 9)) * 3600 if at == gap else 0)
        if at == gap:
            marks = [_at(before, "{c}"), _at(time, "{c}")]
        lines.append(write(time, random.choice(who), what, random.randint(20, 90)))
    return Relative("\n".join(lines) + "\n", "./serve", marks)


def messages_that_go_on(random: Random) -> Relative:
    """A type checker that says more on indented lines below: of the rare problem these stay."""
    count, rare, thing = random.randrange(40, 90), name(random), word(random)
    lines = [f"src/{thing}{n}.ts({random.randrange(1, 99)},7): error TS6133: 'x' is declared but its value is never read." for n in range(count)]  # fmt: skip
    odd = [
        f"src/{rare}.ts(9,3): error TS2345: Argument of type 'Rope' is not assignable to parameter of type 'Chain'.",
        f"  Property '{rare}' is missing in type 'Rope' but required in type 'Chain'.",
    ]
    return Relative("\n".join(put(random, lines, odd)) + "\n", "npx tsc --noEmit", odd)


def errors_with_fields(random: Random) -> Relative:
    """Errors of one text at places of their own, each with indented fields below it and no blank line between."""
    count, thing = random.randrange(12, 30), word(random)
    style = random.choice((
        ("[ERROR] /w/src/{t}{n}.java:[{line},9] cannot find symbol", "  symbol:   variable keel", "  location: class {t}{n}"),
        ("[ERROR] /w/src/{t}{n}.kt:{line}:13 unresolved reference: keel", "    required by {t}{n}"),
        ("error: src/{t}{n}.x:{line}:4: no such name: keel", "  searched: core, std", "  in: {t}{n}"),
    ))  # fmt: skip
    numbers = sorted(random.sample(range(100, 999), count))
    lines = [f"[INFO] Compiling {thing}"]
    for n, line in enumerate(numbers):
        lines += [said.format(t=thing.capitalize(), n=n, line=line) for said in style]
    lines += [f"[INFO] {count} errors", "[INFO] BUILD FAILURE"]
    return Relative("\n".join(lines) + "\n", "mvn compile", [*map(str, numbers), f"{count} errors"])


def group_of_the_failure(random: Random) -> Relative:
    """Many groups of tests under headings that differ in a number: that of the failing one is said."""
    groups, failing = random.randrange(8, 14), random.randrange(3, 7)
    thing = word(random)
    heading = random.choice(("==> {t} module m{p}", "## {t} {p}", "> {t}{p}@1.0.{p} test", "--- shard {p} of {t} ---"))
    lines: list[str] = []
    for p in range(groups):
        lines.append(heading.format(t=thing, p=p))
        lines += [f"ok  \tx/m{p}/p{i}\t0.0{i % 9}s" for i in range(random.randrange(12, 18))]
        if p == failing:
            lines += [f"FAIL\tx/m{p}/{thing} [build failed]", "FAIL"]
    marks = [heading.format(t=thing, p=failing), f"x/m{failing}/{thing} [build failed]"]
    return Relative("\n".join(lines) + "\n", "make check", marks)


def plan_as_a_tree(random: Random) -> Relative:
    """A plan drawn as a tree: the branch that says something else than the others is shown."""
    thing = word(random)
    usual, odd = random.choice((
        ("|--SEARCH t{n} USING INDEX ix{n} (k=?)", "|--SCAN {t}"),
        ("+- use key ix{n} of table t{n}", "+- read the whole of {t}"),
        ("├── fetch part {n} from the mirror", "├── build {t} from its sources"),
    ))  # fmt: skip
    lines = [usual.format(n=n) for n in range(random.randrange(90, 180))]
    marks = [odd.format(t=thing)]
    return Relative("\n".join(["QUERY PLAN", *put(random, lines, marks)]) + "\n", "./plan", marks)


def few_errors_of_a_log(random: Random) -> Relative:
    """Fewer than a dozen errors of one text in a long log, each of another thing."""
    count = random.randrange(5, 11)
    lines = [f"I0304 10:{n // 60:02d}:{n % 60:02d}.000000       1 berth.go:20] tick {n}" for n in range(230)]
    ids = random.sample(range(5_000, 9_000), count)
    for at, id_ in zip(sorted(random.sample(range(8, 220), count)), ids, strict=True):
        lines[at] = (
            f"E0304 10:{at // 60:02d}:{at % 60:02d}.000000       1 crane.go:88] failed to lift box {id_}: weight 31t"
        )
    return Relative("\n".join(lines) + "\n", "kubectl logs crane", [f"box {id_}" for id_ in ids])


def odd_change(random: Random) -> Relative:
    """A hunk too long to be shown whole, in which many lines change in the same way and one in another."""
    thing, count = word(random), random.randrange(220, 320)
    old, new, odd = random.choice((("0.19", "0.21", "2.10"), ("30", "31", "310000"), ('"eu-1"', '"eu-2"', '"nowhere"')))
    at = random.randrange(120, count - 10)
    lines = [f"diff --git a/{thing}.ts b/{thing}.ts", "index 1a..2b 100644", f"--- a/{thing}.ts", f"+++ b/{thing}.ts"]
    lines.append(f"@@ -1,{2 * count} +1,{2 * count} @@")
    for n in range(count):
        lines += [f" let gate{n} = open({n});", f"-let {thing}{n} = rate({n}, {old});"]
        lines.append(f"+let {thing}{n} = rate({n}, {odd if n == at else new});")
    return Relative("\n".join(lines) + "\n", "git diff", [f"rate({at}, {odd})"])


def one_says_why(random: Random) -> Relative:
    """Comments that all agree in the same few words, and one that says the cause; nobody asks."""
    words = "we can confirm that this also happens here with the newer build and would like to see any fix soon thank you all".split()
    head = random.choice(("author:\tuser{n}\nstatus:\tnone\n--", "  Ann Oak • Mon, {n} Mar 31\n", "From: p{n}@lists.example.org\nSubject: Re: it fails\n"))  # fmt: skip
    thing, count = word(random), random.randrange(24, 40)
    odd, at = f"Root cause found: the {thing} was ordered twice, see lib/{thing}.go:44", random.randrange(6, count - 6)
    lines = [f"title:\t{thing} falls over", "state:\topen", "--"]
    for n in range(count):
        said = odd if n == at else " ".join(random.choice(words) for _ in range(45)) + "."
        lines += [head.format(n=n), said, ""]
    return Relative("\n".join(lines) + "\n", "./issue view 4 --comments", [f"lib/{thing}.go:44"])


FAMILIES = {
    made.__name__: made
    for made in (
        other_notations,
        gap_in_time,
        messages_that_go_on,
        errors_with_fields,
        group_of_the_failure,
        plan_as_a_tree,
        few_errors_of_a_log,
        odd_change,
        one_says_why,
    )
}
