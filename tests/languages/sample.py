"""Prices with taxes."""

import os
from decimal import (
    Decimal,
    ROUND_HALF_UP,
)

RATES = {
    "de": Decimal("0.19"),
    "fr": Decimal("0.20"),
}


def cached(function):
    known = {}

    def wrapper(*arguments):
        if arguments not in known:
            known[arguments] = function(*arguments)
        return known[arguments]

    return wrapper


class Price:
    """An amount in a country."""

    digits: int = 2

    def __init__(
        self,
        amount: Decimal,
        country: str,
    ) -> None:
        # no rounding here
        self.amount = amount
        self.country = country

    @property
    @cached
    def gross(self) -> Decimal:
        """The amount with tax."""
        rate = RATES.get(self.country)
        if rate is None:
            raise KeyError(f"no rate for {self.country}")
        return (self.amount * (1 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    class Meta:
        table = "prices"


async def fetch(url): return os.fspath(url)
