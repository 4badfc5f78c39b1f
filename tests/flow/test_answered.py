"""An output in which a question finds its answers is shown around these; one after a cause, or whose words find no place, is not."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from headroom_mcp.flow import answered
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

KEYS = ("cache", "mail", "queue", "search", "session", "storage", "upload", "worker", "billing", "gateway")
FIELDS = ("host", "port", "user", "retries", "timeout", "pool")


def environment() -> list[str]:
    """Return the settings of ten services, six of each, no two values alike."""
    return [
        f"SHOP_{key.upper()}_{field.upper()}={key[:3]}-{field}{at * 7 + number}.internal"
        for at, key in enumerate(KEYS)
        for number, field in enumerate(FIELDS)
    ]


def shown(lines: list[str], query: str) -> str:
    """Return what is shown of `lines` as the output of a command nobody knows, for the question `query`."""
    return plan(ToolOutput("\n".join(lines) + "\n", "Bash", {"command": "svcctl dump"}, query), Settings()).body


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("field", ["port", "retries"])
def test_what_is_asked_for_is_shown_and_most_of_the_rest_is_not(key: str, field: str) -> None:
    lines = environment()

    body = shown(lines, f"Which {field} has the {key}?")

    assert next(line for line in lines if f"_{key.upper()}_{field.upper()}=" in line) in body
    assert len(body) < 0.7 * len("\n".join(lines))


def test_each_part_of_a_question_is_answered() -> None:
    lines = environment()

    body = shown(
        lines, "Which host is the mail server, how many retries has billing, and who is the user of the gateway?"
    )

    for name in ("SHOP_MAIL_HOST", "SHOP_BILLING_RETRIES", "SHOP_GATEWAY_USER"):
        assert f"{name}=" in body


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Why does the mail service not answer?",  # the cause may be anywhere
        "Which port has the mail, and is the whole setup consistent?",  # of one part nothing is said
        "Is everything as it should be?",
        "Which port has the mail? " + "A long description of a task that somebody has to do. " * 8,
    ],
)
def test_a_question_that_finds_no_place_narrows_nothing(query: str) -> None:
    lines = environment()
    whole = [Part(0, len(lines), "keep")]

    assert answered.narrowed(ToolOutput("\n".join(lines) + "\n", query=query), whole, list) == whole


def test_failures_stay_whatever_is_asked() -> None:
    lines = environment()
    lines.insert(31, "error: SHOP_SESSION_POOL is not a number")

    assert lines[31] in shown(lines, "Which port has the mail?")


def test_a_record_unlike_all_others_stays_whatever_is_asked() -> None:
    lines = [f"service-{at:02} state=running restarts=0 zone=eu-{at % 2}" for at in range(60)]
    lines[41] = "service-41 state=crashed restarts=912 zone=eu-1"

    assert lines[41] in shown(lines, "In which zone is service-07?")


def test_an_answer_stands_under_its_heads() -> None:
    lines = []
    for name in KEYS:
        lines += [f"{name}:", "  network:"]
        lines += [f"    {field}-of-{name}: {name[:2]}{at}.{field}" for at, field in enumerate(FIELDS)]
    output = ToolOutput("\n".join(lines) + "\n", "Bash", {"command": "svcctl dump"}, "What is timeout-of-storage?")

    found = answered.answers(output)

    assert [lines[i] for i in found][:1] == ["    timeout-of-storage: st4.timeout"]
    body = plan(output, Settings()).body
    assert "storage:\n  network:" in body


def test_where_too_many_lines_answer_alike_nobody_knows_which_is_meant() -> None:
    lines = [f"row {at} of the archive" for at in range(200)]

    assert answered.answers(ToolOutput("\n".join(lines), query="Which archive is it?")) == []


def test_what_was_left_out_and_answers_comes_back() -> None:
    lines = [f"step {at % 3} of the run is over after {at} s" for at in range(120)] + ["quux: 17", "end of the run"]
    lines.insert(60, "the token budget of quux is 4711")

    assert "the token budget of quux is 4711" in shown(lines, "Which token budget is set for quux?")


def _indented(*indents: int) -> list[str]:
    return [" " * indent + "x" if indent >= 0 else "" for indent in indents]


@pytest.mark.parametrize(
    ("indents", "index", "heads"),
    [
        ((0, 2, 4), 2, [1, 0]),
        ((0, 2, 4, 4), 3, [1, 0]),
        ((0, 2, 4, 6, 8), 4, [3, 2, 1]),  # at most three
        ((2, 0, 2), 0, []),  # nothing stands above the first line
        ((2, 2, 0), 1, []),
        ((0, 0), 1, []),
        ((0, -1, 2), 2, [0]),  # a blank line is no head
        ((0, 4, 2), 2, [0]),
        ((1, 4, 2, 3), 3, [2, 0]),
    ],
)
def test_a_line_stands_under_the_nearest_less_indented_lines(
    indents: tuple[int, ...], index: int, heads: list[int]
) -> None:
    assert answered._heads(_indented(*indents), index) == heads


@pytest.mark.parametrize("above", [0, 1, 5, 11, 12, 30])
@pytest.mark.parametrize("below", [0, 1, 6, 11, 12])
def test_an_answer_comes_with_its_paragraph_or_with_its_neighbours_where_that_is_long(above: int, below: int) -> None:
    head, tail = ["a", "b", ""] * 8, ["", "y", "z"] * 8
    lines = [*head, *["words"] * above, "answer", *["words"] * below, *tail]
    index = len(head) + above

    found = answered._with_context(lines, [index])

    ends = {0, 1, len(lines) - 2, len(lines) - 1}
    whole = set(range(index - above, index + min(below, 11) + 1))  # of a long one, the twelve lines from the answer on
    assert found == ends | (whole if len(whole) <= 12 else {index - 1, index, index + 1})


@pytest.mark.parametrize(
    ("text", "chosen", "shown"),
    [
        ("a| |b", {0, 2}, {0, 1, 2}),
        ("a| |b", {0}, {0}),
        ("a| |b", {2}, {2}),
        ("a| | |b", {0, 3}, {0, 3}),
        ("a|b|c", {0, 2}, {0, 2}),
        ("a| |b|c", {0, 3}, {0, 3}),
        ("a|b| |c", {0, 3}, {0, 3}),
    ],
)
def test_a_blank_line_stays_between_two_that_stay(text: str, chosen: set[int], shown: set[int]) -> None:
    lines = [line.strip() for line in text.split("|")]

    parts = answered._without(lines, [Part(0, len(lines), "keep")], chosen)

    assert {i for part in parts if part.action == "keep" for i in range(part.start, part.stop)} == shown
    assert [part.start for part in parts][1:] == [part.stop for part in parts][:-1]
    assert all(one.action != other.action for one, other in pairwise(parts))


@pytest.mark.parametrize(("words", "found"), [(1, []), (2, [3, 5, 7]), (3, [3])])
def test_a_line_with_half_of_the_best_one_s_words_answers_and_one_with_less_does_not(
    words: int, found: list[int]
) -> None:
    names = ["amber", "cedar", "delta"][:words]
    lines = [f"plain line {n}" for n in range(40)]
    for at, name in zip((5, 7, 9), names, strict=False):
        lines[at] = f"the {name}"
    lines[3] = " ".join(names)
    if words == 1:  # as many as nobody could mean
        lines = [f"{line} amber" for line in lines]

    assert answered._named(f"Where is {' '.join(names)}?", lines) == found


def test_what_is_short_already_is_narrowed_to_what_it_shows_and_nothing_is_added() -> None:
    """Of a long output less is shown than an answered one may take; the answer's surroundings that were left out stay so."""
    lines = [
        f"SERVICE_{at}_{name}={at * 31 % 977}.{name.lower()}.internal" for at in range(60) for name in ("HOST", "PORT")
    ]
    lines[70] = "MAILER_RELAY=relay.internal"
    output = ToolOutput("\n".join(lines) + "\n", query="Which relay does the mailer use?")
    assert output.tokens > 1_000
    before = [
        Part(0, 20, "keep"),
        Part(20, 69, "omit"),
        Part(69, 71, "keep"),
        Part(71, 119, "omit"),
        Part(119, 120, "keep"),
    ]

    after = answered.narrowed(output, before, list)

    kept = {i for part in after if part.action == "keep" for i in range(part.start, part.stop)}
    assert {69, 70} <= kept <= {0, 1, 69, 70, 119}


