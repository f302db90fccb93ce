"""The maintainer's tools that write and prove exercises: release, verify, mutants."""
