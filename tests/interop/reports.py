"""Reads a report as the programs do that it is meant for, and prints what it found there as JSON.

reports.py FORMAT FILE: csv, ics, junit, markdown, nagios, prometheus, sarif. What the judge refuses ends with an error.
"""

import csv
import json
import re
import sys


def read_csv(path):
    """The csv module, strict; a row of another length has a key or a value None."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row in rows:
        assert None not in row and None not in row.values(), row
    return {
        "kinds": [row["kind"] for row in rows],
        "fingerprints": [row["fingerprint"] for row in rows if row["kind"] == "certificate"],
        "formulas": sum(value[:1] in ("=", "+", "@", "\t", "\r") for row in rows for value in row.values()),
    }


def read_junit(path):
    from junitparser import JUnitXml, TestSuite

    suites = list(JUnitXml.fromfile(path))
    assert all(isinstance(suite, TestSuite) for suite in suites)
    for suite in suites:
        results = [result for case in suite for result in case.result]
        words = [type(result).__name__ for result in results]
        assert suite.tests == len(list(suite)), suite
        assert suite.failures == words.count("Failure"), suite
        assert suite.errors == words.count("Error"), suite
        assert suite.skipped == words.count("Skipped"), suite
    return {
        "suites": [suite.name for suite in suites],
        "tests": sum(suite.tests for suite in suites),
        "failures": sum(suite.failures for suite in suites),
        "errors": sum(suite.errors for suite in suites),
        "types": sorted({result.type for suite in suites for case in suite for result in case.result if result.type}),
    }


def read_markdown(path):
    from markdown_it import MarkdownIt

    with open(path, encoding="utf-8") as file:
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(file.read())
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content for token in inline + tokens if token.type in ("html_inline", "html_block")]
    rows, cells = 0, set()
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            end = next(at for at in range(place, len(tokens)) if tokens[at].type == "tr_close")
            cells.add(sum(inner.type in ("td_open", "th_open") for inner in tokens[place:end]))
            rows += 1
    return {
        "rows": rows,
        "cells": sorted(cells),
        "items": sum(token.type == "list_item_open" for token in tokens),
        "html": sorted(set(html) - {"<!-- -->"}),
        "links": sum(token.type in ("link_open", "image") for token in inline),
        "other": sorted({token.type for token in tokens} & {"heading_open", "fence", "code_block", "hr", "blockquote_open"}),
    }


def read_ics(path):
    from icalendar import Calendar

    with open(path, "rb") as file:
        calendar = Calendar.from_ical(file.read())
    assert not calendar.errors, calendar.errors
    events = []
    for event in calendar.walk("VEVENT"):
        assert not event.errors, event.errors
        alarms = [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")]
        events.append({
            "uid": str(event["UID"]),
            "start": event.decoded("DTSTART").strftime("%Y-%m-%dT%H:%M:%SZ"),
            "stamp": event.decoded("DTSTAMP").strftime("%Y-%m-%dT%H:%M:%SZ"),
            "alarms": [int(alarm.total_seconds()) for alarm in alarms],
            "summary": str(event["SUMMARY"]),
            "description": str(event["DESCRIPTION"]),
        })
    return {"version": str(calendar["VERSION"]), "events": events}


# Monitoring Plugins, development guidelines: "Performance data" and "Threshold and ranges".
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
RANGE = rf"@?(?:(?:~|{NUMBER}):(?:{NUMBER})?|{NUMBER})"
ITEM = re.compile(
    rf"(?:'(?P<quoted>[^'=]+)'|(?P<bare>[^' =]+))="
    rf"(?P<value>{NUMBER}|U)(?P<unit>s|us|ms|%|B|KB|MB|TB|c)?"
    rf"(?:;(?P<warn>{RANGE})?(?:;(?P<critical>{RANGE})?(?:;(?P<min>{NUMBER})?(?:;(?P<max>{NUMBER})?)?)?)?)?(?: |$)"
)


def read_nagios(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\n") and text.count("\n") == 1, text
    said, _, data = text[:-1].partition("|")
    status = re.fullmatch(r"CERT (OK|WARNING|CRITICAL|UNKNOWN): .+", said.rstrip())
    assert status, said
    data, items = data.strip(), {}
    while data:
        item = ITEM.match(data)
        assert item, data
        label = item["quoted"] or item["bare"]
        assert label not in items, label
        items[label] = [item["value"], item["unit"], item["warn"], item["critical"]]
        data = data[item.end():]
    return {"status": status[1], "length": len(said.rstrip()), "items": items}


def read_prometheus(path):
    """The parser of the reference client, and what node_exporter's textfile collector asks for beside that."""
    from prometheus_client.parser import text_string_to_metric_families

    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\n")
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(names) == len(set(names)), "a metric is in two groups"
    heads = [line.split(" ")[1:3] for line in text.splitlines() if line.startswith("#")]
    assert len(heads) == 2 * len(names), "HELP and TYPE stand once for each metric"
    series = [
        (sample.name, tuple(sorted(sample.labels.items())), sample.value)
        for family in families
        for sample in family.samples
    ]
    assert all(sample.timestamp is None for family in families for sample in family.samples)
    assert len({one[:2] for one in series}) == len(series), "a series stands twice"
    found = {}
    for name, labels, value in series:
        found.setdefault(name, []).append([dict(labels), value])
    return found


def read_sarif(path):
    """Two models of the schema, one of them made from it."""
    from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema
    from sarif_pydantic import Sarif

    with open(path, encoding="utf-8") as file:
        log = json.load(file)
    Schema.model_validate(log)
    run = Sarif.model_validate(log).runs[0]
    rules = [rule.id for rule in run.tool.driver.rules or []]
    assert len(rules) == len(set(rules))
    results = run.results or []
    assert {result.rule_id for result in results} == set(rules)
    return {
        "rules": sorted(rules),
        "levels": [result["level"] for result in log["runs"][0]["results"]],
        "fingerprints": len({json.dumps(result["partialFingerprints"]) for result in log["runs"][0]["results"]}),
    }


if __name__ == "__main__":
    word, path = sys.argv[1:]
    print(json.dumps(globals()["read_" + word](path)))
