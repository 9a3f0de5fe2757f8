"""Planned interviews: who is late, what is said of it, reminders, and invitations. No window, no network of its own."""
