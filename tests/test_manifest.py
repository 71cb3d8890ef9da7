"""The manifest: what was done is known again by what it is, and a second run is kept out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from vidseg import manifest
from vidseg.effects.replace import Replace
from vidseg.errors import TargetError
from vidseg.filters.enlarge import Enlarge
from vidseg.identity import identity, key
from vidseg.job import Done, Encoding, Failed, Job, Recipe, Span
from vidseg.manifest import Earlier, History, Manifest
from vidseg.testing import Disc


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job whose source and background are files."""
    (tmp_path / "a.mp4").write_bytes(b"a source")
    (tmp_path / "sea.jpg").write_bytes(b"a background")
    recipe = Recipe(Disc(), (Enlarge(),), Replace(str(tmp_path / "sea.jpg")))
    return Job(tmp_path / "a.mp4", tmp_path / "done" / "a.mp4", recipe)


def kept(job: Job, *, done: bool = True) -> Path:
    """A manifest after the job was begun, and done."""
    folder = job.target.parent
    folder.mkdir(exist_ok=True)
    path = manifest.of_folder(folder)
    written = Manifest(path)
    written.run([job])
    written.begun(job)
    job.target.write_bytes(b"an output")
    if done:
        written.ended(Done(job, 5, 1.0, ("said",)))
    written.close()
    return path


def earlier(job: Job) -> Earlier:
    return History(job.target.parent)(job)


def test_a_job_that_is_done_is_known(job: Job) -> None:
    kept(job)
    assert earlier(job) == Earlier(done=True)
    assert History(None)(job) == Earlier(done=True)


def test_an_output_that_took_its_name_just_before_the_end_is_done(job: Job) -> None:
    kept(job, done=False)
    assert earlier(job) == Earlier(done=True)


def test_an_output_that_was_there_before_is_not(job: Job) -> None:
    job.target.parent.mkdir()
    job.target.write_bytes(b"somebody else's")
    path = manifest.of_folder(job.target.parent)
    written = Manifest(path)
    written.begun(job)
    written.close()
    assert earlier(job) == Earlier()


@pytest.mark.parametrize("name", ["a.mp4", "sea.jpg"])
def test_a_file_that_has_changed_is_noticed(job: Job, name: str) -> None:
    kept(job)
    job.source.with_name(name).write_bytes(b"something else")
    assert earlier(job) == Earlier(changed={"a.mp4": "the source", "sea.jpg": "the recipe"}[name])


def test_so_is_another_recipe_span_or_version(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(job)
    for other in (
        replace(job, recipe=replace(job.recipe, encoding=Encoding(crf=20))),
        replace(job, span=Span(end=replace(job.span).start + 5)),
    ):
        assert earlier(other) == Earlier(changed="the recipe")
        assert key(other) != key(job)
    monkeypatch.setattr("vidseg.identity.VERSION", "99")
    job.source.write_bytes(b"something else")
    assert earlier(job) == Earlier(changed="the source and vidseg's version")


def test_an_output_that_somebody_has_changed_is_not_known(job: Job) -> None:
    kept(job)
    job.target.write_bytes(b"edited")
    assert earlier(job) == Earlier()


def test_what_has_failed_is_not_done(job: Job) -> None:
    path = kept(job, done=False)
    written = Manifest(path)
    written.ended(Failed(job, "why"))
    written.close()
    assert earlier(job) == Earlier()


def test_lines_that_are_torn_or_no_entries_are_passed_over_and_the_next_is_whole(job: Job) -> None:
    path = kept(job)
    with path.open("ab") as file:
        file.write(b'[1]\n{"event": 3}\n\xff\n{"event": "fai')
    written = Manifest(path)
    written.begun(replace(job, target=job.target.with_name("b.mp4")))
    written.close()
    assert [entry["event"] for entry in manifest.read(path)] == ["run", "begun", "done", "begun"]
    assert earlier(job).done
    for line in path.read_bytes().splitlines()[-1:]:
        json.loads(line)


def test_a_second_run_is_kept_out(job: Job) -> None:
    path = kept(job)
    first = Manifest(path)
    assert manifest.is_at_work(path)
    with pytest.raises(TargetError, match="another run is at work here"):
        Manifest(path)
    first.close()
    first.close()
    assert not manifest.is_at_work(path)
    Manifest(path).close(remove=True)
    assert not path.exists()
    assert not manifest.is_at_work(path)
    assert manifest.read(path) == []


def test_a_manifest_that_can_not_be_written_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="can't be written"):
        Manifest(tmp_path / "nowhere" / ".vidseg.jsonl")


def test_a_file_that_is_gone_has_an_identity_too(job: Job) -> None:
    before = identity(job)
    job.source.unlink()
    assert identity(job)["source"] != before["source"]
