"""What a candidate reads and agrees to before an interview is recorded, and what may be recorded and analysed for it.

The notice is a text with a number in `resources/consent`, or a company's own in `consent` of the library's folder; a
consent names the number and the fingerprint of the very words that were shown.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from analysis.disk import sync_file
from analysis.features import modalities, rests_on
from app import policy, text
from app.domain.types import Consent, ConsentGiven
from app.failures import ConsentNoticeInvalid
from app.recording.kinds import Kind
from app.resources import resource
from app.store.library import Library

FOLDER = "consent"
VERSION = "notice-{number}"
_VERSION = re.compile(r"notice-(own-)?(\d{1,6})", re.ASCII)
SPEECH = "speech"
MOST_POINTS = 20_000
"""Of a drawn signature; a hand draws a few hundred."""
SHOWN = "shown"
_HASH = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"(\d{1,6})\.(zh|en)\.toml")


@dataclass(frozen=True, slots=True)
class Notice:
    """A consent notice in one language. `record` by kind, `analyse` by modality; `own` = the company's own text.

    `spoken` is what the candidate says aloud, with {name} and {items}; `sha256` is of all its words.
    """

    number: int
    language: str
    title: str
    purpose: str
    where: str
    kept: str
    seen_by: str
    rights: str
    person: str
    spoken: str
    record: dict[str, str]
    analyse: dict[str, str]
    sha256: str
    own: bool = False

    @property
    def version(self) -> str:
        """What a consent names it by."""
        return VERSION.format(number=f"{'own-' if self.own else ''}{self.number}")

    def paragraphs(self) -> tuple[str, ...]:
        """What is read, in its order."""
        return (self.purpose, self.where, self.seen_by, self.kept, self.rights, self.person)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the candidate agrees to: kinds that may be recorded, modalities that may be analysed."""

    kinds: tuple[Kind, ...] = ()
    modalities: tuple[str, ...] = ()

    def settled(self) -> Agreed:
        """The same without what rests on something that is refused: no analysis of a face without a picture, none of
        its expression without the face."""
        agreed = {*map(str, self.kinds), *self.modalities}
        return Agreed(self.kinds, tuple(name for name in self.modalities if agreed.issuperset(bases(name))))


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    purpose: str
    where: str
    kept: str
    seen_by: str
    rights: str
    person: str
    spoken: str
    record: dict[str, str]
    analyse: dict[str, str]


def needs(modality: str) -> Kind:
    """What has to be recorded for a modality to be analysed."""
    return Kind.SOUND if modality == SPEECH else Kind.PICTURE


def bases(modality: str) -> tuple[str, ...]:
    """All that has to be agreed to for a modality to be analysed: what is recorded, and what it is read from."""
    return (str(needs(modality)), *filter(None, [rests_on(modality)]))


def offered(rules: policy.Profile, notice: Notice) -> tuple[str, ...]:
    """The modalities that this build can analyse, the profile allows, and the notice names."""
    return tuple(name for name in modalities() if rules.rule(name).analyse and name in notice.analyse)


def notice(language: str, data: Path, number: int | None = None) -> Notice:
    """The newest notice (or that `number`) in a language; the company's own come before the shipped ones.

    Raises ConsentNoticeInvalid where a file cannot be read.
    """
    wanted = "zh" if language.startswith("zh") else "en"
    for folder in (data / FOLDER, resource(FOLDER)):
        numbers = _numbers(folder)
        if numbers and (number is None or number in numbers):
            return _read(folder, number or max(numbers), wanted, own=folder != resource(FOLDER))
    raise ConsentNoticeInvalid(name=f"{number}.{wanted}.toml")


def named(version: str, language: str, sha256: str, data: Path) -> tuple[Notice | None, bool]:
    """The notice that a consent names, and whether its words are those that were shown then.

    None where it is not here any more. A build with an optional room shows a point more than one without; words that a
    file has no more are those that were kept when they were shown.
    """
    found = _VERSION.fullmatch(version)
    if found is None or language not in text.LANGUAGES:
        return None, False
    own, number = bool(found[1]), int(found[2])
    folder = data / FOLDER if own else resource(FOLDER)
    try:
        here = [_read(folder, number, language, own=own, additions=each) for each in (True, False)]
    except ConsentNoticeInvalid:
        here = []
    same = next((each for each in (*reversed(here), _kept(data, sha256)) if each and each.sha256 == sha256), None)
    return (same, True) if same else (here[0] if here else None, False)


