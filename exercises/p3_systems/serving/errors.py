"""What can go wrong with a request before a model has answered it. Given code: a batcher raises these, an application
turns them into status codes, and neither has to know the other.
"""


class QueueFullError(Exception):
    """There is no room for one more request: try again later."""


class ClosedError(Exception):
    """Nothing more is accepted: the service is about to stop."""


class DeadlineError(TimeoutError):
    """There is no answer within the time that the caller gave."""
