"""Health: what is broken is found by trying it, and said with what to do."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidseg import health, libraries
from vidseg.health import Fact
from vidseg.libraries import Library
from vidseg.media.codecs import encoders
from vidseg.segmenters import model_file


def by_name(facts: Iterator[Fact]) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


def test_a_library_that_is_missing_comes_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "NEEDED", (Library("libc.so.6", "libc6"), Library("libnowhere.so.1", "libnowhere1")))
    monkeypatch.setattr("sys.platform", "linux")
    found = by_name(health._libraries())
    assert found["libc.so.6"].state == "ok"
    assert found["libnowhere.so.1"] == Fact("libnowhere.so.1", "missing: sudo apt-get install -y libnowhere1", "broken")


def test_packages_that_are_missing_or_rivals(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"av": "18.1.0", "numpy": "2.0", "opencv-python": "4.11"}
    monkeypatch.setattr(health, "_version", there.get)
    found = by_name(health._versions())
    assert found["av"] == Fact("av", "18.1.0")
    assert found["mediapipe"].state == "broken"
    assert found["distributed"].state == "absent"
    assert found["opencv-python"].state == "broken"
    assert "uninstall" in found["opencv-python"].text


def test_encoders_that_are_needed_break_and_hardware_may_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    why: dict[str, str | None] = dict.fromkeys(encoders())
    why["ffv1"] = "refused"
    monkeypatch.setattr(health, "_why_not", lambda names: {name: why.get(name, "no card") for name in names})
    found = by_name(health._encoders())
    assert found["libx264"] == Fact("libx264", "works")
    assert found["ffv1"] == Fact("ffv1", "refused", "broken")
    assert found["h264_nvenc"] == Fact("h264_nvenc", "doesn't work here: no card", "absent")


def test_an_encoder_that_ends_its_process_is_found_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = """
import os, signal, sys
if "bad" in sys.argv[1:]:
    os.kill(os.getpid(), signal.SIGILL)
told(dict.fromkeys(sys.argv[1:]))
"""
    monkeypatch.setattr(health, "_ENCODERS", lines)
    assert health._why_not(("good", "bad")) == {"good": None, "bad": "its process was ended by SIGILL"}


def test_models_by_their_sums(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [fact.state for fact in health._models()] == ["ok", "ok"]
    broken = Path(shutil.copy(model_file.BUNDLED["general"], tmp_path))
    broken.write_bytes(broken.read_bytes() + b"\0")
    monkeypatch.setattr(model_file, "BUNDLED", {"general": broken, "landscape": tmp_path / "gone.tflite"})
    found = by_name(health._models())
    assert found["general"].state == found["landscape"].state == "broken"
    assert "is not what it was" in found["general"].text
    assert "No such file" in found["landscape"].text


def test_a_model_that_was_pulled_is_compared_with_its_pin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIDSEG_MODELS", str(tmp_path))
    assert "hair_segmenter" not in by_name(health._models())
    file = tmp_path / "hair_segmenter.tflite"
    file.write_bytes(b"a model")
    sum_of = hashlib.sha256(b"a model").hexdigest()
    (tmp_path / "hair_segmenter.tflite.sha256").write_text(f"{sum_of}  {file.name}\n")
    assert by_name(health._models())["hair_segmenter"] == Fact("hair_segmenter", f"as it was pulled, SHA-256 {sum_of}")
    file.write_bytes(b"another")
    found = by_name(health._models())["hair_segmenter"]
    assert found.state == "broken"
    assert "isn't what was downloaded" in found.text


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory")

    monkeypatch.setattr("tempfile.gettempdir", none)
    assert by_name(health._space())["temporary files"].state == "broken"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (health._Answer(False, "was ended by SIGILL"), "its process was ended by SIGILL"),
        (health._Answer(True, {"why": "missing system libraries: libGL.so.1"}), "missing system libraries: libGL.so.1"),
        (health._Answer(True, {"in": 12, "out": 11, "equal": False, "why": ""}), "12 frames went in, 11 came out"),
        (health._Answer(True, {"in": 12, "out": 12, "equal": False, "why": ""}), "not at their times"),
    ],
    ids=["ended", "missing", "lost", "late"],
)
def test_a_self_test_that_fails(monkeypatch: pytest.MonkeyPatch, answer: health._Answer, said: str) -> None:
    monkeypatch.setattr(health, "_tried", lambda *_: answer)
    fact = health._self_test()
    assert fact.state == "broken"
    assert said in fact.text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("raise SystemExit(7)", "ended with code 7"),
        ("raise ImportError('libGL.so.1: cannot open')", "ended with code 1 (ImportError: libGL.so.1: cannot open)"),
        ("import time; time.sleep(60)", "gave no answer for 0.5 s"),
    ],
)
def test_a_trial_that_gives_no_answer(monkeypatch: pytest.MonkeyPatch, lines: str, said: str) -> None:
    if "sleep" in lines:
        monkeypatch.setattr(health, "_WITHIN", 0.5)
    assert health._tried(lines) == health._Answer(False, said)


def test_what_is_broken_makes_it_unsound() -> None:
    sound = health.Health({"a": (Fact("x", "works"), Fact("y", "no card", "absent"))})
    broken = health.Health({"a": (Fact("x", "works"),), "b": (Fact("z", "gone", "broken"),)})
    assert (sound.sound, broken.sound) == (True, False)
    assert json.loads(broken.to_json()) == {
        "what": "vidseg doctor",
        "sound": False,
        "a": [{"name": "x", "text": "works", "state": "ok"}],
        "b": [{"name": "z", "text": "gone", "state": "broken"}],
    }
