"""Work that takes long: the queue, and the child processes in which recordings are analysed.

Heavy work never runs in the window's process. A job goes to a child as one JSON line; messages come back on a pipe;
the child and whatever it started can be ended at any time, and nothing of it is left. Nothing here knows a window: a
caller gives a `post` function that brings the answers to its own thread.
"""

from __future__ import annotations

from app.jobs.child import ChildReport, run_child
from app.jobs.queue import Job, JobQueue, JobState

__all__ = ["ChildReport", "Job", "JobQueue", "JobState", "run_child"]
