"""The judge's own file for `promtool test rules`: series, and what the rules of the exercise give of them."""
import yaml

SERIES = [  # every 30 s, 100 minutes
    ('serving_requests_total{job="search",route="/predict",status="200",instance="a"}', "3000+2820x200"),
    ('serving_requests_total{job="search",route="/predict",status="503",instance="a"}', "60+30x40 1260+240x60 15900+30x90"),
    ('model_drift_distance{job="search",feature="length",instance="a"}', "0.05x40 0.4x60 0.05x100"),
    ('model_drift_last_update_timestamp_seconds{job="search",instance="a"}', "0+30x40 1200x60 3030+30x90"),
]
STATES = {  # {alert: (a moment at which it is silent, one at which it fires, one at which it is silent again)}
    "ServingErrors": ("19m", "35m", "65m"), "ModelDrift": ("19m", "35m", "65m"), "DriftMonitorStale": ("19m", "42m", "65m")}


def rule_tests() -> str:
    """The text of the test file. What an alert's annotations say is left open: promtool is asked for the series ALERTS."""
    asked = [{"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": moment,
              "exp_samples": [{"labels": "{}", "value": 1}] if fires else []}
             for alert, moments in STATES.items() for moment, fires in zip(moments, (False, True, False))]
    asked.append({"expr": "job_route:serving_requests:rate5m", "eval_time": "15m", "exp_samples": [
        {"labels": 'job_route:serving_requests:rate5m{job="search",route="/predict"}', "value": 95}]})
    return yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "30s", "tests": [{
        "interval": "30s", "input_series": [{"series": name, "values": values} for name, values in SERIES],
        "promql_expr_test": asked}]})
