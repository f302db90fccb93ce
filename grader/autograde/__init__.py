"""Mark a class: find and read submissions, judge them in a sandbox, continue after an interruption."""
