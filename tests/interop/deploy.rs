//! What lies in `deploy/` is valid for the programs that read it, and its parts fit each other.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{judge, python, root, run, stderr, stdout};

mod runs;

fn deploy(path: &str) -> PathBuf {
    root().join("deploy").join(path)
}

/// What `deploy.py` found; `None` when the judge that it needs is not here.
fn ask(word: &str, module: &str) -> Option<Value> {
    let mut python = python(module)?;
    python.arg(root().join("tests/interop/deploy.py"));
    let output = run(python.arg(word).arg(deploy("")));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_containerfile_passes_hadolint() {
    let beside = std::env::var_os("TRUSTPACK_PYTHON").map(PathBuf::from);
    let beside = beside.map(|python| python.with_file_name("hadolint"));
    let hadolint = match beside {
        Some(path) if path.is_file() => Some(Command::new(path)),
        _ => judge("hadolint"),
    };
    if let Some(mut hadolint) = hadolint {
        run(hadolint.arg(deploy("container/Containerfile")));
    }
}

#[test]
fn the_resources_of_kubernetes_fit_their_schemas_and_each_other() {
    let Some(found) = ask("kubernetes", "kubernetes_validate") else {
        return;
    };
    let kinds = found["kinds"].as_array().unwrap();
    for kind in ["CronJob", "Deployment", "Job", "NetworkPolicy", "Service"] {
        assert!(kinds.contains(&kind.into()), "{found}");
    }
}

#[test]
fn kubectl_puts_the_resources_together() {
    for folder in ["", "shards", "monitoring"] {
        let Some(mut kubectl) = judge("kubectl") else {
            return;
        };
        let folder = deploy("kubernetes").join(folder);
        let built = stdout(&run(kubectl.arg("kustomize").arg(&folder)));
        assert!(built.contains("namespace: trustpack\n"), "{built}");
        // each image has its registry, each reference the name that was made
        assert!(!built.contains("image: trustpack\n"), "{built}");
        for volume in built.split("configMap:\n").skip(1) {
            let name = volume.lines().next().unwrap().trim();
            assert!(name.starts_with("name: trustpack-"), "{built}");
        }
    }
}

#[test]
fn the_examples_for_ci_fit_their_schemas() {
    ask("ci", "check_jsonschema");
}

#[test]
fn systemd_knows_every_line_and_calls_the_services_hardened() {
    let Some(_) = judge("systemd-analyze") else {
        return;
    };
    let units = [
        "trustpack-check.service",
        "trustpack-check.timer",
        "trustpack-exporter.service",
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = |path: &str| folder.path().join(path);
    for place in [
        "etc/systemd/system",
        "usr/lib/systemd/system",
        "usr/local/bin",
        "bin",
    ] {
        fs::create_dir_all(path(place)).unwrap();
    }
    for unit in units {
        fs::copy(
            deploy("systemd").join(unit),
            path("etc/systemd/system").join(unit),
        )
        .unwrap();
    }
    for file in fs::read_dir("/usr/lib/systemd/system").unwrap() {
        let file = file.unwrap();
        let name = file.file_name();
        if name.to_str().unwrap().ends_with(".target") {
            fs::copy(file.path(), path("usr/lib/systemd/system").join(name)).unwrap();
        }
    }
    fs::copy("/bin/sh", path("bin/kill")).unwrap();
    fs::copy("/bin/sh", path("usr/local/bin/trustpack")).unwrap();
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no", "--root"]).arg(path(""));
    let said = run(verify.args(units));
    // a key that it does not know is a warning only
    assert_eq!(stderr(&said), "");
    for service in units.iter().filter(|unit| unit.ends_with(".service")) {
        let mut security = Command::new("systemd-analyze");
        // ten times the exposure of docs/deploy/systemd.md
        security.args(["security", "--offline=true", "--threshold=11"]);
        run(security.arg(path("etc/systemd/system").join(service)));
    }
}

#[test]
fn systemd_makes_the_user() {
    let Some(mut sysusers) = judge("systemd-sysusers") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    sysusers.args(["--dry-run", "--root"]).arg(root.path());
    let said = stderr(&run(sysusers.arg(deploy("systemd/trustpack.sysusers"))));
    assert!(said.contains("Creating user 'trustpack'"), "{said}");
    for service in ["trustpack-check.service", "trustpack-exporter.service"] {
        let text = fs::read_to_string(deploy("systemd").join(service)).unwrap();
        assert!(text.contains("\nUser=trustpack\n"), "{service}");
    }
}
