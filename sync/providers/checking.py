"""What a profile that has the right shape still gets wrong, in words for whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sync.address import Address
from sync.failures import AddressInvalid
from sync.providers.profile import FILES, MATERIAL, SOURCES, Answer, Auth, Kind, Shape, Step
from sync.providers.signing import PLACEHOLDERS

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~:@+-]+|/\{[A-Za-z0-9_]+\})+/?")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_DIG = re.compile(r"[^.\s]+(?:\.[^.\s]+)*")
_HOLE = re.compile(r"\{([^{}]*)\}")
_RESERVED = frozenset(
    ("authorization", "content-length", "content-type", "cookie", "connection", "host", "proxy-authorization",
     "transfer-encoding", "upgrade", "user-agent")
)  # fmt: skip
"""Headers that are the program's own business."""
SAID = frozenset(("start", "end", "text", "speaker", "probability"))
MOST_STEPS = 6


def wrong(name: str, shape: Shape) -> str:
    """The first thing that is wrong with a profile called `name`; "" = nothing."""
    return next(_complaints(name, shape), "")


def _complaints(name: str, shape: Shape) -> Iterator[str]:
    if not _ID.fullmatch(name):
        yield f"file name: {name!r}"
    if not {"en", "zh"} <= shape.title.keys() or not all(_plain(words, 60) for words in shape.title.values()):
        yield "title: en, zh"
    if shape.address and not _usable(shape.address):
        yield f"address = {shape.address!r}"
    if not 1 <= len(shape.steps) <= MOST_STEPS:
        yield f"steps: 1-{MOST_STEPS}"
    yield from _limits(shape)
    yield from _auth(shape.auth)
    yield from _steps(shape)
    yield from _answer(shape.kind, shape.answer)
    if not all(path == "" or _DIG.fullmatch(path) for path in (shape.errors.code, shape.errors.message)):
        yield "errors: path"
    if shape.errors.good and not shape.errors.code:
        yield "errors.good: code"


def _limits(shape: Shape) -> Iterator[str]:
    ranges = (
        ("limits.max_mb", shape.limits.max_mb, 0.001, 500.0),
        ("limits.per_minute", shape.limits.per_minute, 0.0, 6000.0),
        ("limits.timeout_s", shape.limits.timeout_s, 1.0, 7200.0),
        ("sound.max_s", shape.sound.max_s, 10.0, 36_000.0),
    )
    for what, value, low, high in ranges:
        if not low <= value <= high:  # NaN is in no range
            yield f"{what} = {value}"


def _auth(auth: Auth) -> Iterator[str]:
    if auth.kind == "signed":
        texts = (auth.text, *auth.headers.values(), *auth.parameters.values())
        if not auth.text or not any("{signature}" in t for t in (*auth.headers.values(), *auth.parameters.values())):
            yield "auth: text, {signature}"
        unknown = {hole for words in texts for hole in _HOLE.findall(words)} - PLACEHOLDERS
        if unknown or "{signature}" in auth.text:
            yield f"auth: {', '.join(sorted(unknown)) or '{signature}'}"
        if not all(_HEADER.fullmatch(n) and (n == "Authorization" or n.lower() not in _RESERVED) for n in auth.headers):
            yield "auth.headers"
        if not all(_plain(words, 400) for words in (auth.text.replace("\n", " "), *texts[1:])):
            yield "auth: text"
    elif auth.text or auth.headers or auth.parameters:
        yield "auth: only kind = 'signed' has text, headers, parameters"
    if auth.kind == "header" and (
        not _HEADER.fullmatch(auth.name) or (auth.name != "Authorization" and auth.name.lower() in _RESERVED)
    ):
        yield f"auth.name = {auth.name!r}"


