"""The library room: all interviews with search and filter, import, and the details of the one that is chosen."""
