"""Problems told in few words: rare rules in full, the others once with their count and their places by file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.compressors.lint.problems import Problem, is_serious, whole
from headroom_mcp.facts import find as facts_module
from headroom_mcp.query import clauses
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, templates, tokens

_RARE = 2
_FEW = 8  # problems of a serious rule, or of one that the question is about: each has a message of its own
_ASKED = 10  # lines that the question is about, best first
_ASKED_RULES = 6
_ASKED_OF_A_RULE = 2  # problems of one rule that the question is about, in full: the others stand with the rule
_MESSAGE_CHARS = 100
_MAX_UNSAID = 60  # rules of which only the number is said
_MIN_FOLDER_CHARS = 12
_NUMBERED = late.pattern(r"[A-Z]{1,6}\d{2,5}")


class _Said:
    """What is said, entry by entry, and the first lines of the problems that it tells; of those told in full, by entry: the
    same may be said of one place more than once."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.told: set[int] = set()
        self.in_full: dict[str, set[int]] = {}

    def add(self, entry: str, told: Iterable[int] = ()) -> int:
        """Say `entry`, which tells the problems `told`; return the tokens it takes."""
        self.told.update(told)
        self.entries.append(entry)
        return tokens.estimate(entry) + 1

    def add_in_full(self, entry: str, start: int) -> int:
        """Say the problem at line `start` by its own lines, `entry`; return the tokens it takes."""
        known = entry in self.in_full
        self.in_full.setdefault(entry, set()).add(start)
        self.told.add(start)
        return 0 if known else self.add(entry)

    def rows(self) -> Iterator[str]:
        """Yield the entries, with the number of times that the same is said in full."""
        for entry in self.entries:
            times = len(self.in_full.get(entry, ()))
            head, end, below = entry.partition("\n")
            yield f"{head} [×{times}]{end}{below}" if times > 1 else entry


