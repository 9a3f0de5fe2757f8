"""The settings room: who reviews, how the window looks, the HR system, the engine. Everything is saved when changed."""
