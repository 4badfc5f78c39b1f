"""Choosing within a budget: what is offered comes best first, each with its price, and is taken while there is room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headroom_mcp.text import tokens

_NUMBER_TOKENS = 3  # a line number and what parts it from the line


def within(room: int, offered: Iterable[tuple[int, int]], *, to_the_first: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the items of `offered`, each with its cost in tokens, that fit into `room` together, in their order.

    One that no longer fits is passed over; where `to_the_first`, it is the end, for what follows is worth less than it.
    `offered` is read item by item, so it may look at what has been taken."""
    for item, cost in offered:
        if cost <= room:
            room -= cost
            yield item, cost
        elif to_the_first:
            return


class Numbered:
    """Items that are shown by their numbers, each as a text, and what they cost."""

    def __init__(self) -> None:
        self.shown: dict[int, str] = {}
        self.spent = 0

    def show(self, offered: Iterable[tuple[int, str]], room: int, *, to_the_first: bool = False) -> None:
        """Show the items of `offered` that are not shown yet and fit into `room` tokens; see `within`."""
        texts: dict[int, str] = {}

        def priced() -> Iterator[tuple[int, int]]:
            for index, said in offered:
                if index not in self.shown:
                    texts[index] = said
                    yield index, tokens.estimate(said) + _NUMBER_TOKENS

        for index, cost in within(room, priced(), to_the_first=to_the_first):
            self.spent += cost
            self.shown[index] = texts[index]
