"""What a face and its surroundings look like, so that the same person is known again within one recording.

Two colour histograms: of the landmark model's crop (skin, hair, what is close around), and of a square three times as
wide as the face that reaches down to the shoulders (clothes, the room). This is no recognition of people: it compares
clothes, light and walls rather than features, says nothing beyond one recording, and is not kept. The proportions of
the landmarks were tried too and tell nobody apart: one person with another expression differs by more than two people.

Measured on eight clips (means of the two Hellinger distances): neighbouring pictures of one person at 5 a second up to
0.26, seconds of one person up to 0.24, of two people from 0.62, the same person in the same clothes in another file
0.18. The hardest pairs at hand, portraits of different people in similar light (59 colour stills of films), are above
0.32 in 99 of 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from analysis.face.inference import Array, Picture
from analysis.face.look import Region

SAME_PERSON = 0.3
"""Between the largest distance of one person and the smallest of two."""
_LEVELS, _TINTS = 4, 8
"""Bins of lightness, and of each of the two colour axes within +-32 around grey."""
_GRID = 32
_WIDTH, _LOWER = 3.0, 0.5
"""The wide square in face sides, and how far its middle lies below the face's."""
_CROP_STEP = 8


@dataclass(frozen=True)
class Appearance:
    """Two histograms, each adding up to 1: of the face's crop and of its surroundings."""

    face: Array
    around: Array

    def distance(self, other: Appearance) -> float:
        """Mean Hellinger distance of the two, 0 (the same) to 1 (nothing in common)."""
        return (_hellinger(self.face, other.face) + _hellinger(self.around, other.around)) / 2


def appearance(rgb: Picture, region: Region, crop: Picture) -> Appearance:
    """Of the face in `region`, of which the landmark model read `crop`."""
    half = _CROP_STEP // 2
    return Appearance(_histogram(crop[half::_CROP_STEP, half::_CROP_STEP]), _histogram(_surroundings(rgb, region)))


def mean(first: Appearance, weight: float, second: Appearance) -> Appearance:
    """The average of two, of which the first counts `weight` times."""
    share = 1.0 / (weight + 1.0)
    return Appearance(
        first.face + (second.face - first.face) * share, first.around + (second.around - first.around) * share
    )


def _surroundings(rgb: Picture, region: Region) -> Picture:
    """Pixels of a regular grid over the wide square, as far as it lies in the picture, as one row."""
    height, width = rgb.shape[:2]
    steps = ((np.arange(_GRID) + 0.5) / _GRID - 0.5) * (_WIDTH * region.side)
    xs = np.rint(region.centre_x + steps).astype(int)
    ys = np.rint(region.centre_y + _LOWER * region.side + steps).astype(int)
    xs, ys = xs[(xs >= 0) & (xs < width)], ys[(ys >= 0) & (ys < height)]
    return np.ascontiguousarray(rgb[np.ix_(ys, xs)])


def _histogram(pixels: Picture) -> Array:
    """(levels x tints x tints,) shares of the colours in CIE Lab."""
    if pixels.size == 0:
        return np.zeros(_LEVELS * _TINTS * _TINTS, np.float32)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    level = lab[..., 0] // (256 // _LEVELS)
    tints = np.clip((lab[..., 1:].astype(np.int16) - 96) // (64 // _TINTS), 0, _TINTS - 1)
    bins = (level.astype(np.int16) * _TINTS + tints[..., 0]) * _TINTS + tints[..., 1]
    counts = np.bincount(bins.ravel(), minlength=_LEVELS * _TINTS * _TINTS)
    shares: Array = (counts / bins.size).astype(np.float32)
    return shares


def _hellinger(one: Array, other: Array) -> float:
    return float(np.sqrt(max(0.0, 1.0 - float(np.sqrt(one * other).sum()))))
