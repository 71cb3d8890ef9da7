"""Report: JSON for programs, a page that needs nothing beside itself."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vidseg import report
from vidseg.errors import OptionError, TargetError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Done, Encoding, Failed, Job, Outcome, Recipe, Record, Skipped
from vidseg.render import render
from vidseg.testing import Clip, Disc, Light, Shows

RECIPE = Recipe(Light(), (Enlarge(),), Shows(), Encoding(preset="ultrafast"))


@pytest.fixture
def outcomes(tmp_path: Path) -> list[Outcome]:
    source = Clip(frames=12).write(tmp_path / "a.mp4")
    done = render(Job(source, tmp_path / "out.mp4", RECIPE), record=True)
    bad = Job(tmp_path / "<b>&.mp4", tmp_path / "b.mp4", RECIPE)
    return [done, Failed(bad, "is no <i>video</i>"), Skipped(Job(source, tmp_path / "c.mp4", RECIPE))]


class Page(HTMLParser):
    """What a page shows and where it gets it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_record_is_of_every_frame_and_right(outcomes: list[Outcome], tmp_path: Path) -> None:
    """Against the luma itself, which this segmenter takes for the matte."""
    import av

    done = outcomes[0]
    assert isinstance(done, Done)
    assert done.record is not None
    with av.open(str(tmp_path / "a.mp4")) as container:
        lumas = [frame.to_ndarray()[:48].astype(float) / 255 for frame in container.decode(video=0)]
    assert np.allclose(done.record.coverage, [luma.mean() for luma in lumas], atol=0.01)
    changes = [0.0, *(float(np.abs(a - b).mean()) for a, b in zip(lumas[1:], lumas[:-1], strict=True))]
    assert np.allclose(done.record.change, changes, atol=0.01)
    assert [round(shot.time * 25) for shot in done.record.shots] == [2, 6, 10]
    for shot in done.record.shots:
        for data in (shot.source, shot.matte, shot.result):
            picture = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            assert picture.shape == (48, 64, 3)


def test_recording_changes_nothing(tmp_path: Path) -> None:
    source = Clip(frames=5).write(tmp_path / "a.mp4")
    recipe = Recipe(Disc(), (Enlarge(),), Shows(), Encoding(preset="ultrafast"))
    for name, record in (("with.mp4", True), ("without.mp4", False)):
        render(Job(source, tmp_path / name, recipe), record=record)
    assert (tmp_path / "with.mp4").read_bytes() == (tmp_path / "without.mp4").read_bytes()


def test_a_record_travels_as_json(outcomes: list[Outcome]) -> None:
    done = outcomes[0]
    assert isinstance(done, Done)
    assert done.record is not None
    assert Record.from_json(json.loads(json.dumps(done.record.to_json()))) == done.record


def test_the_json(outcomes: list[Outcome], tmp_path: Path) -> None:
    report.write(tmp_path / "report.json", outcomes)
    said = json.loads((tmp_path / "report.json").read_text())
    assert said["sums"] == {"done": 1, "failed": 1, "skipped": 1}
    first, second, third = said["jobs"]
    assert (first["outcome"], first["frames"], len(first["coverage"]), len(first["change"])) == ("done", 12, 12, 12)
    assert first["recipe"]["effect"]["stage"] == "Shows"
    assert (second["outcome"], second["reason"]) == ("failed", "is no <i>video</i>")
    assert (third["outcome"], third["reason"]) == ("skipped", "is there already")


def test_the_page_needs_no_network_and_shows_names_as_they_are(outcomes: list[Outcome], tmp_path: Path) -> None:
    report.write(tmp_path / "report.html", outcomes)
    shown = Page((tmp_path / "report.html").read_text())
    assert len(shown.sources) == 9
    assert all(source.startswith("data:image/jpeg;base64,") for source in shown.sources)
    assert shown.tags.count("polyline") == 2
    assert "script" not in shown.tags
    assert not {"b", "i"} & set(shown.tags)
    assert "<b>&.mp4" in shown.text
    assert "is no <i>video</i>" in shown.text
    assert "1 done, 1 failed, 1 skipped" in shown.text


def test_a_long_plot_keeps_its_peaks() -> None:
    values = [0.0] * 100_000
    values[77_777] = 1.0
    drawn = report._plot("change", values, 1.0, "")
    assert len(drawn) < 20_000
    assert ",0.0" in drawn


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("report.txt", OptionError, "neither a .json nor an .html"),
        ("nowhere/report.json", TargetError, "no such folder"),
        ("mine.html", TargetError, "no report of vidseg's"),
    ],
)
def test_where_no_report_can_be_it_is_refused(tmp_path: Path, name: str, error: Any, said: str) -> None:
    (tmp_path / "mine.html").write_text("<p>my page")
    with pytest.raises(error, match=said):
        report.check(tmp_path / name)


def test_a_report_may_replace_a_report(outcomes: list[Outcome], tmp_path: Path) -> None:
    for name in ("report.json", "report.html"):
        report.write(tmp_path / name, outcomes)
        report.check(tmp_path / name)


def test_a_report_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(TargetError, match="can't be written"):
        report.write(tmp_path / "report.json", [])
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
