"""The parts that run on a learner's machine: the client, the local server, and the learner's commands."""
