"""What people and programs read of verdicts."""