def of(lines: Sequence[str], found: Sequence[Problem], query: str, budget: int) -> tuple[str, set[int]]:
    """Return what `found` says within about `budget` tokens, what the `query` asks in full, below a line that counts all of it;
    and the first lines of the problems that it tells, be it by their places."""
    asked = facts_module.matches(query, lines)
    by_rule: dict[str, list[Problem]] = {}
    forms = templates.masked([problem.message for problem in found])
    for problem, form in zip(found, forms, strict=True):
        by_rule.setdefault(problem.code or form, []).append(problem)
    rules = sorted(
        by_rule.values(), key=lambda group: (len(group) > _RARE, not is_serious(group[0]), len(group), group[0].start)
    )
    base = _common_folder([problem.place for problem in found])
    below = f" below {base}" if base else ""
    out = _Said()
    room = budget
    of_line = {line: problem for problem in found for line in range(problem.start, problem.stop)}
    times: dict[str, int] = {}
    for problem in dict.fromkeys(of_line[line] for line in asked[:_ASKED] if line in of_line):
        times[problem.code] = times.get(problem.code, 0) + 1
        if times[problem.code] <= _ASKED_OF_A_RULE:
            room -= out.add_in_full(whole(lines, problem).removeprefix(base), problem.start)
    in_full, left, room = _told_one_by_one(lines, _by_claim(rules, query), room, out, base)
    left = [[problem._replace(place=problem.place[len(base) :]) for problem in group] for group in left]
    room = max(room, budget // 3)
    share = max(40, room // max(1, len(left)))
    unsaid: list[list[Problem]] = []
    for number, group in enumerate(left):
        if room <= 0:
            unsaid = left[number:]
            break
        fair = max(share, room // max(1, len(left) - number))
        entry = _by_message(group)
        told = group
        if tokens.estimate(entry) > 2 * fair:
            entry, told = _by_place(group, fair)
        room -= out.add(entry, (problem.start for problem in told))
    if unsaid:
        out.add(marker.times((group[0].code or "other", len(group)) for group in unsaid[:_MAX_UNSAID]))
        more = unsaid[_MAX_UNSAID:]
        if more:
            problems_left = marker.counted(sum(map(len, more)), "problem")
            out.add(f"[… {problems_left} of {marker.counted(len(more), 'more rule')}]")
    rare_left = any(len(group) <= _RARE for group in left)
    how = "by place" if not in_full else f"{in_full:,} rules in full" if rare_left else "rare rules in full"
    others = ", the others by place" if in_full and left else ""
    rules_said = marker.counted(len(by_rule), "rule")
    head = f"[{marker.counted(len(found), 'problem')} of {rules_said}; {how}{others}{below}]"
    return "\n".join([head, *out.rows()]), out.told


def _by_claim(rules: Sequence[list[Problem]], query: str) -> list[tuple[list[Problem], int]]:
    """Return the rules, best first, each with how many of its problems may be told one by one: those the question is about,
    then serious ones among others that are not, then the rare."""
    asked: set[int] = set()
    if query:
        texts = [" ".join([group[0].code, *(problem.message for problem in group[:_FEW])]) for group in rules]
        asked = {passage.place for passage in clauses.deal(clauses.rank(query, texts), _ASKED_RULES, near=0.5)}
    ranked = [(place not in asked, not is_serious(group[0]), place, group) for place, group in enumerate(rules)]
    ranked.sort(key=lambda claim: claim[:3])
    return [
        (group, _FEW if (not unasked or not minor) and _differ(group) else _RARE) for unasked, minor, _, group in ranked
    ]


def _differ(group: Sequence[Problem]) -> bool:
    """Tell whether most problems of a rule say something of their own."""
    return 2 * len({problem.message for problem in group[:_FEW]}) > min(len(group), _FEW)


def _told_one_by_one(
    lines: Sequence[str], claims: Sequence[tuple[list[Problem], int]], room: int, out: _Said, base: str
) -> tuple[int, list[list[Problem]], int]:
    """Add the problems of rules to `out`, their places from the folder `base` on, while there is room; return how many rules were,
    the others, and what room is left.

    A rare rule is begun wherever there is room; one of more problems must leave half of it to the others."""
    told = 0
    left: list[list[Problem]] = []
    for group, few in claims:
        said = [whole(lines, problem).removeprefix(base) for problem in group] if len(group) <= few and room > 0 else []
        if not said or (len(group) > _RARE and sum(map(tokens.estimate, said)) > room // 2):
            left.append(group)
            continue
        told += 1
        for problem, entry in zip(group, said, strict=True):
            room -= out.add_in_full(entry, problem.start)
    return told, left, room


def _common_folder(places: Sequence[str]) -> str:
    """Return the folder, with its last "/", that all of the absolute `places` lie in; "" where it is not worth saying."""
    low, high = min(places), max(places)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    folder = low[: low.rfind("/", 0, same) + 1]
    return folder if folder.startswith("/") and len(folder) > _MIN_FOLDER_CHARS else ""


def _by_message(group: Sequence[Problem]) -> str:
    """Return a rule with every message it gives and all the places of each: nothing but columns is left out."""
    messages: dict[str, dict[str, list[str]]] = {}
    for problem in group:
        messages.setdefault(problem.message, {}).setdefault(problem.place, []).append(problem.line)
    said = [
        f"{message}: {' '.join(f'{file}:' + ','.join(places) for file, places in by_file.items())}"
        for message, by_file in messages.items()
    ]
    return f"{_times(group)} " + "\n  ".join(said)


def _times(group: Sequence[Problem]) -> str:
    """Return how often a rule fires, and its code where the linter writes it: before the message, or elsewhere."""
    code = group[0].code
    if not code:
        return f"×{len(group):,}"
    return f"×{len(group):,} {code}" if _NUMBERED.fullmatch(code) else f"{code} ×{len(group):,}"


def _by_place(group: Sequence[Problem], room: int) -> tuple[str, list[Problem]]:
    """Return a rule once, with its count and as many of its places as `room` tokens hold; and the problems at these."""
    first = group[0]
    message = text.clip_middle(first.message, _MESSAGE_CHARS)
    head = f"{_times(group)} {message}:"
    room -= tokens.estimate(head)
    by_file: dict[str, list[Problem]] = {}
    for problem in group:
        by_file.setdefault(problem.place, []).append(problem)
    said: list[str] = []
    told: list[Problem] = []
    for file, problems in by_file.items():
        places = [problem.line for problem in problems]
        entry = f"{file}:{','.join(places)}"
        cost = tokens.estimate(entry)
        if cost > room and said:
            break
        if cost > room:
            places = places[: max(1, room // 2)]
            entry = f"{file}:{','.join(places)}"
        room -= tokens.estimate(entry)
        told += problems[: len(places)]
        said.append(entry)
    rest = len(group) - len(told)
    if not rest:
        return f"{head} {' '.join(said)}", told
    whole = sum(len(places) for places in list(by_file.values())[: len(said)])
    files = len(by_file) - len(said) + (whole > len(told))  # of the last file said, some places may be left
    return f"{head} {' '.join(said)} [… {rest:,} more in {marker.counted(files, 'file')}]", told
