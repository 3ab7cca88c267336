//! Our own metrics: absolute times, one set of labels for everything, empty where it does not apply.

use super::super::names::{Parts, decimal};
use super::super::{CertificateReport, Origin, Severity, State, SubjectReport, Summary};
use super::{Gauge, Prometheus, Series, count, labels, names, truth, whole};

const NOT_AFTER: Gauge = Gauge(
    "trustpack_cert_not_after",
    "The last second of validity, in seconds since 1970.",
);
const NOT_BEFORE: Gauge = Gauge(
    "trustpack_cert_not_before",
    "The first second of validity, in seconds since 1970.",
);
const EXPIRED: Gauge = Gauge(
    "trustpack_cert_expired",
    "Whether the last second of validity is over.",
);
const SEVERITY: Gauge = Gauge(
    "trustpack_cert_severity",
    "The worst that the policy found about it: 0 nothing, 1 note, 2 warning, 3 critical.",
);
const UP: Gauge = Gauge(
    "trustpack_source_up",
    "Whether the file or server could be looked at.",
);
const VERIFIED: Gauge = Gauge(
    "trustpack_endpoint_verified",
    "Whether a browser-like client accepts the server.",
);
const DURATION: Gauge = Gauge(
    "trustpack_endpoint_duration_seconds",
    "How long it took to get the certificates of the server.",
);
const TLS: Gauge = Gauge(
    "trustpack_endpoint_tls_info",
    "The version and the cipher suite that the server chose.",
);
const CERTIFICATES: Gauge = Gauge("trustpack_certificates", "Certificates that were checked.");
const LISTS: Gauge = Gauge(
    "trustpack_revocation_lists",
    "Revocation lists that were checked.",
);
const SUBJECTS: Gauge = Gauge(
    "trustpack_sources",
    "Files and servers that were to be checked.",
);
const FAILED: Gauge = Gauge(
    "trustpack_sources_failed",
    "Files and servers that could not be looked at.",
);
const CRITICAL: Gauge = Gauge("trustpack_findings_critical", "Critical findings.");
const WARNINGS: Gauge = Gauge("trustpack_findings_warning", "Warnings.");
const NOTES: Gauge = Gauge("trustpack_findings_note", "Notes.");

pub(super) fn of_run(summary: &Summary) -> [(&'static Gauge, f64); 7] {
    [
        (&CERTIFICATES, count(summary.certificates)),
        (&LISTS, count(summary.revocation_lists)),
        (&SUBJECTS, count(summary.subjects)),
        (&FAILED, count(summary.failed)),
        (&CRITICAL, count(summary.critical)),
        (&WARNINGS, count(summary.warnings)),
        (&NOTES, count(summary.notes)),
    ]
}

pub(super) fn add(to: &mut Prometheus<'_>, subject: &SubjectReport) {
    let report = to.report.clone();
    for certificate in &subject.certificates {
        to.certificate(certificate, || {
            of_certificate(certificate, subject, &report)
        });
    }
    // its last part has nothing else to say of it
    if subject.continues {
        return;
    }
    let series = |more: &[(&str, &str)], values| {
        let mut pairs = vec![("report", report.as_str()), ("source", &subject.subject)];
        pairs.extend(more);
        Series {
            labels: labels(&pairs),
            target: None,
            identity: String::new(),
            values,
        }
    };
    let mut values = vec![(&UP, truth(!subject.failed))];
    if let Some(connection) = &subject.connection {
        values.push((&VERIFIED, truth(!connection.verified_chains.is_empty())));
        let elapsed = i64::try_from(connection.elapsed_ms).unwrap_or(i64::MAX);
        values.push((&DURATION, whole(elapsed) / 1000.0));
        if let Some(protocol) = &connection.protocol {
            let cipher = connection.cipher_suite.as_deref().unwrap_or_default();
            let pairs = [("version", protocol.as_str()), ("cipher", cipher)];
            to.about(subject, || series(&pairs, vec![(&TLS, 1.0)]));
        }
    }
    to.about(subject, || series(&[], values));
}

fn of_certificate(
    certificate: &CertificateReport,
    subject: &SubjectReport,
    report: &str,
) -> Series {
    let (holder, issuer) = (
        Parts::new(&certificate.subject),
        Parts::new(&certificate.issuer),
    );
    let serial = decimal(&certificate.serial_number);
    let (mut filepath, mut object) = ("", [""; 4]);
    match &subject.origin {
        Origin::File { path } => filepath = path,
        Origin::Kubernetes {
            resource,
            namespace,
            name,
            key,
        } => object = [resource, namespace, name, key],
        Origin::Endpoint | Origin::Other => {}
    }
    let [resource, namespace, name, key] = object;
    let first = [
        ("report", report),
        ("source", &subject.subject),
        ("name", &certificate.name),
        ("role", certificate.role.word()),
        ("serial_number", &serial),
        ("fingerprint_sha256", &certificate.fingerprint),
    ];
    let last = [
        ("filepath", filepath),
        ("resource", resource),
        ("namespace", namespace),
        ("object", name),
        ("key", key),
    ];
    let labels = labels(&[&first[..], &names(&holder, &issuer), &last].concat());
    let severity = match certificate.severity {
        None => 0.0,
        Some(Severity::Note) => 1.0,
        Some(Severity::Warning) => 2.0,
        Some(Severity::Critical) => 3.0,
    };
    Series {
        labels,
        target: None,
        identity: certificate.fingerprint.clone(),
        values: vec![
            (&NOT_AFTER, whole(certificate.not_after.unix_timestamp())),
            (&NOT_BEFORE, whole(certificate.not_before.unix_timestamp())),
            (&EXPIRED, truth(certificate.state == State::Expired)),
            (&SEVERITY, severity),
        ],
    }
}
