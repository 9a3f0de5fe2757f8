"""Grouping voice prints by person: spectral clustering on cosine affinity, in plain numpy, always the same result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

MAX_SPEAKERS = 4
_MAX_SPECTRAL = 800
"""Pieces that the eigenvectors are computed for; more would cost minutes, and the rest follows the nearest centre."""

_KEEP_SHARE, _KEEP_LEAST = 0.2, 6
_ROUNDS = 40
_STARTS = 8
_ONE_VOICE = 0.62
"""Mean cosine to the common centre above which all pieces are one person's."""


def suggest(prints: Floats) -> int:
    """How many persons (1..4) these unit vectors (n, 192) come from: the largest gap between eigenvalues."""
    if len(prints) < 3:
        return min(1, len(prints)) or 1
    some = _some(prints)
    centre = some.mean(axis=0)
    if float((some @ (centre / np.linalg.norm(centre))).mean()) > np.sqrt(_ONE_VOICE + 0.2):
        return 1
    values, _ = _spectrum(some)
    gaps = np.diff(values[: MAX_SPEAKERS + 1])
    return int(np.argmax(gaps)) + 1


def cluster(prints: Floats, count: int) -> Labels:
    """A label 0..count-1 for each of the unit vectors (n, 192)."""
    if count == 1 or len(prints) <= count:
        return np.arange(len(prints), dtype=np.int64) if count > 1 else np.zeros(len(prints), np.int64)
    some = _some(prints)
    _, vectors = _spectrum(some)
    points = vectors[:, :count]
    labels = _k_means(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9), count)
    centres = np.stack([_centre(some[labels == i]) for i in range(count)])
    return labels if len(some) == len(prints) else np.argmax(prints @ centres.T, axis=1).astype(np.int64)


def _some(prints: Floats) -> Floats:
    if len(prints) <= _MAX_SPECTRAL:
        return prints
    return np.asarray(prints[np.linspace(0, len(prints) - 1, _MAX_SPECTRAL).astype(int)], np.float32)


def _centre(prints: Floats) -> Floats:
    centre = prints.mean(axis=0) if len(prints) else np.zeros(192, np.float32)
    return np.asarray(centre / max(float(np.linalg.norm(centre)), 1e-9), np.float32)


def _spectrum(prints: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smallest eigenvalues and their vectors of the normalised Laplacian of the pruned cosine affinity."""
    affinity = np.maximum(prints @ prints.T, 0.0).astype(np.float64)
    np.fill_diagonal(affinity, 0.0)
    keep = min(len(prints) - 1, max(_KEEP_LEAST, int(_KEEP_SHARE * len(prints))))
    limits = np.partition(affinity, -keep, axis=1)[:, -keep]
    affinity[affinity < limits[:, None]] = 0.0
    affinity = (affinity + affinity.T) / 2
    scale = 1 / np.sqrt(np.maximum(affinity.sum(axis=1), 1e-9))
    values, vectors = np.linalg.eigh(np.eye(len(prints)) - scale[:, None] * affinity * scale[None, :])
    return values, vectors


def _k_means(points: NDArray[np.float64], count: int) -> Labels:
    """k-means with farthest-point starts; the best of a few, the same each time."""
    best, best_cost = np.zeros(len(points), np.int64), np.inf
    for start in np.linspace(0, len(points) - 1, _STARTS).astype(int):
        centres = _far_apart(points, count, int(start))
        for _ in range(_ROUNDS):
            distances = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
            labels = distances.argmin(axis=1)
            moved = np.stack(
                [points[labels == i].mean(axis=0) if (labels == i).any() else centres[i] for i in range(count)]
            )
            if np.allclose(moved, centres):
                break
            centres = moved
        cost = float(distances.min(axis=1).sum())
        if cost < best_cost - 1e-9:
            best, best_cost = labels.astype(np.int64), cost
    return best


def _far_apart(points: NDArray[np.float64], count: int, start: int) -> NDArray[np.float64]:
    chosen = [start]
    while len(chosen) < count:
        nearest = ((points[:, None] - points[chosen][None]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(nearest.argmax()))
    return points[chosen].copy()
