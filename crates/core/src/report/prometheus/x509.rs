//! The metrics of x509-certificate-exporter (docs/metrics.md). It has no servers; theirs have empty labels of place, so a
//! certificate that several serve is one series.

use super::super::names::{Parts, decimal};
use super::super::{CertificateReport, Origin, Role, State, SubjectReport};
use super::{Gauge, Prometheus, Series, kubeconfig_part, labels, names, truth, whole};

const NOT_AFTER: Gauge = Gauge(
    "x509_cert_not_after",
    "The last second of validity, in seconds since 1970.",
);
const NOT_BEFORE: Gauge = Gauge(
    "x509_cert_not_before",
    "The first second of validity, in seconds since 1970.",
);
const EXPIRED: Gauge = Gauge(
    "x509_cert_expired",
    "Whether the last second of validity is over.",
);
const NEXT_UPDATE: Gauge = Gauge(
    "x509_crl_next_update",
    "When the revocation list is to be replaced, in seconds since 1970.",
);
const THIS_UPDATE: Gauge = Gauge(
    "x509_crl_this_update",
    "When the revocation list was made, in seconds since 1970.",
);
const STALE: Gauge = Gauge(
    "x509_crl_stale",
    "Whether the revocation list should have been replaced.",
);
const UP: Gauge = Gauge("x509_source_up", "Whether it could be read.");

/// Where a certificate lies, in the labels that the exporter has for that.
#[derive(Default)]
struct Place<'a> {
    kind: &'static str,
    file: &'a str,
    embedded: (&'a str, &'a str),
    secret: [&'a str; 3],
    config_map: [&'a str; 3],
    ca_bundle: [&'a str; 3],
}

pub(super) fn add(to: &mut Prometheus<'_>, subject: &SubjectReport) {
    let place = Place::of(subject);
    for certificate in &subject.certificates {
        to.certificate(certificate, || series(certificate, &place));
    }
    if !subject.continues && !place.kind.is_empty() {
        let pairs = [
            ("source_kind", place.kind),
            ("source_name", subject.subject.as_str()),
        ];
        to.about(subject, || Series {
            labels: labels(&pairs),
            target: None,
            identity: String::new(),
            values: vec![(&UP, truth(!subject.failed))],
        });
    }
}

impl<'a> Place<'a> {
    fn of(subject: &'a SubjectReport) -> Self {
        let mut place = Self::default();
        match &subject.origin {
            Origin::Endpoint | Origin::Other => {}
            Origin::File { path } => {
                place.kind = "file";
                place.file = path;
            }
            Origin::Kubernetes {
                resource,
                namespace,
                name,
                key,
            } => match resource.as_str() {
                "Config" => {
                    place.kind = "kubeconfig";
                    place.file = &subject.subject;
                    place.embedded = kubeconfig_part(key);
                }
                "ConfigMap" => {
                    place.kind = "kube-configmap";
                    place.config_map = [namespace, name, key];
                }
                "Secret" => {
                    place.kind = "kube-secret";
                    place.secret = [namespace, name, key];
                }
                _ => {
                    place.kind = "kube-cabundle";
                    // only webhooks have several
                    let entry = match resource.ends_with("WebhookConfiguration") {
                        true => key,
                        false => "",
                    };
                    place.ca_bundle = [resource, name, entry];
                }
            },
        }
        place
    }
}

fn series(certificate: &CertificateReport, place: &Place<'_>) -> Series {
    let is_list = certificate.role == Role::Crl;
    // a list has an issuer alone
    let subject = if is_list {
        ""
    } else {
        certificate.subject.as_str()
    };
    let (holder, issuer) = (Parts::new(subject), Parts::new(&certificate.issuer));
    let gauges = match is_list {
        true => [&NEXT_UPDATE, &THIS_UPDATE, &STALE],
        false => [&NOT_AFTER, &NOT_BEFORE, &EXPIRED],
    };
    let serial = decimal(&certificate.serial_number);
    let file_name = place.file.rsplit('/').next().unwrap_or(place.file);
    let first = [("serial_number", serial.as_str())];
    let last = [
        ("filename", file_name),
        ("filepath", place.file),
        ("embedded_kind", place.embedded.0),
        ("embedded_key", place.embedded.1),
        ("secret_namespace", place.secret[0]),
        ("secret_name", place.secret[1]),
        ("secret_key", place.secret[2]),
        ("configmap_namespace", place.config_map[0]),
        ("configmap_name", place.config_map[1]),
        ("configmap_key", place.config_map[2]),
        ("cabundle_resource_kind", place.ca_bundle[0]),
        ("cabundle_resource_name", place.ca_bundle[1]),
        ("cabundle_entry", place.ca_bundle[2]),
    ];
    let labels = labels(&[&first[..], &names(&holder, &issuer), &last].concat());
    Series {
        labels,
        target: None,
        identity: certificate.fingerprint.clone(),
        values: vec![
            (gauges[0], whole(certificate.not_after.unix_timestamp())),
            (gauges[1], whole(certificate.not_before.unix_timestamp())),
            (gauges[2], truth(certificate.state == State::Expired)),
        ],
    }
}
