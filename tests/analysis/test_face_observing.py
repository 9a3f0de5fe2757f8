"""The face in real pictures: found, followed, measured, and not invented."""

from __future__ import annotations

from dataclasses import fields

import cv2
import numpy as np
import pytest

from analysis.face import FaceObserver, landmarks_of
from analysis.failures import ModelDamaged, ModelMissing
from tests.analysis.seeing import MODELS, face_models, observer, pictures, still, watched

FAR = (1280, 720)


def looked(*rgbs, every_s=0.2):
    """Looks at one picture after the other with one observer."""
    eyes = observer()
    return eyes, [eyes.look(number * every_s, rgb) for number, rgb in enumerate(rgbs)]


def centre_x(look):
    return look.box[0] + look.box[2] / 2


def on_canvas(*placed, size=FAR):
    """A grey picture with others pasted at (x, y)."""
    canvas = np.full((size[1], size[0], 3), 120, np.uint8)
    for picture, x, y in placed:
        canvas[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return canvas


def shrunk(rgb, factor):
    return cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def test_a_speaker_is_followed_through_the_clip(corpus):
    face = watched(corpus / "video" / "talk_zh_22s.mp4", 5, 0, 6)
    assert np.isfinite(face.box).all()
    assert face.rate_hz == pytest.approx(5, abs=0.3)
    assert (np.abs(np.diff(face.box[:, 0])) < 0.02).all()
    assert np.unique(face.faces) == [1]
    assert ((face.lighting > 0.2) & (face.lighting < 0.8)).all()
    assert (face.sharpness > 20).all()


def test_every_array_has_one_row_per_sample(corpus):
    face = watched(corpus / "video" / "talk_zh_22s.mp4", 5, 0, 6)
    arrays = [getattr(face, f.name) for f in fields(face) if f.name != "rate_hz"]
    assert {len(values) for values in arrays} == {len(face.times)}
    assert {values.dtype for values in arrays} == {np.dtype(np.float32)}
    assert face.blendshapes.shape[1] == 52


def test_no_face_is_invented_in_an_animated_film(corpus):
    face = watched(corpus / "video" / "no_face.mp4", 5)
    assert not np.isfinite(face.box).any()
    assert (face.faces == 0).all()


def test_the_face_is_lost_for_as_long_as_it_is_away(corpus):
    face = watched(corpus / "interviews" / "dev" / "zh_be_dev.mp4", 5, 77, 88)
    gone = face.times[~np.isfinite(face.box[:, 0])]
    assert gone.min() == pytest.approx(79.8, abs=0.21)
    assert gone.max() == pytest.approx(84.6, abs=0.21)
    assert len(gone) == pytest.approx(25, abs=1)


def test_a_black_and_a_blank_frame_show_nobody():
    _, looks = looked(np.zeros((360, 640, 3), np.uint8), np.full((360, 640, 3), 255, np.uint8))
    assert looks == [None, None]


def test_a_tiny_picture_shows_nobody():
    _, looks = looked(np.zeros((2, 3, 3), np.uint8))
    assert looks == [None]


def test_a_small_face_in_a_wide_shot_is_found(corpus):
    face = shrunk(still(corpus / "faces" / "pyfeat" / "single_face.jpg"), 0.25)
    _, (look,) = looked(on_canvas((face, 900, 300)))
    assert look is not None
    assert look.region.side < 70
    assert 900 < centre_x(look) * FAR[0] < 900 + face.shape[1]


def test_searching_for_small_faces_is_bounded(corpus):
    """Tiles are searched once a second at most, so a face that appears in between waits for its turn."""
    face = shrunk(still(corpus / "faces" / "pyfeat" / "single_face.jpg"), 0.25)
    empty, wide = on_canvas(), on_canvas((face, 900, 300))
    _, looks = looked(empty, wide, wide, wide, wide, wide)
    assert [look is not None for look in looks] == [False, False, False, False, False, True]


def test_a_large_picture_is_read_like_a_small_one(corpus):
    rgb = still(corpus / "faces" / "pyfeat" / "single_face.jpg")
    large = cv2.resize(rgb, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    small_look, large_look = landmarks_of(rgb, *face_models()), landmarks_of(large, *face_models())
    assert np.allclose(small_look.box, large_look.box, atol=0.02)
    assert np.abs(small_look.blendshapes - large_look.blendshapes).mean() < 0.03


def test_after_a_jump_nobody_is_remembered(two_people):
    both, _, other_alone = two_people
    eyes, _ = looked(*[both] * 15)
    eyes.forget()
    assert centre_x(eyes.look(0.0, other_alone)) > 0.6
    assert len(eyes.finish().times) == 1


def test_several_faces_are_counted(corpus):
    eyes, looks = looked(still(corpus / "faces" / "pyfeat" / "multi_face.jpg"))
    assert looks[0] is not None
    assert eyes.finish().faces[0] >= 4


@pytest.fixture
def two_people(corpus):
    """A picture with the candidate large on the left and somebody smaller on the right; and each alone."""
    large = pictures(corpus / "video" / "single_face.mp4", 5, 0, 1)[0][1]
    group = still(corpus / "faces" / "pyfeat" / "multi_face.jpg")
    one = landmarks_of(group, *face_models())
    x, y, side = one.region.centre_x, one.region.centre_y, one.region.side
    small = group[int(y - side) : int(y + side), int(x - side) : int(x + side)]
    left, right = (large[:, 80:600], 0, 200), (small, 900, 260)
    return on_canvas(left, right), on_canvas(left), on_canvas(right)


def test_of_two_faces_the_larger_one_is_the_candidate(two_people):
    both, _, _ = two_people
    eyes, looks = looked(both)
    assert centre_x(looks[0]) < 0.45
    assert eyes.finish().faces[0] == 2


def test_the_candidate_is_not_swapped_when_hidden_for_a_moment(two_people):
    both, _, other_alone = two_people
    eyes, looks = looked(*[both] * 15, *[other_alone] * 6, both, both)
    assert all(look is None for look in looks[15:21])
    assert centre_x(looks[-1]) < 0.45
    assert eyes.finish().faces[16] == 1, "the other person is still counted"


def test_a_new_shot_of_one_person_is_taken_up_at_once(two_people):
    _, candidate, elsewhere = two_people
    _, looks = looked(*[candidate] * 15, elsewhere, elsewhere)
    assert looks[-1] is not None
    assert centre_x(looks[-1]) > 0.6


def test_a_mirrored_picture_mirrors_the_angles(corpus):
    rgb = pictures(corpus / "video" / "WolfgangLanger_Pexels.mp4", 5, 15, 15.6)[0][1]
    look, mirrored = landmarks_of(rgb, *face_models()), landmarks_of(np.ascontiguousarray(rgb[:, ::-1]), *face_models())
    assert look.yaw > 5, "she is turned to the right edge of the picture"
    assert mirrored.yaw == pytest.approx(-look.yaw, abs=3)
    assert mirrored.roll == pytest.approx(-look.roll, abs=3)
    assert mirrored.pitch == pytest.approx(look.pitch, abs=3)
    assert mirrored.gaze_yaw == pytest.approx(-look.gaze_yaw, abs=8)


def test_a_turned_picture_turns_the_roll(corpus):
    rgb = still(corpus / "faces" / "pyfeat" / "single_face.jpg")
    height, width = rgb.shape[:2]
    clockwise = cv2.warpAffine(rgb, cv2.getRotationMatrix2D((width / 2, height / 2), -20, 1), (width, height))
    straight, turned = landmarks_of(rgb, *face_models()), landmarks_of(clockwise, *face_models())
    assert turned.roll - straight.roll == pytest.approx(20, abs=3)
    assert turned.yaw == pytest.approx(straight.yaw, abs=4)


def test_looking_down_lowers_the_pitch(corpus):
    face = watched(corpus / "video" / "WolfgangLanger_Pexels.mp4", 5, 4, 12)
    down, up = face.times < 5.5, face.times > 9.5
    assert face.head[up, 1].mean() - face.head[down, 1].mean() > 10
    assert face.gaze[up, 1].mean() - face.gaze[down, 1].mean() > 5


def test_a_missing_or_damaged_model_is_named(tmp_path):
    detector, landmarks, blendshapes, task = face_models()
    with pytest.raises(ModelMissing) as missing:
        FaceObserver(tmp_path / "face_detector.onnx", landmarks, blendshapes, task, 1)
    assert missing.value.params["file"] == "face_detector.onnx"
    damaged = tmp_path / "face_landmarks.onnx"
    damaged.write_bytes(landmarks.read_bytes()[:5000])
    with pytest.raises(ModelDamaged):
        FaceObserver(detector, damaged, blendshapes, task, 1)
    half = tmp_path / "face_landmarker.task"
    half.write_bytes(task.read_bytes()[:100_000])
    with pytest.raises(ModelDamaged):
        FaceObserver(detector, landmarks, blendshapes, half, 1)
    assert (MODELS / "face_landmarker.task").is_file()
