"""Words and numbers for the stories."""

from __future__ import annotations

from random import Random

AREAS = (
    "billing",
    "search",
    "catalog",
    "checkout",
    "identity",
    "shipping",
    "ledger",
    "reports",
    "gateway",
    "inventory",
)
NOUNS = "invoice order parcel session token refund cart quote account route stock batch webhook ticket tariff voucher".split()
VERBS = "load parse build merge validate render publish archive resolve schedule import export".split()
PEOPLE = "amara bo chen dalia emil farid greta hana ivo jun kofi lena".split()


def snake(random: Random) -> str:
    """Return a function's name."""
    return f"{random.choice(VERBS)}_{random.choice(NOUNS)}_{random.choice(NOUNS)}"


def pascal(random: Random) -> str:
    """Return a class's name."""
    return f"{random.choice(NOUNS).title()}{random.choice(VERBS).title()}er"


def path(random: Random) -> str:
    """Return a source file's path."""
    return f"src/{random.choice(AREAS)}/{random.choice(NOUNS)}_{random.choice(VERBS)}.py"


def code(random: Random) -> str:
    """Return an error code."""
    return f"{random.choice(('E', 'ERR', 'PAY', 'DB', 'KV'))}-{random.randrange(1_000, 9_999)}"
