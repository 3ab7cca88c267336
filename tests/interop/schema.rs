//! The schema of a specification: a validator of JSON Schema takes every example, and not what is wrong.

use std::collections::BTreeMap;
use std::fs;

use crate::support::{python, root, run, trustpack};

/// What the judge finds wrong with each file; `None` when it is not here.
fn judge(files: &[String]) -> Option<BTreeMap<String, Vec<String>>> {
    let mut python = python("jsonschema")?;
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    fs::write(&schema, run(trustpack().args(["channel", "schema"])).stdout).unwrap();
    python.arg(root().join("tests/interop/schema.py"));
    let output = run(python.arg(&schema).args(files));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn every_example_is_valid() {
    let examples = fs::read_dir(root().join("docs/examples")).unwrap();
    let files = examples.map(|file| file.unwrap().path().display().to_string());
    let files: Vec<String> = files.collect();
    assert!(files.len() > 14, "{files:?}");
    let Some(found) = judge(&files) else { return };
    assert_eq!(found.len(), files.len());
    for (file, wrong) in found {
        assert!(wrong.is_empty(), "{file}: {wrong:?}");
    }
}

#[test]
fn what_is_wrong_is_found_where_it_is() {
    let good = fs::read_to_string(root().join("docs/examples/whatsapp-twilio.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let twins = [
        (
            "env:TWILIO_API_KEY_SECRET",
            "hunter2",
            "$.channel[0].info.api_key_secret",
        ),
        ("\"AC0123", "\"XX0123", "$.channel[0].info.account_sid"),
        ("api_key_sid = ", "api_key_id = ", "$.channel[0].info"),
        (
            "intelligent_robot = true",
            "intelligent_robot = \"yes\"",
            "$.channel[0].robot.intelligent_robot",
        ),
        (
            "13:30-18:00",
            "13:30-24:01",
            "$.channel[0].basic.work_time.workday[1]",
        ),
        ("base_url = ", "# ", "$.channel[0].info"),
        (
            "provider = \"twilio\"",
            "provider = \"acme\"",
            "$.channel[0].provider",
        ),
    ];
    let mut files = Vec::new();
    for (place, (from, to, _)) in twins.iter().enumerate() {
        assert!(good.contains(from), "{from}");
        let path = folder.path().join(format!("{place}.toml"));
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        files.push(path.display().to_string());
    }
    let Some(found) = judge(&files) else { return };
    for (file, (_, to, place)) in files.iter().zip(twins) {
        let wrong = &found[file];
        assert!(wrong.iter().any(|there| there == place), "{to}: {wrong:?}");
    }
}
