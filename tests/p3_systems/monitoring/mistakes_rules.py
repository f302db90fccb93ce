"""What learners get wrong in `rules`, and what to tell them."""
from grader.judge.mistakes import mistake

REQUESTS = "expr: sum by (job, route) (rate(serving_requests_total[5m]))"
SHARE = """sum by (job) (rate(serving_requests_total{status=~"5.."}[5m]))
          / sum by (job) (rate(serving_requests_total[5m]))"""
SLOWEST = "histogram_quantile(0.99, sum by (job, le) (rate(serving_request_seconds_bucket[5m])))"
LARGEST = "max by (job) (model_drift_distance)"
STALE = "time() - max by (job) (model_drift_last_update_timestamp_seconds) > 600"

mistake("rules.serving", """A recorded rate of requests is the sum of a counter as it stands. A counter only grows, and starts at 0 again with its
        process: its value says how long the service has run rather than how much it has to do. What it says is how fast it grows.""",
        name="counter_as_it_stands", replace=REQUESTS, by="expr: sum by (job, route) (serving_requests_total)")

mistake("rules.serving", """You add the counters first and take the rate of the sum. Where one process restarts, its counter falls to 0, and in the sum
        that looks like a small dip, or like a restart of all: `rate` can mend a reset only in the series in which it happened. So the
        rate comes first, series by series, and the sum second.""",
        name="rate_of_a_sum", replace=REQUESTS, by="expr: rate(sum by (job, route) (serving_requests_total)[5m:30s])")

mistake("rules.serving", """You record how many requests came in five minutes, by `increase`. The name promises requests a second: `rate` is the increase
        divided by the length of its range, 300 times smaller here.""",
        name="increase_for_rate", replace=REQUESTS, by="expr: sum by (job, route) (increase(serving_requests_total[5m]))")

mistake("rules.serving", """The labels that are left are not those that the name promises. The level in front of the first colon lists them: whoever reads
        job_route:… expects one series for each job and route, with no other label to tell them apart.""",
        name="other_labels_than_the_name", replace=REQUESTS, by="expr: sum without (status) (rate(serving_requests_total[5m]))",
        forms=[{"replace": REQUESTS, "by": "expr: rate(serving_requests_total[5m])"},
               {"replace": REQUESTS, "by": "expr: sum by (route) (rate(serving_requests_total[5m]))"}])

mistake("rules.serving", """You record how many requests fail a second, and the name promises the share of them. Five failures a second are a catastrophe
        among six requests and noise among ten thousand: divide by all requests of the job.""",
        name="errors_and_no_share", replace=SHARE, by='sum by (job) (rate(serving_requests_total{status=~"5.."}[5m]))')

mistake("rules.serving", """You divide the failed requests by those that succeeded. That is the odds and no share: where half of the requests fail it is 1.
        What belongs below is every request, the failed ones too.""",
        name="share_of_the_others", replace=SHARE,
        by="""sum by (job) (rate(serving_requests_total{status=~"5.."}[5m]))
          / sum by (job) (rate(serving_requests_total{status!~"5.."}[5m]))""")

mistake("rules.serving", """Statuses of 4xx count as errors in your share. A request that was malformed is the caller's mistake, and the service was right to
        refuse it; an alarm about it wakes somebody who can do nothing.""",
        name="callers_mistakes_count", replace=SHARE,
        by="""sum by (job) (rate(serving_requests_total{status=~"[45].."}[5m]))
          / sum by (job) (rate(serving_requests_total[5m]))""",
        forms=[{"replace": SHARE, "by": """sum by (job) (rate(serving_requests_total{status!="200"}[5m]))
          / sum by (job) (rate(serving_requests_total[5m]))"""}])

mistake("rules.serving", """You divide series by series, without a sum. Two series meet in a division where all their labels agree, so each series of failed
        requests is divided by itself, and the share is 1 whatever happens.""",
        name="divided_by_itself", replace=SHARE,
        by="""rate(serving_requests_total{status=~"5.."}[5m])
          / rate(serving_requests_total[5m])""",
        forms=[{"replace": SHARE, "by": """max by (job) (rate(serving_requests_total{status=~"5.."}[5m])
          / rate(serving_requests_total[5m]))"""}])

mistake("rules.serving", """Your share is a mean of the routes' shares. A route with one request a minute weighs as much in it as one with a thousand a
        second. Add the requests first, and divide once.""",
        name="mean_of_shares", replace=SHARE,
        by="""avg by (job) (sum by (job, route) (rate(serving_requests_total{status=~"5.."}[5m]))
          / sum by (job, route) (rate(serving_requests_total[5m])))""")

mistake("rules.serving", """You sum the label `le` away before the quantile is taken. `le` is what makes buckets of the series: without it nothing is left
        that has a distribution, and the rule records nothing.""",
        name="buckets_without_le", replace=SLOWEST,
        by="histogram_quantile(0.99, sum by (job) (rate(serving_request_seconds_bucket[5m])))")

mistake("rules.serving", """You take the quantile of each series and then a mean or a maximum of them. Quantiles cannot be added: a route with one slow request
        an hour counts as much as the one that everybody uses. Buckets can be added, so add them, and take the quantile last.""",
        name="mean_of_quantiles", replace=SLOWEST,
        by="avg by (job) (histogram_quantile(0.99, rate(serving_request_seconds_bucket[5m])))",
        forms=[{"replace": SLOWEST, "by": "max by (job) (histogram_quantile(0.99, rate(serving_request_seconds_bucket[5m])))"},
               {"replace": SLOWEST,
                "by": "max by (job) (histogram_quantile(0.99, sum by (job, route, le) (rate(serving_request_seconds_bucket[5m]))))"}])

