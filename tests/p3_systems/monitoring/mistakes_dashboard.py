"""What learners get wrong in `dashboard`, and what to tell them."""
from grader.judge.mistakes import mistake

mistake("dashboard.dashboard", """A threshold that you draw is not the alert's that you were handed. Two numbers that should be one drift apart, and then the line in the
        picture and the alarm in the night say different things.""",
        name="a_threshold_of_its_own", replace='thresholds["ServingSlow"]', by="0.25",
        forms=[{"replace": 'thresholds["ServingErrors"]', "by": "0.05"}, {"replace": 'thresholds["ModelDrift"]', "by": "0.2"},
               {"replace": 'thresholds["ServingErrors"]', "by": '100 * thresholds["ServingErrors"]'}])

mistake("dashboard.dashboard", """An alert that is not among those that you were handed is passed over in silence, and its panel has no line. That is how a renamed alert
        goes unnoticed: let the KeyError come.""",
        name="a_missing_alert_is_passed_over", replace='thresholds["ModelDrift"]', by='thresholds.get("ModelDrift")')

mistake("dashboard.panel", """A threshold of 0.0 is not drawn: you ask whether it is true, and 0.0 is not. Ask whether it is None.""", name="zero_is_no_threshold",
        replace="if threshold is not None:", by="if threshold:")

mistake("dashboard.panel", """Your panels read a data source by its name, or whichever is the default. Names can be changed and the default is another one on the
        next server, where the panels are then empty. The uid is what provisioning fixes.""",
        name="source_by_name", replace='source = {"type": "prometheus", "uid": UID}', by='source = "Prometheus"',
        forms=[{"replace": 'source = {"type": "prometheus", "uid": UID}', "by": 'source = {"type": "prometheus", "uid": "Prometheus"}'},
               {"replace": 'source = {"type": "prometheus", "uid": UID}', "by": 'source = {"type": "prometheus"}'}])

mistake("dashboard.panel", """Rows and columns of the grid are mixed up, or counted in panels: x goes from 0 to 23 along a row and y downwards, both in units of the
        grid. A panel is 12 of them wide and 8 high, and Grafana moves those that overlap.""",
        name="grid_in_panels", replace='"x": column * width, "y": row * height', by='"x": column, "y": row',
        forms=[{"replace": '"x": column * width, "y": row * height', "by": '"x": row * width, "y": column * height'}])

mistake("dashboard.panel", """The panels' ids count from 0. Grafana takes an id of 0 for a panel that has none yet.""", name="ids_from_zero",
        replace='"id": place + 1', by='"id": place')

mistake("dashboard.panel", """The green step has the value 0, and the first step begins at the lowest value there is: None, which is null in JSON. With 0 what is
        below has no color.""",
        name="green_from_zero", replace='"value": None', by='"value": 0')

mistake("dashboard.panel", """The red step of the threshold is there, but no line is drawn: the style is missing, and Grafana's default for it is off.""",
        name="no_line", replace='        defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}', by="")

mistake("dashboard.panel", """A negative place gets through, and the panel lands above or left of the grid.""", name="negative_place", replace="if place < 0:",
        by="if False:")

mistake("dashboard.panel", """The first place is refused, and places count from 0.""", name="first_place_is_refused", replace="if place < 0:", by="if place <= 0:")

mistake("dashboard.dashboard", """You draw a counter as it stands. The line only rises, and falls to 0 with a restart: what can be read off it is how long the service
        has run. Draw its rate.""",
        name="counter_as_it_stands", replace="sum by (job, label) (rate(model_predictions_total[5m]))", by="sum by (job, label) (model_predictions_total)")

mistake("dashboard.dashboard", """You take the rate of a sum of counters. Where one process restarts, the sum dips, and `rate` takes the dip for a restart of all. First the
        rate of each series, then the sum.""",
        name="rate_of_a_sum", replace="sum by (job, label) (rate(model_predictions_total[5m]))", by="rate(sum by (job, label) (model_predictions_total)[5m:30s])")

mistake("dashboard.dashboard", """The age is not an age: you draw the timestamp itself, the seconds since 1970. The age is the server's clock less the newest
        timestamp.""",
        name="timestamp_for_age", replace='"time() - max by (job) (model_drift_last_update_timestamp_seconds)"',
        by='"max by (job) (model_drift_last_update_timestamp_seconds)"',
        forms=[{"replace": '"time() - max by (job) (model_drift_last_update_timestamp_seconds)"',
                "by": '"model_drift_last_update_timestamp_seconds"'}])

mistake("dashboard.dashboard", """The age is that of the oldest update, or there is a line for every instance. One instance that was shut down would look like a monitor
        that has died; what counts is the newest update of the job.""",
        name="oldest_update", replace="max by (job) (model_drift", by="min by (job) (model_drift",
        forms=[{"replace": "max by (job) (model_drift_last_update_timestamp_seconds)", "by": "model_drift_last_update_timestamp_seconds"}])

mistake("dashboard.dashboard", """The panel of the distances shows the largest alone. That one has drifted is what the alert says already; which of the features it is, is
        what whoever comes to look wants to see.""",
        name="largest_distance_alone", replace='"model_drift_distance"', by='"job:model_drift_distance:max"',
        forms=[{"replace": '"model_drift_distance"', "by": '"max by (job) (model_drift_distance)"'}])

mistake("dashboard.dashboard", """A panel reads a metric that is neither exported nor recorded. Grafana says nothing about that: the panel is empty, which looks like a quiet
        night.""",
        name="a_metric_that_is_not_there", replace='"job_route:serving_requests:rate5m"', by='"serving_requests:rate5m"',
        forms=[{"replace": '"job_route:serving_requests:rate5m"', "by": '"sum by (job, route) (rate(http_requests_total[5m]))"'}])

mistake("dashboard.dashboard", """The latency is drawn in milliseconds. It is recorded in seconds, so 0.2 is shown as 0.2 ms; Grafana makes milliseconds of it by itself if
        the unit is "s".""",
        name="milliseconds", replace='rate5m", unit="s"', by='rate5m", unit="ms"')

mistake("dashboard.dashboard", """A share has the unit "percent", which is for numbers up to 100: 0.05 is shown as 0.05 %. For shares up to 1 it is "percentunit".""",
        name="percent_of_a_share", replace='"model_accuracy_estimate", unit="percentunit"', by='"model_accuracy_estimate", unit="percent"')

mistake("dashboard.provisioning", """The data source is asked by the browser: access is "direct", or left out. The browser does not know the names that the services have
        among themselves; Grafana does, and asks for it with "proxy".""",
        name="asked_by_the_browser", replace='"access": "proxy"', by='"access": "direct"',
        forms=[{"replace": '"uid": UID, "access": "proxy"', "by": '"uid": UID'}])

mistake("dashboard.provisioning", """The data source has no uid, so Grafana makes one up, another on each server, and none of your panels finds it.""",
        name="no_uid", replace='"uid": UID, "access"', by='"access"')
