"""The pages of a class, and what other programs read of it."""
