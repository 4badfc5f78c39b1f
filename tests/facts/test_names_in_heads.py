"""The names in the heads of many reports are those of each head: they are taken apart all at once."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.evals import growth_shapes
from headroom_mcp.facts import verdicts


@pytest.mark.parametrize("seed", range(8))
def test_the_names_of_all_heads_are_those_of_each(seed: int) -> None:
    dice = random.Random(seed)
    heads = [line for output in growth_shapes.kinds() for line in dice.choices(output.make(900).split("\n"), k=3)]
    heads += ["".join(dice.choices("ab.:#()[]>-_= \t›", k=dice.randrange(14))) for _ in range(200)]

    for count in (1, 2, 3, 50):
        some = dice.sample(heads, count)
        named = {word for head in some for word in verdicts.words(head)}
        others = {word for head in dice.sample(heads, 50) for word in verdicts.words(head)}
        for keys in (named | others, {*dice.sample(sorted(named), 1)}, {""}, set()):
            assert verdicts._not_named(keys, some) == keys - named
    assert verdicts._not_named({"a", ""}, []) == {"a", ""}
