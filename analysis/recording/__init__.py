"""Writing a recording while it happens, so that nothing is ever lost: VP8 and Opus in Matroska.

The child `analysis.record_worker` gets pictures and sound as they are taken and writes one part of a recording;
whatever ends it, what it wrote plays. `joining` makes one clean file of what it, or several such children, left. With
`analysis.media` this package is what may import `av`.
"""
