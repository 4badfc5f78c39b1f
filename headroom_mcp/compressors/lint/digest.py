"""Problems told in few words: rare rules in full, the others once with their count and their places by file."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.lint.problems import Problem, is_serious, whole
from headroom_mcp.facts import find as facts_module
from headroom_mcp.query import clauses
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, templates, tokens

_RARE = 2
_FEW = 8  # problems of a serious rule, or of one that the question is about: each has a message of its own
_ASKED_RULES = 6
_ASKED_OF_A_RULE = 2  # problems of one rule that the question is about, in full: the others stand with the rule
_MESSAGE_CHARS = 100
_MAX_UNSAID = 60  # rules of which only the number is said
_MIN_FOLDER_CHARS = 12
_NUMBERED = late.pattern(r"[A-Z]{1,6}\d{2,5}")


def of(lines: Sequence[str], found: Sequence[Problem], query: str, budget: int) -> str:
    """Return what `found` says within about `budget` tokens, what the `query` asks in full, below a line that counts all of it."""
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
    out: list[str] = []
    room = budget
    wanted = set(asked[:10])
    times: dict[str, int] = {}
    for problem in [p for p in found if wanted.intersection(range(p.start, p.stop))]:
        times[problem.code] = times.get(problem.code, 0) + 1
        if times[problem.code] <= _ASKED_OF_A_RULE:
            room -= _add(out, whole(lines, problem).removeprefix(base))
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
        room -= _add(out, entry if tokens.estimate(entry) <= 2 * fair else _by_place(group, fair))
    if unsaid:
        out.append(marker.times((group[0].code or "other", len(group)) for group in unsaid[:_MAX_UNSAID]))
        more = unsaid[_MAX_UNSAID:]
        if more:
            problems_left = marker.counted(sum(map(len, more)), "problem")
            out.append(f"[… {problems_left} of {marker.counted(len(more), 'more rule')}]")
    rare_left = any(len(group) <= _RARE for group in left)
    how = "by place" if not in_full else f"{in_full:,} rules in full" if rare_left else "rare rules in full"
    others = ", the others by place" if in_full and left else ""
    rules_said = marker.counted(len(by_rule), "rule")
    return "\n".join([f"[{marker.counted(len(found), 'problem')} of {rules_said}; {how}{others}{below}]", *out])


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
    lines: Sequence[str], claims: Sequence[tuple[list[Problem], int]], room: int, out: list[str], base: str
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
        for entry in said:
            room -= _add(out, entry)
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


def _by_place(group: Sequence[Problem], room: int) -> str:
    """Return a rule once, with its count and as many of its places as `room` tokens hold."""
    first = group[0]
    message = text.clip_middle(first.message, _MESSAGE_CHARS)
    head = f"{_times(group)} {message}:"
    room -= tokens.estimate(head)
    by_file: dict[str, list[str]] = {}
    for problem in group:
        by_file.setdefault(problem.place, []).append(problem.line)
    said: list[str] = []
    told = 0
    for file, places in by_file.items():
        entry = f"{file}:{','.join(places)}"
        cost = tokens.estimate(entry)
        if cost > room and said:
            break
        if cost > room:
            places = places[: max(1, room // 2)]
            entry = f"{file}:{','.join(places)}"
        room -= tokens.estimate(entry)
        told += len(places)
        said.append(entry)
    rest = len(group) - told
    if not rest:
        return f"{head} {' '.join(said)}"
    whole = sum(len(places) for places in list(by_file.values())[: len(said)])
    files = len(by_file) - len(said) + (whole > told)  # of the last file said, some places may be left
    return f"{head} {' '.join(said)} [… {rest:,} more in {marker.counted(files, 'file')}]"


def _add(out: list[str], entry: str) -> int:
    if entry in out:
        return 0
    out.append(entry)
    return tokens.estimate(entry) + 1
