"""The rendered head: its shape, the signs of its turns, what hides what, and that the product finds the face on it."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.face.pose import angles, load_mesh, rotation
from tests.accuracy import mesh
from tests.analysis.seeing import face_models, observer, pictures

TASK = face_models()[-1]
LEFT_EDGE, RIGHT_EDGE, NOSE, CHIN, FOREHEAD = 234, 454, 1, 152, 10


@pytest.fixture(scope="module")
def head() -> mesh.FaceMesh:
    return mesh.load(TASK)


def test_the_mesh_is_whole(head):
    assert head.points.shape == (468, 3)
    assert head.triangles.shape == (898, 3)
    assert sorted(set(head.triangles.ravel())) == list(range(468))
    assert head.points[NOSE, 2] > head.points[[LEFT_EDGE, RIGHT_EDGE], 2].max()
    assert head.points[FOREHEAD, 1] > head.points[CHIN, 1]


@pytest.mark.parametrize(("yaw", "pitch"), [(25.0, 0.0), (-25.0, 0.0), (0.0, 20.0), (0.0, -20.0), (15.0, -10.0)])
def test_turned_points_have_the_angles_that_the_product_reads(head, yaw, pitch):
    """With exact points and no perspective the product's own formula gives the turn back."""
    points = mesh.turned(head.points, yaw, pitch) * np.array([1.0, -1.0, -1.0])
    read = angles(rotation(load_mesh(TASK), points.astype(np.float32)))
    assert read[:2] == pytest.approx((yaw, pitch), abs=0.05)


def test_a_turn_aside_moves_the_nose_to_the_right_edge_of_the_picture(head):
    straight, aside = (mesh.projected(mesh.turned(head.points, yaw, 0.0))[NOSE, 0] for yaw in (0.0, 20.0))
    straight_y, up = (mesh.projected(mesh.turned(head.points, 0.0, pitch))[NOSE, 1] for pitch in (0.0, 20.0))
    assert aside > straight + 20
    assert up < straight_y - 20


def test_what_is_nearer_is_larger(head):
    places = mesh.projected(mesh.turned(head.points, 30.0, 0.0))
    points = mesh.turned(head.points, 30.0, 0.0)
    near, far = (RIGHT_EDGE, LEFT_EDGE) if points[RIGHT_EDGE, 2] > points[LEFT_EDGE, 2] else (LEFT_EDGE, RIGHT_EDGE)
    scale = np.abs(places[[near, far], 0] - mesh.SIZE / 2) / np.abs(points[[near, far], 0])
    assert scale[0] > scale[1]


def test_the_nearer_triangle_hides_the_farther_one():
    """Two triangles at the same place, red in front of blue, whichever is drawn first."""
    still = np.zeros((20, 40, 3), np.uint8)
    still[:, :20], still[:, 20:] = (255, 0, 0), (0, 0, 255)
    corners = np.array([[-5.0, -5.0, 0.0], [5.0, -5.0, 0.0], [0.0, 5.0, 0.0]])
    nearer = np.array([0.0, 0.0, 1.0])
    points = np.vstack((corners + nearer, corners - nearer))
    landmarks = np.array([[5.0, 5], [15, 5], [10, 15], [25, 5], [35, 5], [30, 15]])
    for order in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        picture = mesh.render(mesh.FaceMesh(points, np.array(order)), still, landmarks, 0.0, 0.0)
        assert picture[mesh.SIZE // 2, mesh.SIZE // 2].tolist() == [255, 0, 0]
        assert picture[0, 0].tolist() == list(mesh.GROUND)


def test_the_product_finds_the_face_on_the_head_and_sees_it_turn(head, sample):
    _, rgb = pictures(sample / "sample_zh.mp4", 1.0, 0.0, 0.5)[0]
    eyes = observer()
    look = eyes.look(0.0, rgb)
    for axis, turn in (("yaw", 20.0), ("yaw", -20.0), ("pitch", 15.0), ("pitch", -15.0)):
        yaw, pitch = (turn, 0.0) if axis == "yaw" else (0.0, turn)
        eyes.forget()
        seen = eyes.look(0.0, mesh.render(head, rgb, look.landmarks, yaw, pitch))
        assert seen is not None
        assert getattr(seen, axis) == pytest.approx(turn, abs=7.0)
