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


def undone_last(corrections: Sequence[Correction]) -> list[tuple[tuple[Correction, ...], tuple[Correction, ...]]]:
    """What was undone after the last correction that was made or redone, in groups as of `made_together`: those that
    were undone, in the order in which they were made, and their inverses. What was undone last is the last.
    """
    made = {each.id: each for each in corrections}
    pairs: list[tuple[Correction, Correction]] = []
    for inverse in reversed(corrections):
        before = made.get(inverse.reverts or "")
        if before is None or before.reverts is not None:
            break
        pairs.append((before, inverse))
    inverses = {before.id: inverse for before, inverse in pairs}
    groups = made_together([before for before, _ in pairs])
    return [(group, tuple(inverses[each.id] for each in group)) for group in reversed(groups)]


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
