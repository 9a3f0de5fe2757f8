"""The sync room: how the connection stands, what is queued, what was sent, and what needs a decision."""
