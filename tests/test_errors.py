"""Errors: one tree, as drawn; each survives the way to another process and speaks in one line."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Iterator

import pytest

from vidseg import errors
from vidseg.errors import JobError, RequestError, VidsegError


def walk(kind: type[VidsegError]) -> Iterator[type[VidsegError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from walk(below)


def made(kind: type[VidsegError]) -> VidsegError:
    """An error of this kind, each argument a value that names it."""
    values: dict[str, object] = {"str": "this {}", "tuple[str, ...]": ("lib{}.so.1", "{}2")}
    if kind.__init__ is Exception.__init__:
        return kind("said plainly")
    arguments: list[object] = []
    for name, parameter in list(inspect.signature(kind).parameters.items()):
        value = values[str(parameter.annotation)]
        arguments.append(tuple(v.format(name) for v in value) if isinstance(value, tuple) else str(value).format(name))
    return kind(*arguments)


def drawn() -> dict[str, tuple[str | None, int]]:
    """Of the docstring's picture: each name with the name above it and its exit code."""
    tree: dict[str, tuple[str | None, int]] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)([A-Z]\w+)(?: {2,}(\d)?|$)", line)
        if match is None:
            continue
        branch, name, code = match.groups()
        above = [(depth, other) for depth, other in above if depth < len(branch)]
        parent = above[-1][1] if above else None
        tree[name] = (parent, int(code) if code else tree[parent or ""][1])
        above.append((len(branch), name))
    return tree


ALL = list(walk(VidsegError))
every_kind = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)


def test_the_drawing_shows_exactly_the_classes_there_are() -> None:
    assert sorted(drawn()) == sorted(kind.__name__ for kind in ALL)


@every_kind
def test_the_drawing_is_right_about_it(kind: type[VidsegError]) -> None:
    parent, code = drawn()[kind.__name__]
    assert (kind.__base__ or object).__name__ == (parent or "Exception")
    assert kind.exit_code == code


@every_kind
def test_it_comes_out_of_a_pickle_as_it_went_in(kind: type[VidsegError]) -> None:
    before = made(kind)
    after = pickle.loads(pickle.dumps(before))
    assert type(after) is kind
    assert str(after) == str(before)
    assert vars(after) == vars(before)
    assert after.exit_code == before.exit_code


@every_kind
def test_its_sentence_is_one_line_that_names_what_it_was_given(kind: type[VidsegError]) -> None:
    error = made(kind)
    sentence = str(error)
    assert sentence.strip()
    assert len(sentence.splitlines()) == 1
    for value in vars(error).values():
        for text in value if isinstance(value, tuple) else (value,):
            assert text in sentence


def test_a_wrong_request_and_a_failed_job_have_the_exit_codes_that_users_were_promised() -> None:
    assert {kind.exit_code for kind in walk(RequestError)} == {2}
    assert {kind.exit_code for kind in walk(JobError)} == {1}
