"""The blendshapes that this package reads, by name, and which of the 478 landmarks their model reads.

The model gives 52; an optional room that reads others names them itself. Order: MediaPipe,
`face_blendshapes_graph.cc` (`kBlendshapeNames`, `kLandmarksSubsetIdxs`), Apache-2.0. They are called blendshapes, not
action units: nothing here was validated against coded action units.
"""

from __future__ import annotations

COUNT = 52

INDEX: dict[str, int] = {
    "eyeBlinkLeft": 9, "eyeBlinkRight": 10,
    "eyeLookDownLeft": 11, "eyeLookDownRight": 12, "eyeLookInLeft": 13, "eyeLookInRight": 14,
    "eyeLookOutLeft": 15, "eyeLookOutRight": 16, "eyeLookUpLeft": 17, "eyeLookUpRight": 18,
    "jawOpen": 25, "mouthFunnel": 32, "mouthPucker": 38,
}  # fmt: skip
"""Position of each in an array of 52. Left and right are the person's own."""

LANDMARKS_READ: tuple[int, ...] = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)  # fmt: skip


def both(name: str) -> tuple[int, int]:
    """Positions of the left and the right half of a paired blendshape: `both("eyeBlink")`."""
    return INDEX[f"{name}Left"], INDEX[f"{name}Right"]
