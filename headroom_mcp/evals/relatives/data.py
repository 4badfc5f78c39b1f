"""Families of data: builds, logs, tables with a preamble, documents, listings and diffs with one thing unlike the others."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.relatives.draw import Relative, name, put, word


def odd_code_among_errors(random: Random) -> Relative:
    """Errors of one statement, one with another code."""
    count, thing, usual, odd = (
        random.randrange(8, 30),
        word(random),
        random.randrange(40, 60),
        random.randrange(700, 999),
    )
    form = random.choice((
        "2031-03-04 09:{m:02d}:{s:02d} {level} {said}",
        "[{m:02d}:{s:02d}.000] {level} {thing}: {said}",
        '{{"ts":"2031-03-04T09:{m:02d}:{s:02d}Z","level":"{level}","msg":"{said}"}}',
        "level={level} ts=09:{m:02d}:{s:02d} msg=\"{said}\"",
        "Mar  4 09:{m:02d}:{s:02d} web-1 {thing}[77]: {level}: {said}",
    ))  # fmt: skip
    total = random.randrange(150, 300)
    at = sorted(random.sample(range(5, total - 5), count))
    odd_at = at[count // 2]
    lines = []
    for n in range(total):
        code = odd if n == odd_at else usual
        level, said = (
            ("ERROR", f"card refused for order {n + 7000} code={code}")
            if n in at
            else ("INFO", f"order {n + 20000} taken amount={n % 90 + 3}")
        )
        lines.append(form.format(m=n // 60, s=n % 60, level=level, said=said, thing=thing))
    return Relative("\n".join(lines) + "\n", "cat pay.log", [f"code={odd}"])


def note_of_a_rare_rule(random: Random) -> Relative:
    """Problems of one rule, and one of another with a note below it."""
    odd, count = name(random), random.randrange(60, 140)
    usual, rare = random.choice((
        ('app/p{n}.py:{line}: error: Argument 1 to "add" has incompatible type "str"; expected "int"  [arg-type]', ['app/silo.py:41: error: Unsupported operand types for + ("Decimal" and "float")  [operator]', f'app/silo.py:41: note: Left operand is of type "{odd}"']),
        ("src/p{n}.c:{line}:5: warning: unused variable 'x' [-Wunused-variable]", ["src/silo.c:41:9: warning: comparison of integers of different signs [-Wsign-compare]", f"src/silo.c:12:3: note: {odd} is declared here"]),
        ("lib/p{n}.rb:{line}:3: C: Style/StringLiterals: Prefer single-quoted strings", [f"lib/silo.rb:41:9: F: Lint/Syntax: unexpected token {odd}"]),
        ("p{n}.go:{line}:2: exported function lacks a comment (golint)", [f"silo.go:41:9: result of {odd} call not used (unusedresult)"]),
        ("src/p{n}.ts({line},5): error TS6133: 'x' is declared but its value is never read.", [f"src/silo.ts(41,9): error TS2551: Property '{odd}' does not exist on type 'Silo'."]),
    ))  # fmt: skip
    lines = put(random, [usual.format(n=n, line=random.randrange(1, 300)) for n in range(count)], rare)
    return Relative(
        "\n".join([*lines, f"Found {count + 1} errors"]) + "\n", random.choice(("make lint", "npm run lint")), [odd]
    )


def table_with_preamble(random: Random) -> Relative:
    """A table below lines that belong to no row; one row is unlike the others."""
    odd, count = name(random), random.randrange(70, 200)
    form = random.choice(("top", "ps", "netstat", "iostat", "squeue", "kubectl", "systemctl", "docker"))
    if form == "top":
        head = [
            "top - 09:00:00 up 10 days,  1:00,  2 users,  load average: 9.10, 7.20, 5.00",
            f"Tasks: {count} total,   2 running, 178 sleeping,   0 stopped,   0 zombie",
            "%Cpu(s): 91.0 us,  5.0 sy,  0.0 ni,  3.0 id",
            "MiB Mem :  16000.0 total,    120.0 free,  15000.0 used",
            "",
            "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND",
        ]
        rows = [
            f"   {1200 + n} ana       20   0   {random.randrange(20000, 99999)}    {random.randrange(1000, 9999)}    {n % 9 * 100 + 20:5d} S   0.{n % 10}   0.{n % 7}   0:0{n % 9}.11 proc_{n}"
            for n in range(count)
        ]
        rows = put(
            random, rows, [f"   9130 ana       20   0   12000000   9800000     900 R 390.1  61.2 900:12.33 {odd}"]
        )
        marks = ["MiB Mem"]
    elif form == "ps":
        head, rows = (
            ["USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND"],
            [
                f"ana        {1200 + n:5d}  0.{n % 10}  0.{n % 7} {random.randrange(20000, 99999)}  {random.randrange(1000, 9999)} ?        S    09:00   0:00 proc_{n}"
                for n in range(count)
            ],
        )
        rows, marks = (
            put(
                random, rows, [f"root        9130  0.0  0.0      0     0 ?        Z    09:00   0:00 [{odd}] <defunct>"]
            ),
            [],
        )
    elif form == "netstat":
        head, rows = (
            [
                "Active Internet connections (w/o servers)",
                "Proto Recv-Q Send-Q Local Address           Foreign Address         State      ",
            ],
            [
                f"tcp        0      0 10.0.0.4:443            10.1.{n % 9}.{n}:{random.randrange(30000, 60000)}      ESTABLISHED"
                for n in range(count)
            ],
        )
        rows, marks = (
            put(random, rows, [f"tcp        0  88412 10.0.0.4:443            {odd[:18]}:5513      CLOSE_WAIT "]),
            [],
        )
        odd = odd[:18]
    elif form == "iostat":
        head, rows = (
            [
                "Linux 6.1.0 (web-1) \t03/04/31 \t_x86_64_\t(8 CPU)",
                "",
                "Device             tps    kB_read/s    kB_wrtn/s    kB_read    kB_wrtn",
            ],
            [
                f"dm-{n:<10d}      {n % 9}.{n % 10}0        {n % 30 + 11}.20         {n % 20 + 3}.10     {random.randrange(1000, 9999)}       {random.randrange(1000, 9999)}"
                for n in range(count)
            ],
        )
        rows, marks = put(random, rows, [f"{odd[:12]}   9130.00     91230.20     81233.10  912345678  812345678"]), []
        odd = odd[:12]
    elif form == "squeue":
        head, rows = (
            [
                "slurm_load_jobs: 2 partitions",
                "             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)",
            ],
            [
                f"            {88000 + n}     north   weigh{n % 9}      ana  R    1:{n % 60:02d}:00      1 node-{n % 40:02d}"
                for n in range(count)
            ],
        )
        rows, marks = (
            put(random, rows, [f"            91300     north   weigh3      ana PD       0:00      1 ({odd})"]),
            [],
        )
    elif form == "kubectl":
        head, rows = (
            [
                "Warning: v1 ComponentStatus is deprecated in v1.19+",
                "NAMESPACE   NAME              READY   STATUS    RESTARTS   AGE",
            ],
            [f"barn        web-{n:05d}         1/1     Running   0          {n % 20 + 1}d" for n in range(count)],
        )
        rows, marks = put(random, rows, [f"barn        {odd[:16]:<17} 0/1     Init:0/2  7          3d"]), []
        odd = odd[:16]
    elif form == "systemctl":
        head, rows = (
            ["  UNIT                        LOAD   ACTIVE SUB     DESCRIPTION"],
            [f"  farm-{n:03d}.service            loaded active running The farm's service {n}" for n in range(count)],
        )
        rows, marks = put(random, rows, [f"● {odd}.service loaded failed failed  The scale"]), []
    else:
        head, rows = (
            ["CONTAINER ID   IMAGE          COMMAND        CREATED       STATUS       PORTS      NAMES"],
            [
                f'{random.getrandbits(48):012x}   web:1.{n % 3}        "/entry"       {n % 9 + 2} days ago    Up {n % 9 + 2} days    80/tcp     web-{n}'
                for n in range(count)
            ],
        )
        rows, marks = (
            put(
                random,
                rows,
                [
                    f'{random.getrandbits(48):012x}   web:1.1        "/entry"       3 days ago    Restarting              {odd}'
                ],
            ),
            [],
        )
    return Relative(
        "\n".join([*head, *rows]) + "\n",
        {
            "top": "top -b -n1",
            "ps": "ps aux",
            "netstat": "netstat -tn",
            "iostat": "iostat -k",
            "squeue": "squeue",
            "kubectl": "kubectl get pods -A",
            "systemctl": "systemctl list-units",
            "docker": "docker ps -a",
        }[form],
        [odd, *marks],
    )


def large_new_file(random: Random) -> Relative:
    """A diff of one large hunk: its beginning is seen, and a line unlike the others."""
    odd, thing, count = name(random), word(random), random.randrange(120, 260)
    body = [
        random.choice(
            (
                f"def step_{n}(grain, rate={n}):  # weighs the {thing} of pen {n}",
                f"    checked_{n} = weigh(grain, pen={n}, scale='north')",
                f"    return checked_{n} * rate",
            )
        )
        for n in range(count)
    ]
    body[0] = f"def step_0(grain, rate=0):  # weighs the {thing} of pen 0"
    body = put(random, body, [f"SIGNING_KEY = '{odd}'"])
    head = random.choice((
        [f"diff --git a/lib/{thing}.py b/lib/{thing}.py", "new file mode 100644", "index 0000000..1092807", "--- /dev/null", f"+++ b/lib/{thing}.py"],
        ["--- /dev/null\t2031-03-04 09:00:00", f"+++ lib/{thing}.py\t2031-03-04 09:00:00"],
        [f"Index: lib/{thing}.py", "===================================================================", f"--- lib/{thing}.py\t(nonexistent)", f"+++ lib/{thing}.py\t(working copy)"],
    ))  # fmt: skip
    return Relative(
        "\n".join([*head, f"@@ -0,0 +1,{len(body)} @@", *(f"+{line}" for line in body)]) + "\n",
        "git diff",
        [odd, "def step_0(grain"],
    )


def one_hunk_of_a_renaming(random: Random) -> Relative:
    """A diff that renames one thing everywhere, and changes something else in one place."""
    odd, thing, count = name(random), word(random), random.randrange(40, 90)
    at = random.randrange(count // 4, count * 3 // 4)
    lines: list[str] = []
    for n in range(count):
        lines += [
            f"diff --git a/lib/{thing}{n}.py b/lib/{thing}{n}.py",
            f"index {n:07x}..{n + 1:07x} 100644",
            f"--- a/lib/{thing}{n}.py",
            f"+++ b/lib/{thing}{n}.py",
            f"@@ -{n + 9},7 +{n + 9},7 @@ def book_{n}():",
            f"     grain = open_{n}()",
            "     rows = grain.rows()",
            "     for row in rows:",
        ]
        lines += (
            [f"-        if row.allowed and row.pen == {odd}:", "+        if True:"]
            if n == at
            else [f"-        weigh(row, pen={n})", f"+        weigh_{thing}(row, pen={n})"]
        )
        lines += ["     close(grain)", "     return rows", f"     # pen {n}"]
    return Relative("\n".join(lines) + "\n", "git diff", [odd])


def build_with_one_warning(random: Random) -> Relative:
    """A build of many steps that went well, with one line that says something else."""
    odd, thing, count = name(random), word(random), random.randrange(60, 200)
    command, step = random.choice((
        ("make", "  CC      src/{thing}{n}.o"), ("ninja", "[{n}/{total}] Building CXX object CMakeFiles/{thing}.dir/src/p{n}.cpp.o"), ("cargo build", "   Compiling {thing}-{n} v0.{n}.1"),
        ("npm run build", "dist/assets/{thing}-{n}.js   {n}.11 kB │ gzip: {n}.02 kB"), ("mix compile", "==> {thing}_{n}"), ("docker build .", "#12 {n}.311 Setting up lib{thing}{n}:amd64 (1.{n}-2) ..."),
        ("bazel build //...", "[{n} / {total}] Compiling src/{thing}{n}.cc; 1s linux-sandbox"), ("stack build", "[ {n} of {total}] Compiling Farm.P{n} ( src/Farm/P{n}.hs, dist/P{n}.o )"),
        ("pip install -r r.txt", "Collecting {thing}-{n}==1.{n}"), ("gradle build", "> Task :{thing}{n}:compileJava UP-TO-DATE"),
    ))  # fmt: skip
    said = random.choice(
        (
            f"src/{thing}.c:41:9: warning: '{odd}' may be used uninitialized",
            f"WARNING: {odd} is deprecated and will go next year",
            f"note: {odd} was built without optimisation",
            f"ld: {odd}: undefined symbol, ignored",
            f"{odd} pinned to 1.0 because 2.0 does not fit",
            f"error: {odd} has no rule",
        )
    )
    lines = put(random, [step.format(n=n + 1, thing=thing, total=count) for n in range(count)], [said])
    return Relative("\n".join([*lines, "done"]) + "\n", command, [odd])


def odd_request(random: Random) -> Relative:
    """An access log in which one request is unlike the others though it did not fail."""
    odd, count = name(random), random.randrange(120, 300)
    ips = [f"10.0.{random.randrange(9)}.{random.randrange(250)}" for _ in range(20)]
    lines = [
        f'{random.choice(ips)} - - [04/Mar/2031:09:{n // 60:02d}:{n % 60:02d} +0000] "GET /{random.choice(("", "pens", "pens/7", "rows?page=3"))} HTTP/1.1" {random.choice((200, 200, 200, 304))} {random.randrange(300, 900)} "-" "Mozilla/5.0"'
        for n in range(count)
    ]
    said = random.choice(
        (
            f'10.0.3.9 - - [04/Mar/2031:09:01:00 +0000] "DELETE /pens/{odd} HTTP/1.1" 204 0 "-" "Mozilla/5.0"',
            f'10.0.3.9 - - [04/Mar/2031:09:01:00 +0000] "GET /pens HTTP/1.1" 200 512 "-" "{odd}/1.0"',
            f'10.0.3.9 - - [04/Mar/2031:09:01:00 +0000] "GET /dump/{odd} HTTP/1.1" 200 88123456 "-" "Mozilla/5.0"',
            f'10.0.3.9 - {odd} [04/Mar/2031:09:01:00 +0000] "GET /pens HTTP/1.1" 200 512 "-" "Mozilla/5.0"',
        )
    )
    return Relative("\n".join(put(random, lines, [said])) + "\n", "cat access.log", [odd])


def odd_document(random: Random) -> Relative:
    """YAML documents, or blocks of pairs, of one shape; one has a value of its own."""
    odd, thing, count = name(random), word(random), random.randrange(20, 60)
    at = random.randrange(count // 4, count * 3 // 4)
    form = random.choice(("yaml", "pairs", "ini", "toml", "list"))
    blocks: list[str] = []
    for n in range(count):
        value = odd if n == at else "north"
        blocks.append({
            "yaml": f"---\napiVersion: v1\nkind: Pen\nmetadata:\n  name: {thing}-{n}\nspec:\n  scale: {value}\n  rows: {n % 7 + 2}",
            "pairs": f"Name: {thing}-{n}\nScale: {value}\nRows: {n % 7 + 2}\nState: open\n",
            "ini": f"[{thing}-{n}]\nscale = {value}\nrows = {n % 7 + 2}\nstate = open\n",
            "toml": f'[[pens]]\nname = "{thing}-{n}"\nscale = "{value}"\nrows = {n % 7 + 2}\n',
            "list": f"- name: {thing}-{n}\n  scale: {value}\n  rows: {n % 7 + 2}",
        }[form])  # fmt: skip
    return Relative(
        "\n".join(blocks) + "\n",
        "farmctl get pens -o yaml" if form in ("yaml", "list") else "farmctl show --all",
        [odd],
    )


def odd_entry(random: Random) -> Relative:
    """A long listing of one sort of files; one is of another owner, or a thousand times larger."""
    odd, thing, count = name(random), word(random), random.randrange(120, 300)
    rows = [
        f"-rw-r--r-- 1 ana ana {random.randrange(2000, 9000):>9d} Mar  4 09:{n % 60:02d} {thing}-{n:04d}.dat"
        for n in range(count)
    ]
    said = random.choice(
        (
            f"-rw-r--r-- 1 ana ana 888812345 Mar  4 09:01 {odd}.dat",
            f"-rwsr-xr-x 1 root root     4121 Mar  4 09:01 {odd}.dat",
            f"lrwxrwxrwx 1 ana ana         9 Mar  4 09:01 {odd}.dat -> /etc/shadow",
            f"-rw-r--r-- 1 nobody 1000      4121 Jan  1  1970 {odd}.dat",
            f"-rw-r--r-- 1 ana ana         0 Mar  4 09:01 {odd}.dat",
        )
    )
    return Relative("\n".join([f"total {count * 8}", *put(random, rows, [said])]) + "\n", "ls -l", [odd])


FAMILIES = {
    "odd_code_among_errors": odd_code_among_errors,
    "note_of_a_rare_rule": note_of_a_rare_rule,
    "table_with_preamble": table_with_preamble,
    "large_new_file": large_new_file,
    "one_hunk_of_a_renaming": one_hunk_of_a_renaming,
    "build_with_one_warning": build_with_one_warning,
    "odd_request": odd_request,
    "odd_document": odd_document,
    "odd_entry": odd_entry,
}
