"""What writes and proves exercises: release, verify, mutants."""