def _keep(data: Path, shown: Notice) -> None:
    """The words as they were shown, by their hash: the file that they came from may be rewritten. Where they cannot be
    written the hash alone has to do."""
    if _kept(data, shown.sha256) is not None:
        return
    path = data / FOLDER / SHOWN / f"{shown.sha256}.json"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(shown))
        sync_file(fresh)
        fresh.replace(path)


def _kept(data: Path, sha256: str) -> Notice | None:
    if not _HASH.fullmatch(sha256):
        return None
    try:
        return msgspec.json.decode((data / FOLDER / SHOWN / f"{sha256}.json").read_bytes(), type=Notice)
    except (OSError, msgspec.DecodeError):
        return None


def _numbers(folder: Path) -> Collection[int]:
    """Of the notices that stand there in both languages."""
    there = [match for path in folder.glob("*.toml") if (match := _FILE.fullmatch(path.name))]
    return {
        int(each[1]) for each in there if {(each[1], name) for name in text.LANGUAGES} <= {m.groups() for m in there}
    }


def _read(folder: Path, number: int, language: str, *, own: bool, additions: bool = True) -> Notice:
    path = folder / f"{number}.{language}.toml"
    try:
        words = path.read_text("utf-8")
        body = msgspec.convert(tomllib.loads(words), _Body)
        for more in sorted(folder.glob(f"{number}.*.{language}.toml")) if additions else ():
            added = more.read_text("utf-8")
            body.analyse |= msgspec.convert(tomllib.loads(added)["analyse"], dict[str, str])
            words += added
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, KeyError) as problem:
        raise ConsentNoticeInvalid(name=path.name) from problem
    return Notice(
        number, language, **msgspec.structs.asdict(body), sha256=hashlib.sha256(words.encode()).hexdigest(), own=own
    )


def spoken_words(shown: Notice, name: str, agreed: Agreed) -> str:
    """What the candidate says aloud for what is agreed to."""
    listed = [shown.record[kind] for kind in (Kind.SOUND, Kind.PICTURE) if kind in agreed.kinds]
    listed += [shown.analyse[modality] for modality in agreed.modalities if modality in shown.analyse]
    short = [each[:1].lower() + re.split(r"[:：]", each)[0][1:] for each in listed]
    comma = text.tr_in(shown.language, "library.list_comma")
    words = shown.spoken.replace("{name}", "{}").replace("{items}", "{}")
    return words.format(name, comma.join(short)) if words.count("{}") == 2 else shown.spoken


def give(
    library: Library, interview_id: str, agreed: Agreed, shown: Notice, how: ConsentGiven,
    strokes: dict[str, Any] | None = None,
) -> Consent:  # fmt: skip
    """Keep what the candidate agreed to, and how. Raises NotFound, ReadOnly."""
    settled = agreed.settled()
    _keep(library.folder, shown)
    candidate = library.interview(interview_id).candidate.name
    return library.record_consent(
        interview_id, settled.modalities, shown.version, candidate, kinds=tuple(str(kind) for kind in settled.kinds),
        how=how, language=shown.language, notice_sha256=shown.sha256, evidence=strokes,
    )  # fmt: skip


def withdraw(
    library: Library, interview_id: str, kinds: Collection[str], modalities: Collection[str],
    how: ConsentGiven = ConsentGiven.SPOKEN,
) -> Consent:  # fmt: skip
    """Take back consent to kinds and modalities: what rests on them goes with them. Raises NotFound, ReadOnly."""
    before = library.consent(interview_id)
    candidate = library.interview(interview_id).candidate.name
    held = agreed_of(before)
    left = Agreed(
        tuple(kind for kind in held.kinds if kind not in kinds),
        tuple(name for name in held.modalities if name not in modalities),
    ).settled()
    return library.record_consent(
        interview_id, left.modalities, before.text_version if before else "", candidate,
        kinds=tuple(str(kind) for kind in left.kinds), how=how,
        language=before.language if before else "", notice_sha256=before.notice_sha256 if before else "",
    )  # fmt: skip


def agreed_of(consent: Consent | None) -> Agreed:
    """What holds now. Without a consent that names what may be recorded, nothing may be."""
    if consent is None:
        return Agreed()
    return Agreed(tuple(kind for kind in Kind if kind in (consent.kinds or ())), consent.modalities)


def may_record(consent: Consent | None) -> frozenset[Kind]:
    """The kinds of tracks that may be opened and recorded."""
    return frozenset(agreed_of(consent).kinds)


def was_asked(consent: Consent | None) -> bool:
    """Whether the candidate was asked what may be recorded."""
    return consent is not None and consent.kinds is not None
