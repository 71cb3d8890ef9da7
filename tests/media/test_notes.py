"""Notes: each sentence once, what must be told apart from what may be asked for."""

from __future__ import annotations

from vidseg.media.notes import Notes


def test_a_sentence_is_kept_once_and_in_order() -> None:
    notes = Notes()
    for text in ("b", "a", "b"):
        notes.say(text)
        notes.detail(text.upper())
    assert notes.said == ["b", "a"]
    assert notes.details == ["B", "A"]


def test_two_notes_share_nothing() -> None:
    Notes().say("left out")
    assert Notes().said == []
