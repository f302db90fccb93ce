"""Loops for ever while it is imported, before any clock of a check has begun."""
while True:
    pass
