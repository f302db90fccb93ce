"""The reports of one learner, in the terminal and as a page."""
