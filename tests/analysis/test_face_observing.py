"""The face in real pictures: found, followed, measured, and not invented."""

from __future__ import annotations

from dataclasses import fields

import cv2
import numpy as np
import pytest

from analysis.face import FaceObserver, landmarks_of
from analysis.failures import ModelDamaged, ModelMissing
from analysis.media import DETAIL_SIDE, MAX_SIDE, Pictures, probe
from tests.analysis.composing import far_away, video
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


def test_two_faces_are_followed_at_once_as_two_people(two_people):
    both, _, _ = two_people
    eyes, looks = looked(*[both] * 12)
    face = eyes.finish()
    assert [len(look.beside) for look in looks] == [1] * 12
    assert face.times.tolist() == pytest.approx(np.repeat(np.arange(12) / 5, 2).tolist(), abs=1e-4)
    assert face.person.tolist() == [1, 2] * 12
    assert centre_x(looks[-1]) < 0.45 < 0.6 < centre_x(looks[-1].beside[0])
    assert face.rate_hz == pytest.approx(5)


def test_somebody_who_is_hidden_for_a_moment_is_known_again(two_people):
    both, _, other_alone = two_people
    eyes, _ = looked(*[both] * 10, *[other_alone] * 10, *[both] * 10)
    face = eyes.finish()
    assert np.unique(face.person).tolist() == [1, 2]
    first = face.box[face.person == 1]
    assert len(first) >= 19, "taken up again as soon as it is there"
    assert (first[:, 0] + first[:, 2] / 2 < 0.45).all()
    assert (face.box[face.person == 2][:, 0] > 0.45).all()
    assert (face.faces[(face.times > 2.5) & (face.times < 3.9)] == 1).all()


def test_a_larger_picture_of_the_same_scene_changes_nothing(corpus):
    small = pictures(corpus / "video" / "single_face.mp4", 5, 0, 1)[0][1]
    large = cv2.resize(small, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    eyes, looks = looked(small, small, large, large, small)
    assert all(np.allclose(look.box, looks[0].box, atol=0.02) for look in looks)
    assert eyes._state.people._begun == 1


def test_far_faces_ask_for_detail_and_near_ones_do_not(corpus):
    near = pictures(corpus / "video" / "single_face.mp4", 5, 0, 1)[0][1]
    far = on_canvas((shrunk(near, 0.3), 900, 300))
    assert not looked(near)[0].wants_detail
    assert looked(far)[0].wants_detail
    assert looked(on_canvas())[0].wants_detail, "perhaps somebody is too far to be seen"


@pytest.mark.parametrize("pixels", [80, 60, 40])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_a_face_far_from_a_room_camera_is_read_like_a_near_one(corpus, pixels, size):
    near = [rgb for _, rgb in pictures(corpus / "video" / "talk_zh_22s.mp4", 5, 0, 2)]
    _, wanted = looked(*near)
    far = far_away(near, pixels / (wanted[0].box[2] * near[0].shape[1]), size, (800, 50))
    _, found = looked(*far)
    assert all(look is not None for look in found)
    errors = np.array([[a.yaw - b.yaw, a.pitch - b.pitch] for a, b in zip(wanted, found, strict=True)])
    assert np.abs(errors).mean() < 2
    shapes = [np.abs(a.blendshapes - b.blendshapes).mean() for a, b in zip(wanted, found, strict=True)]
    assert np.mean(shapes) < 0.05


def test_a_far_face_in_4k_is_found_in_the_detail_that_it_asks_for(corpus, tmp_path):
    near = [rgb for _, rgb in pictures(corpus / "video" / "talk_zh_22s.mp4", 10, 0, 2)]
    path = video(tmp_path / "room.mp4", far_away(near, 60 / 137, (3840, 2160), (2400, 300)))
    eyes, seen = observer(), Pictures(path, probe(path, path.name), 5, lambda _: None)
    looks = []
    for time_s, rgb in seen:
        looks.append(eyes.look(time_s, rgb))
        seen.max_side = DETAIL_SIDE if eyes.wants_detail else MAX_SIDE
    assert looks[-1] is not None
    assert sum(look is not None for look in looks) >= 4


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
