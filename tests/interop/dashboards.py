"""Reads the dashboard and the alerts of deploy/ as Grafana and Prometheus do, and prints what it found there as JSON.

dashboards.py WORD FOLDER: dashboard, queries. What the judge refuses ends with an error.
dashboards.py replay FOLDER METRICS: a unit test for promtool, in which Prometheus has read these metrics.
"""

import json
import re
import sys
from pathlib import Path


def dashboard(folder):
    return json.loads((folder / "grafana/trustpack.json").read_text(encoding="utf-8"))


def read_dashboard(folder):
    """Grafana's own model reads it; what is not in what it read, it does not know."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    written = dashboard(folder)
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(written)))
    assert_holds(read, written, "")
    panels = written["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    squares = [square for panel in panels for square in squares_of(panel["gridPos"])]
    assert len(set(squares)) == len(squares), "panels lie over each other"
    for panel in panels:
        for place in [panel, *panel["targets"]]:
            assert place["datasource"]["uid"] == "${datasource}", panel["title"]
    return {"schemaVersion": written["schemaVersion"], "panels": [panel["type"] for panel in panels]}


def assert_holds(read, written, place):
    if isinstance(written, dict):
        for key, value in written.items():
            assert isinstance(read, dict) and key in read, f"{place}/{key} is not known"
            assert_holds(read[key], value, f"{place}/{key}")
    elif isinstance(written, list):
        assert len(read) == len(written), place
        for number, (mine, its) in enumerate(zip(read, written)):
            assert_holds(mine, its, f"{place}/{number}")
    else:
        assert read == written, f"{place}: {read!r} is not {written!r}"


def squares_of(position):
    assert position["x"] + position["w"] <= 24, "Grafana's grid has 24 columns"
    rows = range(position["y"], position["y"] + position["h"])
    return [(x, y) for y in rows for x in range(position["x"], position["x"] + position["w"])]


def read_queries(folder):
    """Every expression with what is written about its result; of the dashboard as Grafana asks for "All"."""
    queries = []
    for panel in dashboard(folder)["panels"]:
        for target in panel["targets"]:
            text = target["expr"].replace("$report", ".*").replace("$source", ".*")
            assert "$" not in text, text
            queries.append({"place": f"dashboard: {panel['title']}", "query": text, "text": target.get("legendFormat", "")})
    for variable in dashboard(folder)["templating"]["list"]:
        if variable["type"] == "query":
            wanted = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"])
            text = f"count by ({wanted[2]}) ({wanted[1].replace('$report', '.*')})"
            queries.append({"place": f"dashboard: ${variable['name']}", "query": text, "text": ""})
    import yaml

    rules = yaml.safe_load((folder / "prometheus/trustpack.rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            text = " ".join(rule["annotations"].values())
            queries.append({"place": f"alert: {rule['alert']}", "query": rule["expr"], "text": text})
    return queries


# The time of promtool's tests begins at 0, and so these times count from the run of the check.
TIMES = ("trustpack_cert_not_after", "trustpack_cert_not_before", "trustpack_last_run_timestamp_seconds")


def read_replay(folder, metrics):
    """What was written an hour ago is in Prometheus. Which queries of the dashboard have a result, and which alerts fire?

    `wanted` holds what of both there has to be.
    """
    from prometheus_client.parser import text_string_to_metric_families

    with open(metrics, encoding="utf-8") as file:
        families = list(text_string_to_metric_families(file.read()))
    [run] = [family.samples[0].value for family in families if family.name == "trustpack_last_run_timestamp_seconds"]
    series = []
    for sample in (sample for family in families for sample in family.samples):
        labels = ",".join(f"{name}={json.dumps(value)}" for name, value in sample.labels.items())
        value = sample.value - run if sample.name in TIMES else sample.value
        series.append({"series": f"{sample.name}{{{labels}}}", "values": f"{value:.0f}x40"})
    queries = [one["query"] for one in read_queries(folder) if one["place"].startswith("dashboard: ")]
    alerts = json.loads((Path(metrics).parent / "alerts.json").read_text(encoding="utf-8"))
    expected = [{"expr": f"count({query}) > bool 0", "exp_samples": [{"labels": "{}", "value": 1}]} for query in queries]
    fire = 'count by (alertname) (ALERTS{alertstate="firing"})'
    samples = [{"labels": f'{{alertname="{name}"}}', "value": count} for name, count in alerts.items()]
    expected.append({"expr": fire, "exp_samples": samples})
    return {
        "rule_files": [str(folder / "prometheus/trustpack.rules.yml")],
        "evaluation_interval": "10m",
        "tests": [
            {
                "interval": "10m",
                "input_series": series,
                "promql_expr_test": [{"eval_time": "3h", **one} for one in expected],
            }
        ],
    }


if __name__ == "__main__":
    word, folder, *more = sys.argv[1:]
    print(json.dumps(globals()["read_" + word](Path(folder), *more)))
