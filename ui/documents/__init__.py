"""A candidate's file shown inside the program: pages, pictures, words. It reads bytes from the vault, never a path."""
