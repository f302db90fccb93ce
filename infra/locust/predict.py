"""A load for one route of the service, as `grader smoke` and you drive it:

    ROUTE=/predict BODY='{"inputs": [0.5, 0.5]}' locust -f infra/locust/predict.py --headless -u 32 -t 10s -H http://127.0.0.1:8000

Without RATE it is a *closed* load: each user asks again as soon as it has its answer, so a slow service is asked less often.
With RATE, questions a second of all users together, it is nearly *open*: the users keep to a timetable as long as they are
not all waiting. Measure throughput by the first, latency by the second.
"""
import os

from locust import FastHttpUser, constant, constant_throughput, task

ROUTE, BODY = os.environ.get("ROUTE", "/live"), os.environ.get("BODY", "").encode()
RATE, USERS = float(os.environ.get("RATE", "0")), float(os.environ.get("USERS", "32"))


class Caller(FastHttpUser):
    wait_time = constant_throughput(RATE / USERS) if RATE else constant(0)

    @task
    def ask(self) -> None:
        if BODY:
            self.client.post(ROUTE, data=BODY, headers={"content-type": "application/json"})
        else:
            self.client.get(ROUTE)
