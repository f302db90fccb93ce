"""The grader of ML Deepdive: judges exercises, remembers verdicts, draws reports."""
