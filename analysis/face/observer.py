"""Following the faces of a recording, one or a few at once, from picture to picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.document import Fallback
from analysis.face.detector import Detector
from analysis.face.finder import Finder
from analysis.face.gaze import gaze
from analysis.face.inference import Picture
from analysis.face.landmarks import LandmarkModel, Mesh, light_and_sharpness
from analysis.face.look import FaceLook
from analysis.face.people import Following, People, near
from analysis.face.pose import angles, load_mesh, rotation
from analysis.face.record import Record
from analysis.face.scene import Scene
from analysis.observations import FaceObservation

MOST_FACES = 3
"""A call of two interviewers and a candidate side by side. Each face costs as much as the first."""
_COUNT_EVERY_S = 3.0
_TILES_EVERY_S, _TILES_LATER_EVERY_S, _LATER_S = 1.0, 4.0, 10.0
"""Nobody for more than 10 s: a shared screen, or somebody who left."""
_MISSED_S = 10.0
"""A face that was lost while others stay in the picture is looked for in every picture for this long."""
_FAR, _NEAR = 0.075, 0.1
"""Widths of a face as shares of the picture: below the first one more detail is wanted, above the second no longer."""

_Seen = list[tuple[Following, Mesh]]


@dataclass
class _State:
    """Who is followed, and when to search, to count and to look for a lost face again."""

    people: People = field(default_factory=People)
    scene: Scene = field(default_factory=Scene)
    shape: tuple[int, int] = (0, 0)
    gone_s: float = -math.inf
    next_tiles: float = -math.inf
    next_count: float = -math.inf
    missed_until: float = -math.inf
    beside: int = 0
    far: bool = False


class FaceObserver:
    """Looks at pictures in time order and keeps what it saw of every face that it followed.

    The landmarks of one picture say where to look in the next one; the detector runs when that fails, and every three
    seconds to count the faces and to find further ones. Small, far faces are searched in tiles at most once a second.
    Who of them is the candidate is not decided here (see `candidate`).
    """

    def __init__(
        self, detector: Path, landmarks: Path, blendshapes: Path, canonical_mesh: Path, threads: int,
        device: str = "cpu",
    ) -> None:  # fmt: skip
        """Load the models; `canonical_mesh` is the `.task` file. Raises ModelMissing, ModelDamaged.

        The landmark model goes to a GPU where `device` ("auto", "cpu", "cuda") allows it and gains by it.
        """
        self._landmarks = LandmarkModel(landmarks, blendshapes, threads, device)
        self._finder = Finder(Detector(detector, threads), self._landmarks)
        self._mesh = load_mesh(canonical_mesh)
        self._state, self._record = _State(), Record()

    @property
    def fallback(self) -> Fallback | None:
        """Why the landmark model computes on the processor, where that is news."""
        return self._landmarks.fallback

    @property
    def wants_detail(self) -> bool:
        """Whether larger pictures would help: a face is far, or none is found."""
        return self._state.far

    def forget(self) -> None:
        """Forget who was followed and what was seen: the next picture is of another recording, or after a jump."""
        self._state, self._record = _State(), Record()

    def look(self, time_s: float, rgb: Picture) -> FaceLook | None:
        """The faces in this picture, (height, width, 3) RGB; None where none is seen.

        What is returned is the one that was followed longest, at first the largest and most central; the others are
        `beside` it.
        """
        self._note_the_scene(time_s, rgb)
        seen = self._follow(time_s, rgb)
        seen += self._search(time_s, rgb) if not seen else []
        seen += self._look_beside(time_s, rgb, seen)
        looks = [(following.number, self._describe(time_s, rgb, mesh)) for following, mesh in seen]
        self._state.gone_s = time_s if seen else self._state.gone_s
        self._record.add(time_s, looks, len(seen) + self._state.beside)
        self._state.far = self._is_far(looks[0][1] if looks else None)
        return replace(looks[0][1], beside=tuple(look for _, look in looks[1:])) if looks else None

    def finish(self) -> FaceObservation:
        """All that was seen, as arrays over the sampled times. Nothing is followed any more after that."""
        self._state.people.end_all(math.inf)
        return self._record.observation(self._state.people.persons())

    def _note_the_scene(self, time_s: float, rgb: Picture) -> None:
        """After a cut, or in a picture of another shape, nobody is where they were."""
        state, shape = self._state, rgb.shape[:2]
        if state.scene.cut(rgb) or (state.shape != shape and not self._rescaled(shape)):
            state.people.end_all(time_s)
            state.gone_s = time_s
            state.next_tiles = state.next_count = state.missed_until = -math.inf
        state.shape = shape

    def _rescaled(self, shape: tuple[int, int]) -> bool:
        """The same view in more or in fewer pixels; False where it is another view."""
        (old_height, old_width), (height, width) = self._state.shape, shape
        if old_height == 0 or abs(old_width * height - width * old_height) > old_width + width:
            return False
        self._state.people.rescale(width / old_width)
        return True

    def _follow(self, time_s: float, rgb: Picture) -> _Seen:
        people = self._state.people
        seen: _Seen = []
        for following in list(people.followed):
            mesh = self._finder.at(rgb, following.region)
            if mesh is None or any(near(other.region, *mesh.centre) for _, other in seen):
                people.end(following, time_s)
                self._state.missed_until = time_s + _MISSED_S
                continue
            if not following.goes_on(time_s, rgb, mesh):
                people.end(following, time_s)
                following = people.begin(time_s, rgb, mesh)
            seen.append((following, mesh))
        return seen

    def _search(self, time_s: float, rgb: Picture) -> _Seen:
        """Nobody is followed: look in the whole picture, then from time to time for people far away."""
        meshes = self._finder.faces(rgb, self._finder.whole(rgb), MOST_FACES)
        if not meshes and time_s >= self._state.next_tiles:
            later = time_s - self._state.gone_s > _LATER_S
            self._state.next_tiles = time_s + (_TILES_LATER_EVERY_S if later else _TILES_EVERY_S)
            meshes = self._finder.far(rgb, MOST_FACES)
        return self._begin(time_s, rgb, meshes)

    def _look_beside(self, time_s: float, rgb: Picture, seen: _Seen) -> _Seen:
        """Further faces: when it is time to count, and while one of several is missing. Notes how many there are."""
        state = self._state
        due = time_s >= state.next_count
        if not due and not (seen and time_s < state.missed_until):
            return []
        found = self._finder.counted(rgb) if due else self._finder.whole(rgb)
        further = [one for one in found if not state.people.taken(*one.centre)]
        begun = self._begin(time_s, rgb, self._finder.faces(rgb, further, MOST_FACES - len(seen)))
        if begun:
            state.missed_until = -math.inf
        if due:
            state.next_count = time_s + _COUNT_EVERY_S
            state.beside = sum(not state.people.taken(*one.centre) for one in found)
        return begun

    def _begin(self, time_s: float, rgb: Picture, meshes: list[Mesh]) -> _Seen:
        begun: _Seen = []
        for mesh in meshes:
            if not self._state.people.taken(*mesh.centre):
                begun.append((self._state.people.begin(time_s, rgb, mesh), mesh))
        return begun

    def _describe(self, time_s: float, rgb: Picture, mesh: Mesh) -> FaceLook:
        height, width = rgb.shape[:2]
        x, y = mesh.points[:, 0] / width, mesh.points[:, 1] / height
        turned = rotation(self._mesh, mesh.points)
        shapes = self._landmarks.blendshapes(mesh.points)
        lighting, sharpness = light_and_sharpness(mesh.crop)
        left, top = float(x.min()), float(y.min())
        return FaceLook(
            time_s,
            (left, top, float(x.max()) - left, float(y.max()) - top),
            mesh.points,
            mesh.region,
            shapes,
            *angles(turned),
            *gaze(mesh.points, turned, shapes),
            lighting,
            sharpness,
            mesh.presence,
        )

    def _is_far(self, first: FaceLook | None) -> bool:
        return first is None or first.box[2] < (_NEAR if self._state.far else _FAR)


def landmarks_of(
    rgb: Picture, detector: Path, landmarks: Path, blendshapes: Path, canonical_mesh: Path, threads: int = 1
) -> FaceLook | None:
    """The most prominent face of one picture, for the overlay of a shown frame. To follow a video, keep an observer."""
    return FaceObserver(detector, landmarks, blendshapes, canonical_mesh, threads).look(0.0, rgb)
