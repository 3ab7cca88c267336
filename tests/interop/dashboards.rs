//! The alerts and the dashboard in `deploy/`: promtool and Grafana's model take them, and they ask for what `check` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::server::Server;
use crate::support::{fixture, judge, pki, python, root, run, stdout, trustpack};

fn deploy(path: &str) -> PathBuf {
    root().join("deploy").join(path)
}

/// What `dashboards.py` found; `None` when the judge that it needs is not here.
fn ask(word: &str, module: &str, more: &[&Path]) -> Option<Value> {
    let mut python = python(module)?;
    python.arg(root().join("tests/interop/dashboards.py"));
    let output = run(python.arg(word).arg(deploy("")).args(more));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Metrics of files and servers, of which something is wrong with most.
fn metrics(folder: &Path, compat: Option<&str>) -> PathBuf {
    let authority = pki::ca("deploy root", None, |_| {});
    let certified = pki::server(&["127.0.0.1"], Some(&authority), |_| {});
    let server = Server::start(vec![certified.der.clone()], certified.pkcs8());
    fs::write(folder.join("root.pem"), authority.pem()).unwrap();
    let path = folder.join("tls.prom");
    let mut command = trustpack();
    command.args(["check", "127.0.0.1:1", "--fail-on", "never"]);
    command
        .arg(server.address.to_string())
        .arg(folder.join("root.pem"));
    command.args(["server-expired.pem", "server.pem"].map(|name| fixture("pki").join(name)));
    if let Some(exporter) = compat {
        command.args(["--metrics-compat", exporter]);
    }
    command.arg("--output");
    run(command.arg(format!("prometheus={}", path.display())));
    path
}

/// The labels of each metric, as Prometheus' parser reads them.
fn emitted() -> Option<BTreeMap<String, BTreeSet<String>>> {
    let folder = tempfile::tempdir().unwrap();
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for compat in [None, Some("blackbox")] {
        let path = metrics(folder.path(), compat);
        let mut python = python("prometheus_client")?;
        python.arg(root().join("tests/interop/reports.py"));
        let output = run(python.arg("prometheus").arg(path));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for (name, series) in found.as_object().unwrap() {
            let labels = series.as_array().unwrap().iter();
            let labels = labels.flat_map(|one| one[0].as_object().unwrap().keys().cloned());
            known.entry(name.clone()).or_default().extend(labels);
        }
    }
    Some(known)
}

#[test]
fn grafana_knows_every_part_of_the_dashboard() {
    let Some(found) = ask("dashboard", "grafana_foundation_sdk", &[]) else {
        return;
    };
    let panels = found["panels"].as_array().unwrap();
    for kind in ["stat", "table", "timeseries"] {
        assert!(panels.contains(&kind.into()), "{found}");
    }
}

#[test]
fn promtool_takes_rules_tests_and_configuration() {
    let folder = deploy("prometheus");
    for words in [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "trustpack.rules.yml"],
        ["test", "rules", "trustpack.test.yml"],
    ] {
        let Some(mut promtool) = judge("promtool") else {
            return;
        };
        run(promtool.current_dir(&folder).args(words));
    }
    // each alert has its case, and its row
    let page = fs::read_to_string(root().join("docs/deploy/prometheus.md")).unwrap();
    let rules = fs::read_to_string(folder.join("trustpack.rules.yml")).unwrap();
    let tests = fs::read_to_string(folder.join("trustpack.test.yml")).unwrap();
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    for alert in alerts {
        assert!(tests.contains(&format!("alertname: {alert}\n")), "{alert}");
        assert!(page.contains(&format!("| `{alert}` |")), "{alert}");
    }
}

/// Words of a text of Prometheus' language or of its templates.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
}

#[test]
fn what_is_asked_for_is_what_check_writes() {
    let (Some(queries), Some(emitted)) = (ask("queries", "yaml", &[]), emitted()) else {
        return;
    };
    let labels: BTreeSet<&str> = emitted.values().flatten().map(String::as_str).collect();
    let mut asked = BTreeSet::new();
    for one in queries.as_array().unwrap() {
        let [place, query, text] = ["place", "query", "text"].map(|key| one[key].as_str().unwrap());
        let metrics: Vec<&str> = words(query)
            .filter(|word| word.starts_with("trustpack_") || word.starts_with("probe_"))
            .collect();
        assert!(!metrics.is_empty(), "{place}: {query}");
        for name in metrics {
            assert!(emitted.contains_key(name), "{place}: {name}");
            asked.insert(name);
        }
        // `{role="…"}` and `by (version)`, then what the text shows
        let matchers = query
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next());
        let matchers = matchers
            .flat_map(|inner| inner.split(','))
            .map(|one| one.split(['=', '!']).next().unwrap());
        let groups = query
            .split("by (")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let shown = text
            .split("{{")
            .skip(1)
            .filter_map(|rest| rest.split("}}").next());
        let shown = shown.filter(|inner| !inner.contains("$value"));
        let shown = shown.map(|inner| inner.trim().trim_start_matches("$labels."));
        for label in matchers.chain(groups).chain(shown) {
            // what Prometheus adds
            let is_known = labels.contains(label) || ["job", "instance"].contains(&label);
            assert!(is_known, "{place}: {label}");
        }
    }
    // all have their place, but for what the last second of validity says as well
    asked.insert("trustpack_cert_expired");
    for name in emitted.keys() {
        let is_shown = asked.contains(name.as_str()) || name.starts_with("probe_");
        assert!(is_shown, "{name} is nowhere");
    }
}

#[test]
fn promtool_parses_what_the_dashboard_asks_for() {
    let (Some(queries), Some(mut promtool)) = (ask("queries", "yaml", &[]), judge("promtool"))
    else {
        return;
    };
    let queries = queries.as_array().unwrap().iter().enumerate();
    let rules: Vec<Value> = queries
        .map(|(number, one)| json!({ "record": format!("query:{number}"), "expr": one["query"] }))
        .collect();
    let rules = json!({ "groups": [{ "name": "queries", "rules": rules }] });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queries.json");
    fs::write(&path, rules.to_string()).unwrap();
    let said = stdout(&run(promtool.args(["check", "rules"]).arg(path)));
    assert!(said.contains("SUCCESS"), "{said}");
}

/// Prometheus has read what `check` wrote: every panel shows something, and these alerts fire.
#[test]
fn panels_show_and_alerts_fire_for_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = metrics(folder.path(), None);
    let alerts = json!({
        "TrustpackCertificateExpired": 1,
        // the root has 60 days left
        "TrustpackCertificateWarning": 1,
        "TrustpackNotTrusted": 1,
        "TrustpackSourceDown": 1,
    });
    fs::write(folder.path().join("alerts.json"), alerts.to_string()).unwrap();
    let asked = ask("replay", "prometheus_client, yaml", &[&metrics]);
    let (Some(test), Some(mut promtool)) = (asked, judge("promtool")) else {
        return;
    };
    let path = folder.path().join("replay.json");
    fs::write(&path, test.to_string()).unwrap();
    run(promtool.args(["test", "rules"]).arg(path));
}
