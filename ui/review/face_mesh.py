"""Which of the 478 landmarks of MediaPipe's face mesh make up which part of a face, as lines from point to point."""

from __future__ import annotations

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10,
)  # fmt: skip
LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33)
RIGHT_EYE = (362, 382, 381, 380, 374, 373, 390, 249, 263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_BROW, RIGHT_BROW = (70, 63, 105, 66, 107), (336, 296, 334, 293, 300)
LEFT_IRIS, RIGHT_IRIS = (469, 470, 471, 472, 469), (474, 475, 476, 477, 474)
LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61,
)  # fmt: skip
MOUTH = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78,
)  # fmt: skip
NOSE = (168, 6, 197, 195, 5, 4, 1)
PARTS = (OVAL, LEFT_EYE, RIGHT_EYE, LEFT_BROW, RIGHT_BROW, LEFT_IRIS, RIGHT_IRIS, LIPS, MOUTH, NOSE)
"""Left and right as seen in the picture."""