def _settings_as(suffix: str) -> list[str]:
    """Return what `environment` says as a file of nested settings."""
    lines: list[str] = []
    for at, key in enumerate(KEYS):
        lines.append({"yaml": f"{key}:", "toml": f"[{key}]", "ini": f"[{key}]"}[suffix])
        for number, field in enumerate(FIELDS):
            value = f"{key[:3]}-{field}{at * 7 + number}.internal"
            lines.append(f"  {field}: {value}" if suffix == "yaml" else f"{field} = {value!r}")
        lines += [] if suffix == "yaml" else [""]
    return lines


@pytest.mark.parametrize("suffix", ["yaml", "toml", "ini"])
@pytest.mark.parametrize("call", ["cat settings.{}", ""], ids=["cat", "a viewer"])
def test_a_file_of_settings_is_shown_around_what_is_asked_of_it(suffix: str, call: str) -> None:
    text = "\n".join(_settings_as(suffix)) + "\n"
    given = {"command": call.format(suffix)} if call else {"file_path": f"/srv/settings.{suffix}"}

    body = plan(ToolOutput(text, "Bash" if call else "Read", dict(given), "Which host has the mail?"), Settings()).body

    assert "mai-host7.internal" in body
    assert len(body) < 0.7 * len(text)


@pytest.mark.parametrize("task", ["Give the mail another host", "Which host has the mail, and why is it wrong?"])
def test_a_file_of_settings_that_is_to_be_changed_is_shown(task: str) -> None:
    text = "\n".join(_settings_as("yaml")) + "\n"

    assert plan(ToolOutput(text, "Read", {"file_path": "/srv/settings.yaml"}, task), Settings()).body + "\n" == text


