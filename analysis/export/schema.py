"""The published JSON Schema of `analysis.json`, made from the document's types."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from analysis import features
from analysis.derive.voice import TRACKS as VOICE_TRACKS
from analysis.document import SCHEMA_VERSION, Analysis

FACE_TRACKS = (
    "present", "box_x", "box_y", "box_w", "box_h", "head_yaw", "head_pitch", "head_roll", "gaze_yaw", "gaze_pitch",
    "eye_contact",
)  # fmt: skip
_SHARES = (("Metric", "coverage"), ("TrackInfo", "coverage"), ("Word", "probability"), ("QuestionMatch", "score"))


def track_names() -> tuple[str, ...]:
    """All tracks that this build can describe in a document."""
    extra = features.expression()
    return (*VOICE_TRACKS, *FACE_TRACKS, *(tuple(extra.TRACKS) if extra else ()))


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document that this build writes. No field but those named is written."""
    made = msgspec.json.schema(Analysis)
    types: dict[str, Any] = made["$defs"]
    for described in types.values():
        if "properties" in described:
            described["additionalProperties"] = False
    document = types["Analysis"]
    document["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    document["required"] = sorted({*document["required"], "schema_version"})
    document["properties"]["tracks"]["propertyNames"] = {"enum": list(track_names())}
    types["Event"]["properties"]["kind"] = {"enum": list(features.event_kinds())}
    for owner, name in _SHARES:
        types[owner]["properties"][name] |= {"minimum": 0, "maximum": 1}
    published = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MianJian analysis",
        "description": f"analysis.json, version {SCHEMA_VERSION}. Times are seconds; null means not measurable.",
        "$ref": made["$ref"],
        "$defs": types,
    }
    plain: dict[str, Any] = json.loads(msgspec.json.encode(published))
    return plain
