"""Published: MediaPipe's own models of several classes, which ``vidseg models pull`` brings into the user's cache."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from vidseg.errors import ModelError


@dataclass(frozen=True)
class Published:
    """A model that can be had: about how large it is, and what it finds."""

    name: str
    megabytes: float
    finds: str

    @property
    def path(self) -> Path:
        """Where it is, or would be."""
        return folder() / f"{self.name}.tflite"

    @property
    def pin(self) -> Path:
        """Where its sum is kept from the first download on, as ``sha256sum -c`` reads it."""
        return folder() / f"{self.name}.tflite.sha256"

    def pinned(self) -> str | None:
        """The sum that its file must have; ``None`` where it was never here."""
        try:
            return self.pin.read_text(encoding="utf-8").split()[0]
        except (OSError, UnicodeDecodeError, IndexError):
            return None


PUBLISHED = {
    one.name: one
    for one in (
        Published("selfie_multiclass_256x256", 16.4, "hair, body-skin, face-skin, clothes, others (accessories)"),
        Published("hair_segmenter", 0.8, "hair"),
        Published("deeplab_v3", 2.8, "person, and twenty kinds of things and animals"),
    )
}


def folder() -> Path:
    """The user's cache of models, where this system has caches; ``VIDSEG_MODELS`` names another folder."""
    own = os.environ.get("VIDSEG_MODELS")
    if own:
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "vidseg" / "models"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "vidseg" / "models"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "vidseg" / "models"


def sum_of(path: Path) -> str:
    """A file's SHA-256 in hexadecimal digits; raises ``OSError``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_of(name: str) -> Path:
    """Where a published model lies, its sum compared; raises ``ModelError`` where it isn't, or was changed."""
    model = PUBLISHED[name]
    if not model.path.is_file():
        raise ModelError(name, f"isn't here yet: vidseg models pull {name}")
    try:
        found = sum_of(model.path)
    except OSError as error:
        raise ModelError(name, f"{model.path} can't be read: {error.strerror}") from None
    if model.pinned() not in (None, found):
        raise ModelError(name, f"{model.path} isn't what was downloaded: remove it, and vidseg models pull {name}")
    return model.path
