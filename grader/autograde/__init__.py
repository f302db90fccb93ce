"""A class: find and read submissions, mark them in a sandbox, go on after an interruption."""
