"""The sandbox EHR: a complete small HR system to try against, over real HTTP on loopback, with a store of its own.

It serves the published contract, can be told to misbehave, and has a page on which a person sees what arrives. It
imports nothing else of `sync`: it is the other side, and only the contract connects the two.
"""
