"""The dialect of Moka: positions and applications are read. Its public interface takes no assessments from outside, so
results stay on this side.

What is used marks nothing as delivered there: an answer that is lost is asked for again and brings the same rows.
"""

from sync.dialects.moka.shape import MokaShape as MokaShape
from sync.dialects.moka.system import MokaSystem as MokaSystem