mistake("rules.serving", """Your quantile is of the buckets as they stand, so of every request since the process began. After a week a slow hour does not show
        in it at all. The rate of the buckets has the last five minutes.""",
        name="quantile_since_the_beginning", replace=SLOWEST,
        by="histogram_quantile(0.99, sum by (job, le) (serving_request_seconds_bucket))")

mistake("rules.serving", """You ask for another quantile than the 99th percentile: `histogram_quantile` takes a share, 0.99, and no per cent, and for a share
        above 1 it gives infinity.""",
        name="another_quantile", replace="histogram_quantile(0.99", by="histogram_quantile(99",
        forms=[{"replace": "histogram_quantile(0.99", "by": "histogram_quantile(0.9"}])

mistake("rules.serving", """You take a rate of the distance. It is a gauge, which may rise and fall: `rate` takes every fall for a restart of a counter, and
        what it gives means nothing. A gauge is read as it stands.""",
        name="rate_of_a_gauge", replace=LARGEST, by="max by (job) (rate(model_drift_distance[5m]))",
        forms=[{"replace": LARGEST, "by": "max by (job) (increase(model_drift_distance[5m]))"}])

mistake("rules.serving", """You record a mean or a sum of the distances. One feature that has drifted altogether vanishes in the mean of fifty that have not, and
        a sum grows with the number of features; the name promises the largest.""",
        name="mean_of_the_distances", replace=LARGEST, by="avg by (job) (model_drift_distance)",
        forms=[{"replace": LARGEST, "by": "sum by (job) (model_drift_distance)"}])

mistake("rules.serving", """The largest distance that you record is the largest of an hour or so, and not that of now. It stays high long after the drift has
        gone, so an alert that reads it resolves late.""",
        name="largest_of_the_past", replace=LARGEST, by="max by (job) (max_over_time(model_drift_distance[1h]))",
        forms=[{"replace": LARGEST, "by": "max by (job) (max_over_time(model_drift_distance[15m]))"}])

mistake("rules.serving", """The largest distance is over all jobs together. The label `job` is gone, so the alert cannot say which model has drifted, and a
        second job that drifts raises no alert of its own.""",
        name="job_is_lost", replace=LARGEST, by="max(model_drift_distance)")

mistake("rules.alerts", """An alert reads a counter as it stands, or all that it grew in a day. Once there was an error the condition holds, and goes on
        holding when all is well: the alert never resolves, and an alarm that is always on is switched off.""",
        name="never_resolves", replace="expr: job:serving_errors_per_requests:ratio_rate5m > 0.05",
        by='expr: sum by (job) (serving_requests_total{status=~"5.."}) > 5',
        forms=[{"replace": "expr: job:serving_errors_per_requests:ratio_rate5m > 0.05",
                "by": 'expr: sum by (job) (increase(serving_requests_total{status=~"5.."}[1d])) > 5'}])

mistake("rules.alerts", """The threshold of ServingErrors is in per cent, and the recorded series is a share between 0 and 1: it never is above 5.""",
        name="per_cent_for_a_share", replace="ratio_rate5m > 0.05", by="ratio_rate5m > 5")

mistake("rules.alerts", """The threshold of ServingSlow is in milliseconds. Prometheus counts in seconds, as every base unit: 250 is four minutes.""",
        name="milliseconds_for_seconds", replace="p99_rate5m > 0.25", by="p99_rate5m > 250")

mistake("rules.alerts", """An alert fires at its threshold, and the contract says above it. It is one value, but for a distance or a share of small samples it is
        a value that often occurs.""",
        name="at_the_threshold", replace="distance:max > 0.2", by="distance:max >= 0.2",
        forms=[{"replace": STALE, "by": STALE.replace(">", ">=")}])

mistake("rules.alerts", """An alert has no `for:`, so it fires with the first round in which its condition holds. One odd scrape then wakes somebody, for
        something that is over before they are awake.""",
        name="no_patience", replace="> 0.2\n        for: 5m", by="> 0.2",
        forms=[{"replace": "> 0.25\n        for: 5m", "by": "> 0.25\n        for: 0m"}])

mistake("rules.alerts", """DriftMonitorStale compares the timestamp itself with 600. That is the seconds since 1970 and always above: the alert fires from the
        first minute and never ends. An age is the present less the timestamp.""",
        name="timestamp_for_age", replace=STALE, by="max by (job) (model_drift_last_update_timestamp_seconds) > 600")

mistake("rules.alerts", """DriftMonitorStale waits for the timestamp to be absent. A monitor that hangs goes on exporting its last one: the series is there, and
        does not move. Its age is what tells.""",
        name="waits_for_absence", replace=STALE, by="absent(model_drift_last_update_timestamp_seconds)")

mistake("rules.alerts", """A severity is among the annotations, or spelt otherwise than the contract spells it. Alertmanager sends alerts to people by their
        *labels*; annotations are only text.""",
        name="severity_is_no_label", replace="""> 0.2
        for: 5m
        labels: {severity: ticket}
        annotations:""", by="""> 0.2
        for: 5m
        annotations:
          severity: ticket""",
        forms=[{"replace": "> 0.2\n        for: 5m\n        labels: {severity: ticket}", "by": "> 0.2\n        for: 5m\n        labels: {severity: warning}"}])

mistake("rules.alerts", """No annotation of an alert has the value that was seen. Whoever is woken wants to know at once whether it is just above the threshold
        or ten times it: {{ $value }} writes it into the text.""",
        name="value_is_not_told", replace="The largest distance of a feature from the reference is {{ $value }}.",
        by="The largest distance of a feature from the reference is above 0.2.")
