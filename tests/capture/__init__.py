"""Sources of a recording, on real captures: with a sound server and a screen of the tests' own."""
