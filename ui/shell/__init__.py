"""The one window: its start, the rail with the rooms, the bar on top, and what all rooms share (`Context`)."""
