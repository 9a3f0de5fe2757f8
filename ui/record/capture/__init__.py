"""Sources of a recording: cameras, screens, windows, microphones, what the computer plays, a file as camera.

Everything here runs in the capture thread of a `CaptureSession` and gives what it takes to a `Sink`; no widget and no
disk is known here.
"""
