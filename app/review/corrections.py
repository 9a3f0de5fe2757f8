"""Which corrections of a transcript hold."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.document import Correction, CorrectionKind


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


def made_together(held: Sequence[Correction]) -> list[tuple[Correction, ...]]:
    """Corrections in groups that are undone together: a merge with the correction of the speaker that it needed."""
    groups: list[tuple[Correction, ...]] = []
    for each in held:
        last = groups[-1][-1] if groups else None
        needed = last is not None and last.kind is CorrectionKind.SPEAKER and each.kind is CorrectionKind.MERGE
        if last is not None and needed and (last.start, last.end) == (each.start, each.end):
            groups[-1] = (*groups[-1], each)
        else:
            groups.append((each,))
    return groups
