"""Screenshots of every screen, in both languages and both themes: `python3 dev.py shots DIR [--only NAME]`.

The window is the product's own, on a library in which the main job was done on the bundled samples.
"""
