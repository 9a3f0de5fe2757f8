"""What the review room and the command line do to an assessment: one `ReviewSession` per interview, with the veil.

Here the machine's scores meet the interviewer's: hidden until rated, combined, weighted, and signed. Nothing here knows
a screen.
"""

from app.review.session import Observation, Reading, ReviewSession

__all__ = ["Observation", "Reading", "ReviewSession"]