def _steps(shape: Shape) -> Iterator[str]:
    known, sent = set(SOURCES[shape.kind]), set[str]()
    for number, step in enumerate(shape.steps, start=1):
        yield from (f"step {number}: {words}" for words in _step(step, known))
        sent |= {*step.fields.values(), step.file}
        for name, path in step.keep.items():
            if not _NAME.fullmatch(name) or name in known or not _DIG.fullmatch(path):
                yield f"step {number}: keep.{name}"
        known |= set(step.keep)
    if not sent & MATERIAL[shape.kind]:
        yield f"steps: {', '.join(sorted(MATERIAL[shape.kind]))}"
    yield from (f"check: {words}" for words in _step(shape.check, {"model"}))
    if shape.check.body != "none" or shape.check.until or shape.check.keep:
        yield "check: no body, until, keep"


def _step(step: Step, known: set[str]) -> Iterator[str]:
    if not _PATH.fullmatch(step.path) or any(part in ("", ".", "..") for part in step.path.strip("/").split("/")):
        yield f"path = {step.path!r}"
    named = {*step.fields.values(), *step.query.values(), *_HOLE.findall(step.path), *filter(None, [step.file])}
    if named - known:
        yield f"source {', '.join(sorted(named - known))}"
    in_text = {*step.query.values(), *_HOLE.findall(step.path)} | (
        set() if step.body == "form" else {*step.fields.values()}
    )
    if in_text & FILES or (step.file and step.file not in FILES):
        yield "a file is a field of a form, or the whole body"
    yield from _body(step)
    if set(step.params) & set(step.query) or not all(_plain(name, 80) for name in (*step.params, *step.query)):
        yield "params, query"
    for name, words in step.headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _RESERVED or not _plain(words, 400) or not words.isascii():
            yield f"header {name!r}"
    if step.until is not None:
        until = step.until
        if not _DIG.fullmatch(until.path) or not until.done or set(map(str, until.done)) & set(map(str, until.failed)):
            yield "until: path, done, failed"
        if not 0.01 <= until.every_s <= 600 or not 1 <= until.longest_s <= 86_400:
            yield "until: every_s, longest_s"


def _body(step: Step) -> Iterator[str]:
    targets = [*step.fields, *step.fixed]
    if step.body in ("none", "file") and targets:
        yield f"body = {step.body!r} has no fields"
    if (step.body == "file") != bool(step.file):
        yield "file: the source of body = 'file'"
    if step.method == "GET" and step.body != "none":
        yield "GET has no body"
    if len(set(targets)) != len(targets):
        yield "the same target twice"
    if step.body == "json":
        if not all(_DIG.fullmatch(target) for target in targets):
            yield "fields: target"
        ordered = sorted(targets, key=lambda target: target.split("."))
        if any(later.startswith(f"{earlier}.") for earlier in ordered for later in ordered):
            yield "fields: overlapping targets"
    elif not all(_plain(target, 80) for target in targets):
        yield "fields: target"


def _answer(kind: Kind, answer: Answer) -> Iterator[str]:
    paths = (
        answer.language, answer.segments, answer.words, answer.words_in, answer.text, answer.finish, answer.values,
        answer.model, *answer.segment.values(), *answer.word.values(),
    )  # fmt: skip
    if not all(path == "" or _DIG.fullmatch(path) for path in paths):
        yield "answer: path"
    if kind is Kind.SPEECH:
        yield from _speech(answer)
    elif kind is Kind.EXPRESSION:
        if not answer.values:
            yield "answer.values"
    elif not answer.text:
        yield "answer.text"


def _speech(answer: Answer) -> Iterator[str]:
    if (set(answer.segment) | set(answer.word)) - SAID:
        yield f"answer: {', '.join(sorted((set(answer.segment) | set(answer.word)) - SAID))}"
    timed = {"start", "end", "text"}
    if bool(answer.segments) != (timed <= set(answer.segment)):
        yield "answer.segment: start, end, text"
    if (bool(answer.words) or bool(answer.words_in)) != (timed <= set(answer.word)):
        yield "answer.word: start, end, text"
    if not answer.segments and not answer.words:
        yield "answer: segments or words"
    if (answer.words and answer.words_in) or (answer.words_in and not answer.segments):
        yield "answer: words or words_in"


def _usable(address: str) -> bool:
    try:
        Address.parse(address)
    except AddressInvalid:
        return False
    return True


def _plain(words: str, most: int) -> bool:
    return 0 < len(words) <= most and words.isprintable()
