"""Triage: a hundred issues of a tracker, as GitHub's API lists them, and what to look at first."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.scenarios import words
from headroom_mcp.evals.scenarios.play import Question, Scenario

_ISSUES = 100
_LABELS = ("bug", "enhancement", "documentation", "question", "good first issue")


def make(seed: int) -> Scenario:
    """Return the story of `seed`."""
    random = Random(f"triage {seed}")
    first = random.randrange(1_000, 5_000)
    issues = [_issue(random, first + at) for at in range(_ISSUES)]
    loss, leak, loud = (issues[at] for at in random.sample(range(5, _ISSUES - 5), 3))
    noun, version = random.choice(words.NOUNS), f"{random.randrange(2, 9)}.{random.randrange(20)}.{random.randrange(9)}"
    loss["title"] = f"Data loss: {noun} table is emptied by the migration of {version}"
    loss["labels"] = [*loss["labels"][:1], {"id": 77, "name": "data-loss", "color": "b60205", "default": False}]
    leak["title"] = f"Security: tokens of other tenants in the {random.choice(words.AREAS)} export"
    leak["labels"] = [{"id": 78, "name": "security", "color": "d93f0b", "default": False}]
    loud["reactions"]["total_count"] = random.randrange(400, 900)
    request = "Triage the open issues: data loss and security first, then what most people wait for."
    output = Given(
        "100 issues",
        json.dumps(issues),
        "mcp__github__list_issues",
        {"state": "open", "per_page": _ISSUES},
        (),
        request,
    )
    questions = (
        Question("Which issue is about data loss?", (str(loss["number"]), loss["title"])),
        Question("Which one is about security?", (str(leak["number"]), leak["title"])),
        Question("Which one do most people wait for?", (str(loud["number"]), str(loud["reactions"]["total_count"]))),
        Question("How many are listed?", (str(_ISSUES),)),
    )
    return Scenario("triage", "GitHub issue triage over 100 issues", request, (output,), questions, 0.8)


def _issue(random: Random, number: int) -> dict[str, Any]:
    area, noun, user = random.choice(words.AREAS), random.choice(words.NOUNS), random.choice(words.PEOPLE)
    name = random.choice(_LABELS)
    said = " ".join(
        f"When I {random.choice(words.VERBS)} a {random.choice(words.NOUNS)} the {random.choice(words.NOUNS)} of {random.choice(words.AREAS)} stays as it was ({random.randrange(999)})."
        for _ in range(random.randrange(4, 9))
    )
    api = f"https://api.github.com/repos/acme/platform/issues/{number}"
    return {
        "url": api, "html_url": f"https://github.com/acme/platform/issues/{number}", "comments_url": f"{api}/comments", "id": 900_000_000 + number * 37,
        "node_id": f"I_kw{random.getrandbits(48):012x}", "number": number, "title": f"{area}: {words.snake(random).replace('_', ' ')} of a {noun}", "state": "open", "locked": False,
        "user": {"login": user, "id": 5_000 + len(user), "type": "User", "site_admin": False, "avatar_url": f"https://avatars.example.org/u/{5_000 + len(user)}"},
        "labels": [{"id": 60 + _LABELS.index(name), "name": name, "color": "ededed", "default": True}], "assignee": None, "milestone": None,
        "comments": random.randrange(15), "created_at": f"2026-0{random.randrange(1, 6)}-{random.randrange(10, 28)}T0{random.randrange(9)}:11:02Z",
        "body": f"### What happens\n\n{said}\n\n### Version\n\n{random.randrange(9)}.{random.randrange(20)}", "reactions": {"url": f"{api}/reactions", "total_count": random.randrange(12), "+1": 0, "-1": 0},
        "draft": False, "author_association": "NONE",
    }  # fmt: skip
