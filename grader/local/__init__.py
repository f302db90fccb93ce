"""What runs on a learner's own machine: the client, the server behind it, and the commands."""
