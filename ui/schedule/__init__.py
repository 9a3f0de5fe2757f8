"""Planned interviews in the window: who is late, and the dialog that invites."""
