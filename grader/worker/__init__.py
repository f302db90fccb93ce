"""The process that runs the learner's code, and what it may not do."""
