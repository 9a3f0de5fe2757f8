"""Head pose: how the canonical face mesh must be turned to lie on the landmarks (weighted Kabsch).

The mesh and the weights of its 33 basis points are read from `geometry_pipeline_metadata_landmarks.binarypb` inside
`face_landmarker.task`. Against MediaPipe's own matrix the mean difference is 1-5 degrees in yaw, 1-2 in pitch, about 1
in roll; a face far from the middle of the picture is seen from the side, which no formula without the camera's lens
can tell from a turned head. Signs, as seen in the picture: yaw > 0 faces its right edge, pitch > 0 faces up, roll > 0
is tilted clockwise.
"""

from __future__ import annotations

import math
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.face.inference import Array
from analysis.failures import ModelDamaged, ModelMissing

_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
_MESH_POINTS = 468
_VERTEX_FLOATS = 5  # x, y, z, u, v


@dataclass(frozen=True)
class CanonicalMesh:
    """`points` (k, 3) of the basis in centimetres (x right, y up, z towards the camera), their `weights`, `index`."""

    index: tuple[int, ...]
    points: Array
    weights: Array


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of one protocol buffer message: an int for varints, bytes for everything else."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        else:
            length = {1: 8, 5: 4}[kind]
        yield tag >> 3, data[at : at + length]
        at += length


def _parse(data: bytes) -> CanonicalMesh:
    """Top level: field 1 = canonical mesh (its field 3 = vertex floats), field 2 = basis points (1 id, 2 weight)."""
    vertices: list[float] = []
    basis: list[tuple[int, float]] = []
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            vertices = _floats(b"".join(v for n, v in _fields(value) if n == 3 and isinstance(v, bytes)))
        elif number == 2 and isinstance(value, bytes):
            entry = dict(_fields(value))
            landmark, weight = entry.get(1, 0), entry[2]
            if isinstance(landmark, int) and isinstance(weight, bytes):
                basis.append((landmark, _floats(weight)[0]))
    mesh = np.array(vertices, np.float32).reshape(_MESH_POINTS, _VERTEX_FLOATS)[:, :3]
    index = tuple(landmark for landmark, _ in basis)
    return CanonicalMesh(index, mesh[list(index)], np.array([weight for _, weight in basis], np.float32))


def _floats(data: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def load_mesh(task: Path) -> CanonicalMesh:
    """Read the canonical mesh out of the `.task` file, which is a plain zip. Raises ModelMissing, ModelDamaged."""
    if not task.is_file():
        raise ModelMissing(model="face_geometry", file=task.name)
    try:
        with zipfile.ZipFile(task) as archive:
            return _parse(archive.read(_MEMBER))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, struct.error) as error:
        raise ModelDamaged(model="face_geometry", file=task.name) from error


def rotation(mesh: CanonicalMesh, landmarks: Array) -> Array:
    """(3, 3) rotation from the canonical mesh to the landmarks, in axes x right, y up, z towards the camera."""
    seen = landmarks[list(mesh.index)] * np.array([1.0, -1.0, -1.0], np.float32)
    weights = mesh.weights / mesh.weights.sum()
    source = mesh.points - weights @ mesh.points
    target = seen - weights @ seen
    u, _, vt = np.linalg.svd((source * weights[:, None]).T @ target)
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(vt.T @ u.T)))])
    turned: Array = (vt.T @ flip @ u.T).astype(np.float32)
    return turned


def angles(turned: Array) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees. The face looks along the third column of the rotation."""
    x, y, z = (float(value) for value in turned[:, 2])
    yaw = math.degrees(math.atan2(x, z))
    pitch = math.degrees(math.atan2(y, math.hypot(x, z)))
    roll = -math.degrees(math.atan2(float(turned[1, 0]), float(turned[1, 1])))
    return yaw, pitch, roll
