"""Packages that go from one library to another."""
