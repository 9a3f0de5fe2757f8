"""The dialect of Greenhouse Harvest v3: jobs, applications and interviews are read, a result is a note on the
candidate's activity feed, files are attachments of the application. No stage is ever moved, no scorecard written.

What makes a repeat harmless: a note names the revision and the hash of what was signed in its last line, and is looked
for before it is made; a candidate who was made from here is found again by an address that names the interview.
"""

from sync.dialects.greenhouse.shape import GreenhouseShape as GreenhouseShape
from sync.dialects.greenhouse.system import GreenhouseSystem as GreenhouseSystem
