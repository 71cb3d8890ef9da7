"""Around: who is near whom, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

from vidseg.motion.around import around


def test_each_item_comes_with_those_within_reach() -> None:
    assert list(around("abcde", 1, lambda _: False)) == [
        (["a", "b"], 0),
        (["a", "b", "c"], 1),
        (["b", "c", "d"], 1),
        (["c", "d", "e"], 1),
        (["d", "e"], 1),
    ]


def test_a_shot_s_beginning_is_not_looked_across() -> None:
    assert list(around("abCd", 2, str.isupper)) == [
        (["a", "b"], 0),
        (["a", "b"], 1),
        (["C", "d"], 0),
        (["C", "d"], 1),
    ]


def test_nothing_gives_nothing_and_one_gives_one() -> None:
    assert list(around("", 3, lambda _: False)) == []
    assert list(around("a", 3, str.islower)) == [(["a"], 0)]


def test_no_more_is_taken_than_the_reach() -> None:
    taken = 0

    def counted() -> Iterator[int]:
        nonlocal taken
        for n in range(100):
            taken += 1
            yield n

    out = around(counted(), 4, lambda _: False)
    for given in range(1, 20):
        next(out)
        assert taken == given + 4
