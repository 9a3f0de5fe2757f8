"""The seven files of an analysis: written so that they are whole or absent, and read back with every doubt.

`analysis.json` (the document; its JSON Schema is `docs/analysis.schema.json`), `tracks.npz` (numpy, no pickles),
`transcript.vtt`, `transcript.srt`, `speakers.rttm`, `transcript.eaf` (ELAN) and `curves.csv`.
"""

from analysis.export.folder import FILES, DocumentDamaged, DocumentMissing, DocumentNewer, content, read, write_all
from analysis.export.schema import schema

__all__ = ["FILES", "DocumentDamaged", "DocumentMissing", "DocumentNewer", "content", "read", "schema", "write_all"]
