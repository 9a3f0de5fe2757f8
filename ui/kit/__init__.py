"""The editor of a position's kit: its questions, and how each of them is put."""
