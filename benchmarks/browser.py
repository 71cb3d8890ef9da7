"""What a browser shows of cut-outs: Chromium plays the WebM and the stacked form over a red page, and is photographed.

python -m benchmarks.browser [SOURCE] [--at FRAME] [--keep FOLDER] [--json FILE]

The WebM is an ordinary video element; the stacked and the side-by-side form go through a canvas that takes the alpha
from the lower or the right half. In the screenshots the page must be red where the matte is 0, and the person's own
colours must be seen where it is full. Without Chromium it says so and does nothing.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import subprocess
import tempfile
import threading
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import vidseg
from benchmarks import figures
from benchmarks.strip import rgb8
from vidseg.cli.quiet import libraries_silenced

SAMPLE = Path(__file__).parents[1] / "sample_media" / "astronaut.mp4"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip
KINDS = {"vp9.webm": "", "stacked.mp4": "below", "side-by-side.mp4": "beside"}
SURELY = 9
"""Pixels from the matte's edge at which it is surely nothing or full."""

PAGE = """<!doctype html>
<style>body{margin:0;background:#f00}video,canvas{display:block}img{display:none}</style>
<body><script>
const layout = "LAYOUT";
const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
async function show() {
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(await (await fetch("FILE")).blob());
  await new Promise((done, failed) => {
    video.onloadeddata = done;
    video.onerror = () => failed(video.error.message);
  });
  if (!layout) document.body.append(video);
  await video.play();
  video.pause();
  const sought = new Promise(done => { video.onseeked = done; });
  video.currentTime = TIME;
  await sought;
  if (layout) document.body.append(keyed(video));
  await painted();
  await painted();
}
function keyed(video) {
  const below = layout == "below", canvas = document.createElement("canvas");
  const width = canvas.width = video.videoWidth / (below ? 1 : 2);
  const height = canvas.height = video.videoHeight / (below ? 2 : 1);
  const half = (x, y) => {
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(video, x, y, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  };
  const colour = half(0, 0), alpha = half(below ? 0 : width, below ? height : 0);
  for (let i = 0; i < colour.data.length; i += 4) colour.data[i + 3] = alpha.data[i];
  canvas.getContext("2d").putImageData(colour, 0, 0);
  return canvas;
}
show().then(() => fetch("/shown"), error => fetch("/shown?" + encodeURIComponent(error)));
</script><img src="/wait">"""
"""The picture at its end is answered when the frame is shown: until then the page isn't loaded and not photographed."""


class Pages(http.server.SimpleHTTPRequestHandler):
    """A folder on this machine alone, and the two addresses that make the browser wait."""

    shown = threading.Event()
    error = ""

    def do_GET(self) -> None:
        if self.path.startswith("/shown"):
            Pages.error = self.path.partition("?")[2]
            Pages.shown.set()
        elif self.path == "/wait":
            Pages.shown.wait(60)
        else:
            super().do_GET()
            return
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def photograph(browser: str, folder: Path, name: str, layout: str, time: float, size: tuple[int, int]) -> NDArray[Any]:
    """The page with one frame of a video, as the browser shows it; BGR."""
    page = PAGE.replace("LAYOUT", layout).replace("FILE", name).replace("TIME", f"{time:.6f}")
    (folder / "page.html").write_text(page)
    picture = folder / f"{name}.png"
    Pages.shown.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                [
                    browser, *FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}",
                    f"--screenshot={picture}", f"http://127.0.0.1:{server.server_port}/page.html",
                ],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
    if Pages.error:
        raise SystemExit(f"the browser can't play {name}: {Pages.error}")
    return np.asarray(cv2.imread(str(picture)))


def compare(shown: NDArray[Any], frame: NDArray[Any], matte: NDArray[np.uint16]) -> dict[str, float]:
    """What is seen where nobody is and where somebody surely is; parts of the pixels, and differences in 255ths."""
    around = np.ones((SURELY, SURELY), np.uint8)
    nobody = cv2.erode((matte == 0).astype(np.uint8), around) > 0
    somebody = cv2.erode((matte == vidseg.FULL).astype(np.uint8), around) > 0
    from_red = np.abs(shown[nobody].astype(int) - (0, 0, 255)).max(axis=1)
    from_person = np.abs(shown[somebody].astype(int) - frame[somebody])
    return {
        "red": round(float((from_red <= 2).mean()), 5),
        "most from red": int(from_red.max()),
        "person's difference": round(float(from_person.mean()), 2),
        "99 of 100 below": round(float(np.percentile(from_person, 99)), 1),
    }


def measure(browser: str, source: Path, number: int, folder: Path) -> dict[str, dict[str, float]]:
    """One row for each form."""
    frame, matte = next(islice(vidseg.mattes(source), number, None))
    time = float(frame.time) + 0.4 * float(frame.duration * frame.time_base)
    rows = {}
    for name, layout in KINDS.items():
        vidseg.cutout(source, folder / name, format=Path(name).stem, existing="overwrite")
        shown = photograph(browser, folder, name, layout, time, (frame.width, frame.height))
        rows[name] = compare(shown[: frame.height, : frame.width], rgb8(frame), matte)
    return rows


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--at", type=int, default=60, metavar="FRAME")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the videos and the screenshots here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        print("skipped: no Chromium here (apt-get install chromium)")
        return
    with tempfile.TemporaryDirectory() as scratch, libraries_silenced(silent=True):
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        rows = measure(browser, given.source, given.at, folder)
    head = ("output", *next(iter(rows.values())))
    print(figures.table(head, [[name, *map(str, row.values())] for name, row in rows.items()]))
    figures.write(given.json, figures.machine() | {"source": given.source.name, "rows": rows})


if __name__ == "__main__":
    main()
