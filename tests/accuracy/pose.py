"""Head pose without labelled heads: mirrored pictures, rotated stills, rendered heads of known yaw and pitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.face import FaceLook, FaceObserver
from analysis.media import frames, probe
from tests.accuracy import mesh
from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus, Scene
from tests.accuracy.figures import Figure, Section, Subject, Table
from tests.analysis.seeing import face_models, observer, still

MIRROR_FPS = 2.0
STILLS = 10
TURNS_DEG = (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0)
FRONTAL_DEG = 8.0
LEAST_WIDTH = 120
"""Pixels of the face in a still: below, its texture is a blur."""
TEXT = (
    "No head here has a measured pose. A mirrored picture must have mirrored angles, a still rotated in the picture"
    " plane must roll by as much, and a rendered head must turn as it was turned: the canonical mesh wearing a real"
    " near-frontal face (of the first stills at least 120 pixels wide that the product sees within 8 degrees"
    " of frontal), turned by -30 to 30 degrees and seen from 60 cm. Rendered heads have the mesh's own shape, which"
    " is what the product fits: real heads differ from it, by how much is not measured."
)


@dataclass(frozen=True)
class Texture:
    """A near-frontal still and what the product sees in it."""

    rgb: mesh.Picture
    look: FaceLook


Readings = list[tuple[float, float]]
"""(true, shown) degrees of one still."""


def measure(corpus: Corpus, _analyses: Analyses) -> Section:
    """Mirrored, rotated, rendered."""
    section = Section("pose", "Head pose", TEXT)
    eyes = observer()
    scenes = [scene for scene in corpus.scenes if scene.face]
    section.figures += mirrored(eyes, scenes)
    stills = textures(eyes, corpus)
    if not scenes:
        section.skipped.append("mirrored heads: no video clip with a face")
    if not stills:
        section.skipped.append("rotated and rendered heads: no near-frontal still")
        return section
    head = mesh.load(face_models()[-1])
    subject = Subject("", "photographs")
    section.figures += turning(subject, "head_roll_rotated", [rolled(eyes, each) for each in stills])
    for axis in ("yaw", "pitch"):
        readings = [rendered(eyes, head, each, axis) for each in stills]
        section.figures += turning(Subject("", "rendered heads"), f"head_{axis}_rendered", readings)
        section.tables.append(_by_angle(axis, readings))
    return section


def mirrored(eyes: FaceObserver, scenes: Sequence[Scene]) -> list[Figure]:
    """How far the angles of a mirrored picture are from mirrored angles, degrees."""
    clips = [found for found in (_mirrored(eyes, scene) for scene in scenes) if len(found)]
    if not clips:
        return []
    sums, counts = np.array([found.sum(axis=0) for found in clips]), [len(found) for found in clips]
    if len(clips) == 1:
        sums, counts = clips[0], [1] * len(clips[0])
    made: list[Figure] = []
    for column, axis in enumerate(("yaw", "pitch", "roll")):
        made += Subject("", "video clips").ratio(
            f"head_{axis}_mirror_error_deg", sums[:, column], counts, "pictures", n=sum(map(len, clips)), over="clips"
        )  # fmt: skip
    return made


def _mirrored(eyes: FaceObserver, scene: Scene) -> np.ndarray:
    """(pictures, 3) differences of one clip."""
    found = []
    path = scene.media
    for number, (_, rgb) in enumerate(frames(path, probe(path, path.name), MIRROR_FPS, lambda _: None)):
        one, other = _look(eyes, rgb, number), _look(eyes, cv2.flip(rgb, 1), number)
        if one and other:
            found.append([abs(one.yaw + other.yaw), abs(one.pitch - other.pitch), abs(one.roll + other.roll)])
    return np.array(found).reshape(-1, 3)


def _look(eyes: FaceObserver, rgb: mesh.Picture, time_s: float = 0.0) -> FaceLook | None:
    """What is seen in a picture by itself."""
    eyes.forget()
    return eyes.look(time_s, rgb)


def textures(eyes: FaceObserver, corpus: Corpus) -> list[Texture]:
    """The first ten near-frontal stills of the index that are large enough."""
    found: list[Texture] = []
    for portrait in corpus.portraits:
        if len(found) == STILLS:
            break
        rgb = still(portrait.media)
        look = _look(eyes, rgb) if rgb.shape[1] >= LEAST_WIDTH else None
        if look and look.box[2] * rgb.shape[1] >= LEAST_WIDTH and _frontal(look):
            found.append(Texture(rgb, look))
    return found


def _frontal(look: FaceLook) -> bool:
    return max(abs(look.yaw), abs(look.pitch), abs(look.roll)) < FRONTAL_DEG


def rolled(eyes: FaceObserver, texture: Texture) -> Readings:
    """The still rotated clockwise about its face; shown is the change against the still as it is."""
    height, width = texture.rgb.shape[:2]
    left, top, wide, high = texture.look.box
    middle = ((left + wide / 2) * width, (top + high / 2) * height)
    found = []
    for angle in TURNS_DEG:
        matrix = cv2.getRotationMatrix2D(middle, -angle, 1.0)
        turned = cv2.warpAffine(texture.rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        look = _look(eyes, turned) if angle else None
        if look:
            found.append((angle, look.roll - texture.look.roll))
    return found


def rendered(eyes: FaceObserver, head: mesh.FaceMesh, texture: Texture, axis: str) -> Readings:
    """Yaw or pitch shown for the mesh that wears the still's face."""
    found = []
    for angle in TURNS_DEG:
        yaw, pitch = (angle, 0.0) if axis == "yaw" else (0.0, angle)
        look = _look(eyes, mesh.render(head, texture.rgb, texture.look.landmarks, yaw, pitch))
        if look:
            found.append((angle, look.yaw if axis == "yaw" else look.pitch))
    return found


def turning(subject: Subject, stem: str, stills: Sequence[Readings]) -> list[Figure]:
    """Mean absolute error and slope, resampled over the stills; angles at which no face is found do not count."""
    seen = [readings for readings in stills if len(readings) > 1]
    n = sum(len(readings) for readings in seen)
    errors = [sum(abs(shown - true) for true, shown in readings) for readings in seen]
    counts = [len(readings) for readings in seen]
    return [
        *subject.ratio(f"{stem}_error_deg", errors, counts, "pictures", n=n, over="stills"),
        *subject.slope(f"{stem}_slope", seen, _slope, n, "pictures", "stills"),
    ]


def _slope(stills: Sequence[Readings]) -> float:
    """Least squares over all readings."""
    true, shown = np.array([pair for readings in stills for pair in readings]).T
    return float(np.polyfit(true, shown, 1)[0])


def _by_angle(axis: str, stills: Sequence[Readings]) -> Table:
    rows = []
    for angle in TURNS_DEG:
        shown = [value for readings in stills for true, value in readings if true == angle]
        mean, spread = (f"{np.mean(shown):.1f}", f"{np.std(shown):.1f}") if shown else ("-", "-")
        rows.append((f"{angle:.0f}", mean, spread, str(len(shown))))
    return Table(f"Rendered {axis}", ("true, degrees", "shown, mean", "spread", "n"), tuple(rows))
