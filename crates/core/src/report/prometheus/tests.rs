use super::*;
use crate::report::{Report, ReportFormat, Role, sample};

fn text(report: &Report, metrics: Metrics) -> String {
    sample::text(report, ReportFormat::Prometheus(metrics))
}

#[test]
fn native() {
    insta::assert_snapshot!(text(&sample::report(), Metrics::Native), @"");
}

#[test]
fn blackbox() {
    insta::assert_snapshot!(text(&sample::report(), Metrics::Blackbox), @"");
}

#[test]
fn one_target_has_no_label() {
    let mut report = sample::report();
    report.subjects.truncate(1);
    let text = text(&report, Metrics::Blackbox);
    assert!(text.contains("\nprobe_success 1\n"), "{text}");
    assert!(!text.contains("target="), "{text}");
}

#[test]
fn ssl_exporter() {
    insta::assert_snapshot!(text(&places(), Metrics::SslExporter), @"");
}

#[test]
fn x509() {
    insta::assert_snapshot!(text(&places(), Metrics::X509), @"");
}

#[test]
fn nothing_verified_means_no_series_and_no_sentinel() {
    let mut report = sample::report();
    let connection = report.subjects[0].connection.as_mut().unwrap();
    connection.verified_chains.clear();
    connection.protocol = None;
    let text = text(&report, Metrics::Blackbox);
    assert!(!text.contains("last_chain_expiry") && !text.contains("version_info"));
    assert!(text.contains("probe_success{target=\"example.org:443\"} 0"));
    assert!(text.contains("probe_ssl_earliest_cert_expiry{target=\"example.org:443\"} "));
}

/// A certificate in each kind of place, and a server.
fn places() -> Report {
    let object = |resource: &str, key: &str| Origin::Kubernetes {
        resource: resource.to_owned(),
        namespace: "prod".to_owned(),
        name: "tls".to_owned(),
        key: key.to_owned(),
    };
    let mut report = sample::report();
    report.subjects.truncate(1);
    for (subject, origin) in [
        (
            "/srv/a.pem",
            Origin::File {
                path: "/srv/a.pem".to_owned(),
            },
        ),
        ("list: Secret prod/tls", object("Secret", "tls.crt")),
        (
            "admin.conf",
            object("Config", "users.admin.client-certificate-data"),
        ),
    ] {
        report.subjects.push(SubjectReport {
            subject: subject.to_owned(),
            origin,
            certificates: vec![sample::line(
                "1",
                "a.example",
                Role::EndEntity,
                86_400,
                None,
            )],
            ..SubjectReport::default()
        });
    }
    report
}

#[test]
fn no_series_stands_twice() {
    let mut report = sample::report();
    report.subjects.truncate(1);
    let twice = report.subjects[0].certificates[0].clone();
    let mut other = twice.clone();
    other.fingerprint = "f".repeat(64);
    report.subjects[0].origin = Origin::Other;
    report.subjects[0].certificates = vec![twice.clone(), twice, other];
    for metrics in [Metrics::Native, Metrics::SslExporter, Metrics::X509] {
        let text = text(&report, metrics);
        let mut names: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.rsplit_once(' ')?.0))
            .collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{text}");
    }
    assert!(text(&report, Metrics::X509).contains(",discriminator=\"ffffffff\"} "));
}
