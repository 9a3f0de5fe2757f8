"""`package`: hand over to a computer without the HR system and back, as one file; and decide what differs."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import text
from app.failures import NotFound

if TYPE_CHECKING:
    from app.handover.cards import Card
    from app.handover.package import Kind
    from app.handover.taking import Taken
    from app.store.library import Library

PASSPHRASE = "MIANJIAN_PASSPHRASE"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("package", help=text.tr("package.help"), parents=[shared])
    acts = own.add_subparsers(dest="act", required=True)
    _add_export(acts.add_parser("export", help=text.tr("package.help_export"), parents=[shared]))
    taking = acts.add_parser("import", help=text.tr("package.help_import"), parents=[shared])
    taking.add_argument("file", type=Path, metavar="FILE", help=text.tr("package.help_file"))
    taking.add_argument("--json", action="store_true", help=text.tr("package.help_json"))
    taking.set_defaults(run=take)
    cards = acts.add_parser("cards", help=text.tr("package.help_cards"), parents=[shared])
    cards.add_argument("card", nargs="?", metavar="ID", help=text.tr("package.help_card"))
    cards.add_argument("--take", choices=("mine", "theirs"), help=text.tr("package.help_take"))
    cards.add_argument("--json", action="store_true", help=text.tr("package.help_json"))
    cards.set_defaults(run=decide_cards)


def _add_export(own: argparse.ArgumentParser) -> None:
    kind = own.add_mutually_exclusive_group(required=True)
    for option, value in (("--for-laptop", "outward"), ("--results", "results"), ("--receipts", "receipts")):
        words = text.tr(f"package.help_{option.removeprefix('--').replace('-', '_')}")
        kind.add_argument(option, dest="kind", action="store_const", const=value, help=words)
    own.add_argument("file", type=Path, metavar="FILE", help=text.tr("package.help_file"))
    for name in ("interview", "position"):
        own.add_argument(f"--{name}", action="append", default=[], metavar="ID", help=text.tr(f"package.help_{name}"))
    for name in ("said", "documents", "files", "recordings", "analyses", "reports", "protect", "json"):
        own.add_argument(f"--{name}", action="store_true", help=text.tr(f"package.help_{name}"))
    own.set_defaults(run=export)


def export(options: argparse.Namespace) -> int:
    """Write a package. 2 where two passphrases differ."""
    from app.handover.package import Kind
    from app.handover.summary import written_lines
    from app.handover.writing import Choice, write_package
    from app.jobs.interrupt import interruptible
    from app.store.library import Library

    passphrase = _new_passphrase() if options.protect or os.environ.get(PASSPHRASE) else ""
    if passphrase is None:
        return 2
    kind = Kind(options.kind)
    with Library.open(options.data) as library, interruptible() as cancel:
        choice = Choice(kind, _interviews(library, kind, options), _positions(library, options.position),
                        options.recordings, options.analyses, options.reports, options.files,
                        options.said, options.documents)  # fmt: skip
        written = write_package(library, choice, options.file, passphrase, _until(cancel))
    if options.json:
        told = {"id": written.id, "kind": written.kind, "counts": written.counts, "handed": written.handed}
        print(json.dumps(told | {"stays": [asdict(each) for each in written.stays]}, ensure_ascii=False))
        return 0
    for line in (text.tr("package.written", file=options.file), *written_lines(written)):
        print(line)
    return 0


def _interviews(library: Library, kind: Kind, options: argparse.Namespace) -> tuple[str, ...]:
    from app.commands.show import whole_id
    from app.handover.writing import offered

    if options.interview:
        return tuple(dict.fromkeys(whole_id(library, given) for given in options.interview))
    if options.kind == "receipts" or options.position:
        return ()
    return tuple(interview.id for interview in offered(library, kind))


def _positions(library: Library, wanted: list[str]) -> tuple[str, ...]:
    """By id or by exact title. Raises NotFound."""
    known = library.positions()
    found = []
    for given in wanted:
        matching = [one.id for one in known if given in (one.id, one.title)]
        if not matching:
            raise NotFound(what=text.tr("store.position"), id=given)
        found += matching
    return tuple(dict.fromkeys(found))


def _until(cancel: Any) -> Any:
    """A progress that stops where Ctrl-C was pressed."""
    from analysis.failures import Cancelled

    def told(_done: int, _total: int) -> None:
        if cancel.is_set():
            raise Cancelled

    return told


def _new_passphrase() -> str | None:
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    if not sys.stdin.isatty():
        print(text.tr("package.no_passphrase"), file=sys.stderr)
        return None
    first = getpass.getpass(text.tr("package.ask"))
    if not first or first != getpass.getpass(text.tr("package.ask_again")):
        print(text.tr("package.differ"), file=sys.stderr)
        return None
    return first


def take(options: argparse.Namespace) -> int:
    """Take a package in."""
    from app.handover.archive import needs_passphrase
    from app.handover.summary import taken_lines
    from app.handover.taking import take_package
    from app.jobs.interrupt import interruptible
    from app.store.library import Library

    passphrase = os.environ.get(PASSPHRASE, "")
    if not passphrase and needs_passphrase(options.file) and sys.stdin.isatty():
        passphrase = getpass.getpass(text.tr("package.ask"))
    with Library.open(options.data) as library, interruptible() as cancel:
        taken = take_package(library, options.file, passphrase, progress=_until(cancel), stop=cancel)
    if options.json:
        print(json.dumps(_plain(taken), ensure_ascii=False))
        return 0
    for line in taken_lines(taken):
        print(line)
    return 0


def _plain(taken: Taken) -> dict[str, Any]:
    from app.handover.summary import taken_lines

    return {
        "id": taken.id, "kind": taken.kind, "made": taken.made.isoformat(), "by": taken.by, "own": taken.own,
        "taken_before": taken.before.isoformat() if taken.before else None, "new": taken.new,
        "changed": taken.changed, "there": taken.same, "cards": taken.cards, "to_send": taken.to_send,
        "confirmed": taken.confirmed, "recordings_left": taken.kept, "templates_left": list(taken.left),
        "lines": taken_lines(taken),
    }  # fmt: skip


def decide_cards(options: argparse.Namespace) -> int:
    """List what waits for a decision, or decide one."""
    from app.handover.cards import decide, open_cards
    from app.store.library import Library
    from sync.conflicts import Choice

    with Library.open(options.data, read_only_if_held=options.take is None) as library:
        if options.take is not None:
            decide(library, _whole_card(open_cards(library), options.card or ""), Choice(options.take))
            print(text.tr("package.decided"))
            return 0
        cards = open_cards(library)
    if options.json:
        print(json.dumps([_plain_card(card) for card in cards], ensure_ascii=False))
        return 0
    for line in map(_card_line, cards):
        print(line)
    if not cards:
        print(text.tr("package.no_cards"))
    return 0


def _whole_card(cards: tuple[Card, ...], given: str) -> str:
    matching = [card.id for card in cards if given and card.id.startswith(given)]
    if len(matching) != 1:
        raise NotFound(what=text.tr("package.card"), id=given)
    return matching[0]


def _card_line(card: Card) -> str:
    from app.handover.summary import card_words, value_words

    mine, theirs = (value_words(card, value) for value in (card.mine, card.theirs))
    return text.tr("package.card_line", id=card.id[:8], what=card_words(card), mine=mine, theirs=theirs, by=card.by)


def _plain_card(card: Card) -> dict[str, Any]:
    return {"id": card.id, "kind": card.kind, "field": card.field, "subject": card.subject, "base": card.base,
            "mine": card.mine, "theirs": card.theirs, "by": card.by, "interview_id": card.interview_id}  # fmt: skip
