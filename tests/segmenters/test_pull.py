"""Pull: against a server on this machine, with the faults that servers, networks and disks have."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.segmenters.serving import Shop, serving
from vidseg import locking
from vidseg.errors import DownloadError, ModelError, OptionError
from vidseg.segmenters import pull as pulling
from vidseg.segmenters.model_file import BUNDLED, load
from vidseg.segmenters.published import PUBLISHED, folder
from vidseg.segmenters.pull import BASE, address, pull

NAME = "hair_segmenter"
MODEL = BUNDLED["general"].read_bytes()
SUM = hashlib.sha256(MODEL).hexdigest()
OTHER = MODEL[:-1] + bytes([MODEL[-1] ^ 1])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIDSEG_MODELS", str(tmp_path / "cache" / "models"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache" / "models"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serving(Shop(MODEL)) as opened:
        yield opened


def names(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir())


def refused(shop: Shop, **settings: float) -> str:
    with pytest.raises(DownloadError) as caught:
        pull(NAME, shop.base, **settings)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1
    assert caught.value.model == NAME
    assert len(str(caught.value).splitlines()) == 1
    return caught.value.reason


def test_a_model_comes_whole_and_with_its_sum(shop: Shop, cache: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    pulled = pull(NAME, shop.base, lambda done, total: seen.append((done, total)))
    assert pulled == pulling.Pulled(cache / f"{NAME}.tflite", SUM, already=False)
    assert pulled.path.read_bytes() == MODEL
    assert names(cache) == [f"{NAME}.tflite", f"{NAME}.tflite.sha256"]
    assert seen[0] == (0, len(MODEL))
    assert seen[-1] == (len(MODEL), len(MODEL))
    assert shop.asked == [(f"/models/{NAME}/float32/latest/{NAME}.tflite", None)]


def test_the_sum_is_kept_as_sha256sum_reads_it(shop: Shop, cache: Path) -> None:
    pull(NAME, shop.base)
    checked = subprocess.run(
        ["sha256sum", "-c", f"{NAME}.tflite.sha256"], cwd=cache, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_what_is_here_is_not_asked_for_again(shop: Shop) -> None:
    pull(NAME, shop.base)
    assert pull(NAME, shop.base).already
    assert len(shop.asked) == 1


def test_a_pulled_model_is_taken_by_its_name(shop: Shop) -> None:
    pull(NAME, shop.base)
    model = load(NAME)
    assert (model.path, model.width, model.height) == (PUBLISHED[NAME].path, 256, 256)


def test_a_model_that_is_not_here_is_told_how_it_comes() -> None:
    with pytest.raises(ModelError, match=f"isn't here yet: vidseg models pull {NAME}"):
        load(NAME)


def test_a_model_that_was_changed_is_not_used(shop: Shop) -> None:
    pull(NAME, shop.base).path.write_bytes(OTHER)
    with pytest.raises(ModelError, match="isn't what was downloaded"):
        load(NAME)
    assert not pull(NAME, shop.base).already
    assert load(NAME).path.read_bytes() == MODEL


def test_a_file_of_that_name_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path(NAME).write_bytes(MODEL)
    assert load(NAME).path == Path(NAME)


def test_what_broke_off_goes_on_where_it_did(shop: Shop, cache: Path) -> None:
    shop.breaks_after = 100_000
    assert f"broke off after 100000 of {len(MODEL)} bytes" in refused(shop)
    assert not PUBLISHED[NAME].path.exists()
    shop.breaks_after = None
    seen: list[int] = []
    assert pull(NAME, shop.base, lambda done, _: seen.append(done)).sum == SUM
    assert shop.asked[1][1] == "bytes=100000-"
    assert seen[0] == 100_000
    assert names(cache) == [f"{NAME}.tflite", f"{NAME}.tflite.sha256"]


@pytest.mark.parametrize("change", ["etag", "no etag", "no ranges", "weak"])
def test_where_it_cannot_go_on_it_begins_anew(shop: Shop, change: str) -> None:
    """The file has changed; the server can't say whether it has; or it gives no parts."""
    if change == "weak":
        shop.etag = 'W/"one"'
    elif change == "no etag":
        shop.etag = None
    shop.breaks_after = 100_000
    refused(shop)
    shop.breaks_after = None
    if change == "etag":
        shop.etag, shop.content = '"two"', OTHER
    elif change == "no ranges":
        shop.ranges = False
    assert pull(NAME, shop.base).path.read_bytes() == shop.content


def test_what_was_begun_at_another_server_is_not_gone_on_with(shop: Shop) -> None:
    shop.breaks_after = 100_000
    refused(shop)
    with serving(Shop(OTHER)) as other:
        assert pull(NAME, other.base).path.read_bytes() == OTHER
    assert other.asked[0][1] is None


def test_notes_that_are_damaged_are_no_trouble(shop: Shop, cache: Path) -> None:
    shop.breaks_after = 100_000
    refused(shop)
    (cache / f"{NAME}.tflite.part.json").write_text("[")
    shop.breaks_after = None
    assert pull(NAME, shop.base).sum == SUM


