"""Which corrections of a transcript hold."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.document import Correction


def in_force(corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """Corrections that nothing has undone, in the order in which they were made; an undo can itself be undone."""
    undone: set[str] = set()
    kept: list[Correction] = []
    for correction in reversed(corrections):
        if correction.id in undone:
            continue
        if correction.reverts is not None:
            undone.add(correction.reverts)
        else:
            kept.append(correction)
    return tuple(reversed(kept))
