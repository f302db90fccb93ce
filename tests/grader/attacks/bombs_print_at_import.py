"""Prints for ever while it is imported."""
while True:
    print("mldd-attack " * 100)