def test_more_than_the_file_has_now_begins_anew(shop: Shop, cache: Path) -> None:
    shop.breaks_after = 100_000
    refused(shop)
    shop.breaks_after = None
    with (cache / f"{NAME}.tflite.part").open("ab") as part:
        part.write(bytes(len(MODEL)))
    assert pull(NAME, shop.base).sum == SUM
    assert [wanted for _, wanted in shop.asked[1:]] == [f"bytes={100_000 + len(MODEL)}-", None]


def test_a_server_that_goes_on_elsewhere_is_refused(shop: Shop) -> None:
    shop.breaks_after = 100_000
    refused(shop)
    shop.breaks_after, shop.begins_elsewhere = None, True
    assert "goes on at 100001, not at 100000" in refused(shop)


def test_a_server_that_does_not_say_how_much_it_is_ends_with_its_connection(shop: Shop) -> None:
    shop.length = False
    assert pull(NAME, shop.base).sum == SUM


def test_another_sum_than_the_first_one_is_refused(shop: Shop, cache: Path) -> None:
    pull(NAME, shop.base).path.unlink()
    shop.content = OTHER
    reason = refused(shop)
    assert hashlib.sha256(OTHER).hexdigest() in reason
    assert SUM in reason
    assert names(cache) == [f"{NAME}.tflite.sha256"]
    (cache / f"{NAME}.tflite.sha256").unlink()  # what the line says
    assert pull(NAME, shop.base).path.read_bytes() == OTHER


def test_a_page_in_place_of_a_model_is_refused(shop: Shop, cache: Path) -> None:
    shop.content = b"<html>sign in to this network</html>"
    assert "holds no TensorFlow Lite model" in refused(shop)
    assert names(cache) == []


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "no such file (404 Not Found)"), (403, "no such file (403"), (500, "the server refuses (500")],
)
def test_a_refusal_is_told_with_the_address(shop: Shop, cache: Path, status: int, said: str) -> None:
    shop.status = status
    reason = refused(shop)
    assert said in reason
    assert shop.base in reason
    assert names(cache) == []


def test_nobody_listening_is_told(cache: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        reason = refused(Shop(b"", base=f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert "can't be reached: Connection refused" in reason
    assert names(cache) == []


def test_a_host_that_there_is_not_is_told() -> None:
    assert "can't be reached" in refused(Shop(b"", base="http://nowhere.invalid"))


def test_a_server_that_does_not_answer_is_given_up(shop: Shop) -> None:
    shop.hangs = threading.Event()
    try:
        assert "no answer in time" in refused(shop, timeout=0.2)
    finally:
        shop.hangs.set()


def test_what_is_larger_than_any_model_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "_LARGEST", 100_000)
    assert "which no model has" in refused(shop)
    shop.length = False
    assert "larger than any model" in refused(shop)


def test_a_full_disk_is_told_in_one_line(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pulling, "_copy", full)
    assert refused(shop).endswith("the disk is full")


def test_a_cache_that_is_no_folder_is_told(shop: Shop, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_bytes(b"")
    assert str(cache) in refused(shop)


def test_two_at_once_do_not_write_into_each_other(shop: Shop, cache: Path) -> None:
    cache.mkdir(parents=True)
    with (cache / f"{NAME}.tflite.part").open("ab") as part:
        assert locking.lock(part.fileno())
        assert "another vidseg is downloading it" in refused(shop)


@pytest.mark.parametrize("base", ["file:///etc", "ftp://host", "nonsense"])
def test_what_is_no_web_address_is_refused(base: str) -> None:
    with pytest.raises(OptionError, match="http"):
        pull(NAME, base)


def test_a_name_that_is_none_is_told_those_that_are() -> None:
    with pytest.raises(OptionError, match=r"'beard' is none of selfie_multiclass_256x256, hair_segmenter, deeplab_v3"):
        pull("beard")


def test_the_address_is_mediapipe_s_bucket_or_a_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDSEG_MODELS_URL", raising=False)
    assert address(NAME) == f"{BASE}/{NAME}/float32/latest/{NAME}.tflite"
    monkeypatch.setenv("VIDSEG_MODELS_URL", "http://mirror/")
    assert address(NAME) == f"http://mirror/{NAME}/float32/latest/{NAME}.tflite"
    assert address(NAME, "https://other") == f"https://other/{NAME}/float32/latest/{NAME}.tflite"


@pytest.mark.parametrize(
    ("system", "given", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/vidseg/models"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/vidseg/models"),
        ("linux", {}, "/home/me/.cache/vidseg/models"),
        ("darwin", {}, "/home/me/Library/Caches/vidseg/models"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/vidseg/models"),
        ("linux", {"VIDSEG_MODELS": "/mine"}, "/mine"),
    ],
)
def test_the_cache_is_where_the_system_has_caches(
    monkeypatch: pytest.MonkeyPatch, system: str, given: dict[str, str], expected: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "VIDSEG_MODELS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert folder() == Path(expected)
