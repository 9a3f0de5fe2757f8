"""The dialect of Odoo 19: its JSON-2 interface, recruitment, surveys and calendar.

What makes a repeat harmless: everything that is created has an external id (`mianjian.…`), and `load` makes or finds it
in one transaction of the server. An assessment's fields, its signed bytes and the note of it are one such call.
"""

from sync.dialects.odoo.shape import OdooShape as OdooShape
from sync.dialects.odoo.system import OdooSystem as OdooSystem