NAMES = ("max-inline-size", "min.replicas.insync", "last_login_grace", "most/inline/backlog", "max-grace-level")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "query", ["What is the default of {}?", "What does {} do to the limit with the largest default?"]
)
def test_a_setting_asked_for_by_its_name_is_shown_be_there_a_superlative_in_it(name: str, query: str) -> None:
    words = "inline size replicas insync login grace level backlog max min last most".split()
    lines = ["The settings are:"]
    for at in range(240):
        one, two, three = (words[(at * step + at // 12) % 12] for step in (1, 5, 7))
        lines += [
            f"  --{one}-{two}-{three}-{two}= A limit for {two} of {one}, by default {at * 37 % 911},",
            f"{'':30}or for {three}.",
        ]
    asked = f"  --for={name}= A limit for size of login, by default 77,"
    lines[301] = asked

    found = answered.answers(ToolOutput("\n".join(lines), "Bash", {"command": "svcctl dump"}, query.format(name)))
    assert not found or 301 in found
    assert asked in shown(lines, query.format(name))


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("mark", ["  ", "    ", "\t"])
def test_a_line_below_a_gap_has_its_label_above_it(depth: int, mark: str) -> None:
    lines = []
    for name in KEYS:
        lines += [f"{name}:"] + [f"{mark}network of it:"] * (depth - 1)
        lines += [f"{mark * depth}{field}: {name[:2]}{at}.{field}" for at, field in enumerate(FIELDS)]
    size = len(FIELDS) + depth
    for field in range(depth, size):
        kept = {0, *range(1, size), *range(field, len(lines), size)}
        parts = [Part(at, at + 1, "keep" if at in kept else "omit") for at in range(len(lines))]

        shown = [
            i
            for part in answered.under_labels(lines, _joined(parts))
            if part.action == "keep"
            for i in range(*part[:2])
        ]

        assert kept.union(*(range(at, at + depth) for at in range(0, len(lines), size))) == set(shown)


@pytest.mark.parametrize("field", ["Version: 1.{}", "Version     : 1.{}", "  goes on with {}"])
@pytest.mark.parametrize("above", ["Source: all", "Summary: of all"])
def test_a_field_below_a_gap_has_the_head_of_its_record_above_it(field: str, above: str) -> None:
    mark = " :" if " :" in field else ":"
    records = [[f"Package{mark} p{n}", above, "Size: 4", field.format(n), f"Home: h{n}", ""] for n in range(12)]
    lines = [line for record in records for line in record]
    kept = {0, *range(3, len(lines), 6)}
    parts = _joined([Part(at, at + 1, "keep" if at in kept else "omit") for at in range(len(lines))])

    made = answered.under_labels(lines, parts)

    shown = {i for part in made if part.action == "keep" for i in range(*part[:2])}
    assert shown == kept | set(range(0, len(lines), 6))


def test_a_paragraph_whose_first_line_names_no_record_gets_none() -> None:
    lines = [line for n in range(12) for line in (f"Chapter {n} begins", "Note: it goes on", "and on", "")]
    kept = {0, *range(2, len(lines), 4)}
    parts = _joined([Part(at, at + 1, "keep" if at in kept else "omit") for at in range(len(lines))])

    assert answered.under_labels(lines, parts) == parts


def test_where_the_less_indented_line_is_no_label_nothing_is_added() -> None:
    lines = ["top", *(f"{'  ' * (at % 3)}step {at} of the (long) run is over" for at in range(30))]
    parts = [Part(0, 4, "keep"), Part(4, 21, "omit"), Part(21, 31, "keep")]

    assert answered.under_labels(lines, parts) == parts


def _joined(parts: list[Part]) -> list[Part]:
    joined = parts[:1]
    for part in parts[1:]:
        if part.action == joined[-1].action:
            joined[-1] = joined[-1]._replace(stop=part.stop)
        else:
            joined.append(part)
    return joined


@pytest.mark.parametrize("word", ["go", "py", "qs", "vim", "gcc"])
def test_a_short_word_within_others_is_no_answer(word: str) -> None:
    lines = [f"nr_{name}_{at} {at * 731}" for at in range(60) for name in ("free", "dirty", "slab")]
    within = [*lines[:90], f"pg{word}ut 255174008", *lines[90:]]
    alone = [*lines[:90], f"{word} 255174008", *lines[90:]]

    assert answered.answers(ToolOutput("\n".join(within), "Bash", query=word)) == []
    assert answered.answers(ToolOutput("\n".join(alone), "Bash", query=word)) == [90]


_NAMED = "use cache.size\ncache.size is 3\n--dry-run given\nrun dry run\na/b/c.py:9\nlib_x is it\nlib_x.y is not\nx.cache.size\ncache.sizes"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("what is cache.size?", [0, 1]),
        ("is cache.size.", [0, 1]),  # the end of a sentence is none of a name
        ("what does --dry-run do", [2]),
        ("dry run", []),  # words are no names
        ("see a/b/c.py", [4]),
        ("lib_x", [5, 6]),
        (".lib.", []),
        ("--", []),
        ("cache.size cache.size lib_x", [0, 1, 5, 6]),
    ],
)
def test_a_name_with_a_joint_in_it_is_found_as_it_is_written(asked: str, found: list[int]) -> None:
    assert answered._with_names(asked, _NAMED.split("\n")) == found


def test_a_name_that_stands_in_many_lines_tells_nothing() -> None:
    assert answered._with_names("a_b", ["a_b"] * 4) == [0, 1, 2, 3]
    assert answered._with_names("a_b", ["a_b"] * 5) == []


_TREE = "[tool.one]\ntop:\n  mid: x\n\n    deep:\n      deeper:\n        value: 3\n[[two]]\n  key: 1\nplain\nend"


@pytest.mark.parametrize(
    ("line", "heads"),
    [(6, [5, 4, 2, 0]), (5, [4, 2, 1, 0]), (2, [1, 0]), (1, [0]), (0, []), (8, [7]), (7, []), (9, [7]), (10, [7])],
)
def test_a_line_stands_under_less_indented_lines_and_the_head_of_its_section(line: int, heads: list[int]) -> None:
    assert answered._heads(_TREE.split("\n"), line) == heads


def test_of_lines_with_what_is_asked_for_those_that_hold_more_of_it_come_first() -> None:
    lines = [f"line {n} of the log" for n in range(40)]
    lines[5], lines[9], lines[20] = "port is open", "the server port is 8080", "server port 9090"

    assert answered._named("server port", lines) == [9, 20]
    lines[7] = "port of the server: none"
    assert answered._named("which server port", lines) == [7, 9, 20]
    assert answered._named("which server port is 8080", lines)[0] == 9
    assert answered._named("nothing of it", lines) == []


def commits() -> list[str]:
    """Return sixty commits, each of another file."""
    parts = [f"{key}/{field}" for key in KEYS for field in FIELDS]
    return [f"{at * 77_777 + 0xABCDE0:x} {name}: tidy what stood below" for at, name in enumerate(parts)]


def chapters() -> list[str]:
    """Return a document of ten chapters, each with a list."""
    return [
        line
        for key in KEYS
        for line in (f"## The {key}", "", *(f"* the {field} of it, {key[:3]}-{field}" for field in FIELDS), "")
    ]


@pytest.mark.parametrize(
    ("command", "lines", "query", "answer"),
    [
        ("git log --oneline", commits(), "Which commit tidied the port of the worker?", "worker/port"),
        ("git log --oneline", commits(), "Which commit tidied the pool of mail?", "mail/pool"),
        ("cat NOTES.md", chapters(), "Which retries has the billing?", "bil-retries"),
    ],
)
def test_what_is_no_list_but_read_line_by_line_is_narrowed_too(
    command: str, lines: list[str], query: str, answer: str
) -> None:
    text = "\n".join(lines) + "\n"
    body = plan(ToolOutput(text, "Bash", {"command": command}, query), Settings()).body

    assert answer in body
    assert len(body) < 0.75 * len(text)


def checks(failing: str) -> list[str]:
    """Return a check of each field of ten services, one of which fails."""
    return [
        f"{'error: ' if f'{key} {field}' == failing else ''}checked the {field} of {key}: {key[:3]}{at * 6 + n}"
        for at, key in enumerate(KEYS)
        for n, field in enumerate(FIELDS)
    ]


def test_a_failure_stays_where_something_else_is_asked() -> None:
    lines = checks("queue user")

    body = shown(lines, "Which port has the gateway?")

    assert "error: checked the user of queue" in body
    assert "port of gateway: gat55" in body
    assert len(body) < 0.6 * len("\n".join(lines))


@pytest.mark.parametrize("query", ["Which check failed, and which port has the gateway?", "Why did queue fail?"])
def test_nothing_is_narrowed_where_a_failure_is_asked_for(query: str) -> None:
    lines = checks("queue user")

    assert shown(lines, query) == shown(lines, "")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("question", ["In which month did we spend most?", "What was the largest amount, and on what?"])
def test_the_ends_of_what_is_little_understood_are_no_answer(question: str, seed: int) -> None:
    """Beside a table in a form of its own stand entries of several lines: their largest is not what the table is asked for."""
    draw = random.Random(seed)
    months = "Jan Feb Mar Apr May Jun".split()
    names = "Books Food Fuel Phone Rent Mill Van".split()
    table = [
        f" {name:<21} || {'  '.join(f'£{draw.randrange(900)}.{draw.randrange(10, 99)}'.rjust(8) for _ in months)} "
        for name in names
    ]
    totals = [f"£{draw.randrange(1000, 3000)}.50" for _ in months]
    shops = ["Corner Shop", "Post Office", "Miller & Son", "Quarry Ltd", "Depot Garage"]
    entries = [
        f"2026-06-{day:02} {draw.choice(shops)}\n    Expenses:{draw.choice(names)}   £{draw.randrange(3, 300)}.10\n    Assets:Bank\n"
        for day in sorted(draw.sample(range(1, 29), 16))
    ]
    head = [
        "Balance changes of half a year:",
        "",
        f"{'':22} || {'  '.join(month.rjust(8) for month in months)} ",
        f"{'=' * 23}++{'=' * 60}",
    ]
    lines = "\n".join([*head, *table, f"{'-' * 23}++{'-' * 60}", f"{'':22} || {'  '.join(totals)} ", *entries]).split(
        "\n"
    )

    assert max(totals) in shown(lines, question)
