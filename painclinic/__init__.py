"""Composition and kernel of painclinic."""
