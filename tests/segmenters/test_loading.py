"""Loading: MediaPipe comes without what vidseg doesn't use of it, and who wants that has it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from vidseg.segmenters.loading import later


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package that isn't loaded, with a module ``part`` in it, of which ``WORTH`` is 7."""
    (tmp_path / "put_off").mkdir()
    (tmp_path / "put_off" / "__init__.py").write_text("OWN = 3\n")
    (tmp_path / "put_off" / "part.py").write_text("WORTH = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("put_off", "put_off.part"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "put_off"


def test_what_is_put_off_loads_when_it_is_used(package: str) -> None:
    with later(package, f"{package}.part"):
        import put_off.part as part  # type: ignore[import-not-found]
    assert package not in sys.modules
    assert part.WORTH == 7
    assert sys.modules[f"{package}.part"] is not part


def test_afterwards_an_import_gives_the_module_itself(package: str) -> None:
    with later(package, f"{package}.part"):
        stand_in = import_module(package)
    assert import_module(package) is not stand_in
    assert import_module(f"{package}.part").__file__


def test_what_is_loaded_stays(package: str) -> None:
    itself = import_module(package)
    with later(package, f"{package}.part"):
        assert sys.modules[package] is itself
        from put_off import part
    assert sys.modules[package] is itself
    assert part.WORTH == 7


def test_what_isn_t_there_fails_when_it_is_used() -> None:
    with later("no_such_package"):
        missing = import_module("no_such_package")
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        _ = missing.anything


def test_an_error_inside_leaves_nothing_in_the_way(package: str) -> None:
    with pytest.raises(RuntimeError), later(package):
        raise RuntimeError
    assert import_module(package).OWN == 3


def test_mediapipe_loads_without_matplotlib_and_its_drawing_finds_it_when_asked() -> None:
    code = """
import sys
from vidseg.segmenters import loading
assert loading.mediapipe().Image and loading.mediapipe().tasks.vision.ImageSegmenter
assert not {name.partition('.')[0] for name in sys.modules} & {'matplotlib', 'sounddevice'}
from mediapipe.tasks.python.vision import drawing_utils
figure = drawing_utils.plt.figure
import matplotlib.pyplot
assert figure is matplotlib.pyplot.figure
"""
    subprocess.run([sys.executable, "-c", code], check=True)
