"""Reports on verdicts, for people and for other programs."""
