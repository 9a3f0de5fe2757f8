"""Single pictures of one face as JPEG, cut out of the recording, for somebody else to look at: nothing around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from analysis.disk import writing
from analysis.document import MediaInfo
from analysis.media.pictures import Picture, Pictures

Progress = Callable[[float], None]
MARGIN = 0.35
"""So much of the box's size is kept on each side: brows and chin lie at its edges."""
SIDE, QUALITY, LEAST = 512, 85, 40
"""The longest side of a picture, its JPEG quality, and the fewest pixels across from which it is kept."""
FPS, NEAR_S = 5.0, 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face is at a time (s): left, top, width and height as shares 0..1 of the picture."""

    time_s: float
    x: float
    y: float
    w: float
    h: float


def stills(
    path: str | Path, info: MediaInfo, places: Sequence[Place], folder: Path, progress: Progress, name: str = ""
) -> tuple[tuple[float, Path], ...]:
    """Write one JPEG for each place that there is a picture for; gives their times and files, in order.

    Raises NothingToAnalyse without a moving picture, and the failures of opening.
    """
    waiting = sorted(places, key=lambda place: place.time_s, reverse=True)
    found: list[tuple[float, Path]] = []
    with writing(folder):
        for time_s, picture in Pictures(path, info, FPS, progress, name):
            while waiting and waiting[-1].time_s < time_s - NEAR_S:
                waiting.pop()
            if waiting and waiting[-1].time_s <= time_s:
                place = waiting.pop()
                if (jpeg := _cut(picture, place)) is not None:
                    file = folder / f"still-{len(found)}.jpg"
                    file.write_bytes(jpeg)
                    found.append((place.time_s, file))
            if not waiting:
                break
    return tuple(found)


def _cut(picture: Picture, place: Place) -> bytes | None:
    height, width = picture.shape[:2]
    left, right = (place.x - MARGIN * place.w) * width, (place.x + (1 + MARGIN) * place.w) * width
    top, bottom = (place.y - MARGIN * place.h) * height, (place.y + (1 + MARGIN) * place.h) * height
    part = picture[max(0, int(top)) : max(0, int(bottom)), max(0, int(left)) : max(0, int(right))]
    if min(part.shape[:2]) < LEAST:
        return None
    scale = SIDE / max(part.shape[:2])
    if scale < 1:
        size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    done, jpeg = cv2.imencode(".jpg", np.ascontiguousarray(part[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg.tobytes() if done else None
