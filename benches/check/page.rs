//! The HTML report of 10,000 certificates, in headless Chromium.

use rcgen::CertificateParams;
use time::{Duration, OffsetDateTime};

use crate::figure::Figure;
use crate::support::{self, pki};

const CERTIFICATES: i64 = 10_000;

/// Its size, its first paint and what filtering takes, within what was promised.
pub(crate) fn limits(found: &mut dyn FnMut(Figure)) {
    let Some(mut python) = support::python("playwright.sync_api, axe_playwright_python") else {
        return;
    };
    if support::judge("chromium").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (pem, page) = (
        folder.path().join("many.pem"),
        folder.path().join("many.html"),
    );
    std::fs::write(&pem, certificates()).unwrap();
    let mut check = support::trustpack();
    check.arg("check").arg(&pem).args(["--fail-on", "never"]);
    check
        .arg("--output")
        .arg(format!("html={}", page.display()));
    support::run(&mut check);
    let script = support::root().join("tests/interop/page.py");
    python.arg(script).arg("measure").arg(&page);
    let mut runs = Vec::new();
    for _ in 0..5 {
        let output = support::run(&mut python);
        let seen: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        runs.push(seen);
    }
    let of_runs = |name: &str| -> Vec<f64> {
        let measured = runs.iter();
        measured.map(|one| one[name].as_f64().unwrap()).collect()
    };
    let filters = |clock: &str| -> Vec<f64> {
        let all = runs
            .iter()
            .flat_map(|one| one["filters"].as_array().unwrap());
        all.map(|one| one[clock].as_f64().unwrap()).collect()
    };
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let milliseconds = |time: f64| format!("{time:.0}ms");
    found(Figure::within(
        "page of 10000: size",
        &of_runs("bytes"),
        6e6,
        megabytes,
    ));
    found(Figure::within(
        "page of 10000: first paint",
        &of_runs("paint"),
        1500.0,
        milliseconds,
    ));
    found(Figure::within(
        "page of 10000: ready for use",
        &of_runs("ready"),
        1500.0,
        milliseconds,
    ));
    found(Figure::within(
        "page of 10000: filter, by the wall",
        &filters("wall"),
        100.0,
        milliseconds,
    ));
    found(Figure::within(
        "page of 10000: filter, by the page's thread",
        &filters("thread"),
        100.0,
        milliseconds,
    ));
}

/// Each with a key of its own, for keys and signatures are what does not deflate.
fn certificates() -> String {
    let root = pki::ca("Example Root R1", None, |params| days(params, -2000, 3000));
    let issuing = pki::ca("Example Issuing CA 3", Some(&root), |params| {
        days(params, -800, 700);
    });
    let one = |place: i64| {
        let name = format!("host{place}.example.org");
        let server = pki::server(&[&name], Some(&issuing), |params| {
            days(params, -60, place % 340 - 5);
        });
        server.pem()
    };
    (0..CERTIFICATES).map(one).collect()
}

fn days(params: &mut CertificateParams, from: i64, until: i64) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now + Duration::days(from);
    params.not_after = now + Duration::days(until);
}
