"""What a package was and what came of it, in the language in use: for the window and the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from app import text
from app.domain.kit import kit_of
from app.handover.cards import SIGNATURE, STATUS, Card
from app.handover.consented import Stays
from app.handover.package import Kind
from app.handover.taking import COUNTED, Taken
from app.handover.writing import PackageLine, Written
from app.kit_words import kit_words

_BROUGHT = ("new", "changed", "same", "cards", "to_send", "confirmed")


def written_lines(written: Written) -> tuple[str, ...]:
    """What is in a package that was written."""
    lines = [text.tr("package.holds", what=listed(written.counts) or text.tr("package.nothing"))]
    if written.handed:
        lines.append(text.tr("package.handed", n=written.handed))
    return (*lines, *stays_lines(written.stays))


def stays_lines(found: Sequence[Stays], most: int = 20) -> tuple[str, ...]:
    """What is not in a package for candidates do not agree to it; of so many interviews at most."""
    if not found:
        return ()
    more = (text.tr("package.stays_more", n=len(found) - most),) if len(found) > most else ()
    return (text.tr("package.stays_title"), *(each.sentence for each in found[:most]), *more)


def taken_lines(taken: Taken) -> tuple[str, ...]:
    """Who made it, what came, what was there, what is for a person, and what is sent or has arrived."""
    lines = [text.tr(f"package.from_{taken.kind}", by=taken.by or "–", at=f"{taken.made.astimezone():%Y-%m-%d %H:%M}")]
    if taken.own:
        return (*lines, text.tr("package.own"))
    if taken.before is not None:
        return (*lines, text.tr("package.before", at=f"{taken.before.astimezone():%Y-%m-%d %H:%M}"))
    told = (
        ("new", listed(taken.new)),
        ("changed", listed(taken.changed)),
        ("there", listed(taken.same)),
    )
    lines += [text.tr(f"package.{key}", what=words) for key, words in told if words]
    if taken.nothing_new:
        lines.append(text.tr("package.nothing_new"))
    numbers = (("to_send", taken.to_send), ("confirmed", taken.confirmed), ("cards", taken.cards.total()),
               ("kept", taken.kept), ("redacted", taken.redacted))  # fmt: skip
    lines += [text.tr(f"package.{key}", n=number) for key, number in numbers if number]
    lines += [text.tr("package.left", title=title) for title in taken.left]
    return tuple(lines)


def headline(taken: Taken) -> str:
    """The outcome in one sentence."""
    if taken.own or taken.before is not None:
        return taken_lines(taken)[-1]
    if taken.cards:
        return text.tr("package.done_cards", n=taken.cards.total())
    if taken.nothing_new:
        return text.tr("package.nothing_new")
    rest = text.tr("package.receipts_only" if taken.confirmed else "package.drafts")
    return text.tr("package.done", what=listed(taken.new) or listed(taken.changed) or rest)


def listed(counts: Mapping[str, int]) -> str:
    """ "2 interviews, 1 position", without what is not there."""
    words = [text.tr(f"package.n_{kind}", n=counts[kind]) for kind in COUNTED if counts.get(kind)]
    return text.tr("package.comma").join(words)


def kind_words(kind: Kind) -> str:
    """The kind of a package in words."""
    return text.tr(f"package.kind_{kind}")


def card_words(card: Card) -> str:
    """What a difference is about: "Candidate 秦𠮷雅: phone"."""
    subject = text.tr(f"package.about_{card.kind}", name=card.subject or "–")
    if card.kind == SIGNATURE:
        return subject
    return text.tr("package.about_field", subject=subject, field=text.tr(f"package.field_{card.field}"))


def value_words(card: Card, value: object) -> str:
    """A value of a difference as a person reads it; "–" for none."""
    if card.kind == SIGNATURE and isinstance(value, str):
        return _signed_words(json.loads(value))
    if isinstance(value, bool):
        return text.tr("package.yes" if value else "package.no")
    if isinstance(value, dict) and card.field == "kit":
        value = kit_words(kit_of(value))
    if isinstance(value, list):
        value = text.tr("package.comma").join(map(str, value))
    if value is None or value == "":
        return "–"
    if card.field == STATUS:
        return text.tr(f"sync.status_{value}")
    key = f"report.conclusion_{value}"
    return text.tr(key) if card.field == "conclusion" and text.has(key) else str(value)


def _signed_words(body: dict[str, object]) -> str:
    conclusion = text.tr(f"report.conclusion_{body['conclusion']}")
    composite = "–" if body["composite"] is None else str(body["composite"])
    return text.tr(
        "package.signed_words", at=body["signed_at"], composite=composite, conclusion=conclusion,
        summary=body["summary"] or "–",
    )  # fmt: skip


def line_words(line: PackageLine) -> str:
    """What a package of the list held, or brought."""
    if line.outgoing:
        return listed(line.counts)
    told = [text.tr(f"package.count_{name}", n=line.counts[name]) for name in _BROUGHT if line.counts.get(name)]
    return text.tr("package.comma").join(told) or text.tr("package.count_nothing")
