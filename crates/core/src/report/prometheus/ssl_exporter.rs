//! The metrics of ssl_exporter (README.md, prober/metrics.go). Lists have a comma at both ends, so that one name can be
//! matched exactly.

use std::cmp::Reverse;

use super::super::names::{Parts, decimal};
use super::super::{CertificateReport, Origin, Role, SubjectReport};
use super::{
    Gauge, Prometheus, Series, by_fingerprint, earliest, kubeconfig_part, labels, truth,
    version_of_go, whole,
};

const SUCCESS: Gauge = Gauge("ssl_probe_success", "Whether the server answered.");
const PROBER: Gauge = Gauge("ssl_prober", "How the certificates were got.");
const VERSION: Gauge = Gauge(
    "ssl_tls_version_info",
    "The version of TLS that the server chose.",
);

/// The two gauges of a kind of place.
struct Dates(Gauge, Gauge);

const PEER: Dates = Dates(
    Gauge(
        "ssl_cert_not_after",
        "When a certificate that the server sends ends, in seconds since 1970.",
    ),
    Gauge(
        "ssl_cert_not_before",
        "When a certificate that the server sends begins, in seconds since 1970.",
    ),
);
const VERIFIED: Dates = Dates(
    Gauge(
        "ssl_verified_cert_not_after",
        "When a certificate of a verified chain ends, in seconds since 1970.",
    ),
    Gauge(
        "ssl_verified_cert_not_before",
        "When a certificate of a verified chain begins, in seconds since 1970.",
    ),
);
const FILE: Dates = Dates(
    Gauge(
        "ssl_file_cert_not_after",
        "When a certificate in a file ends, in seconds since 1970.",
    ),
    Gauge(
        "ssl_file_cert_not_before",
        "When a certificate in a file begins, in seconds since 1970.",
    ),
);
const KUBERNETES: Dates = Dates(
    Gauge(
        "ssl_kubernetes_cert_not_after",
        "When a certificate in Kubernetes ends, in seconds since 1970.",
    ),
    Gauge(
        "ssl_kubernetes_cert_not_before",
        "When a certificate in Kubernetes begins, in seconds since 1970.",
    ),
);
const KUBECONFIG: Dates = Dates(
    Gauge(
        "ssl_kubeconfig_cert_not_after",
        "When a certificate in a kubeconfig file ends, in seconds since 1970.",
    ),
    Gauge(
        "ssl_kubeconfig_cert_not_before",
        "When a certificate in a kubeconfig file begins, in seconds since 1970.",
    ),
);

pub(super) fn add(to: &mut Prometheus<'_>, subject: &SubjectReport) {
    let (dates, place): (&'static Dates, Vec<(&str, &str)>) = match &subject.origin {
        Origin::Endpoint => return add_endpoint(to, subject),
        Origin::Kubernetes {
            resource,
            name,
            key,
            ..
        } if resource == "Config" => {
            let (kind, _) = kubeconfig_part(key);
            let place = vec![
                ("kubeconfig", subject.subject.as_str()),
                ("name", name),
                ("type", kind),
            ];
            (&KUBECONFIG, place)
        }
        Origin::Kubernetes {
            namespace,
            name,
            key,
            ..
        } => {
            let place = vec![
                ("namespace", namespace.as_str()),
                ("secret", name),
                ("key", key),
            ];
            (&KUBERNETES, place)
        }
        Origin::File { path } => (&FILE, vec![("file", path.as_str())]),
        Origin::Other => (&FILE, vec![("file", subject.subject.as_str())]),
    };
    // The exporter knows no revocation lists.
    let certificates = subject.certificates.iter();
    for certificate in certificates.filter(|one| one.role != Role::Crl) {
        to.certificate(certificate, || series(certificate, dates, &place, None));
    }
}

fn add_endpoint(to: &mut Prometheus<'_>, subject: &SubjectReport) {
    let target = || Some(subject.subject.clone());
    let about = |pairs: &[(&str, &str)], gauge, value| Series {
        labels: labels(pairs),
        target: target(),
        identity: String::new(),
        values: vec![(gauge, value)],
    };
    to.about(subject, || about(&[], &SUCCESS, truth(!subject.failed)));
    to.about(subject, || about(&[("prober", "tcp")], &PROBER, 1.0));
    let Some(connection) = &subject.connection else {
        return;
    };
    if let Some(protocol) = &connection.protocol {
        let pairs = [("version", version_of_go(protocol))];
        to.about(subject, || about(&pairs, &VERSION, 1.0));
    }
    for certificate in by_fingerprint(subject, &connection.presented).unwrap_or_default() {
        to.certificate(certificate, || series(certificate, &PEER, &[], target()));
    }
    let mut chains: Vec<_> = connection
        .verified_chains
        .iter()
        .filter_map(|chain| by_fingerprint(subject, chain))
        .collect();
    // number 0 is the one that ends last
    chains.sort_by_key(|chain| Reverse(earliest(chain)));
    for (number, chain) in chains.into_iter().enumerate() {
        let number = number.to_string();
        for certificate in chain {
            let place = [("chain_no", number.as_str())];
            to.certificate(certificate, || {
                series(certificate, &VERIFIED, &place, target())
            });
        }
    }
}

fn series(
    certificate: &CertificateReport,
    dates: &'static Dates,
    place: &[(&str, &str)],
    target: Option<String>,
) -> Series {
    let (holder, issuer) = (
        Parts::new(&certificate.subject),
        Parts::new(&certificate.issuer),
    );
    let addresses = certificate.ip_addresses.iter().map(ToString::to_string);
    let units: Vec<&str> = holder.all("OU").collect();
    let serial = decimal(&certificate.serial_number);
    let lists = [
        list(&certificate.dns_names),
        list(&addresses.collect::<Vec<_>>()),
        list(&certificate.emails),
        list(&units),
    ];
    let [dns_names, ips, emails, units] = &lists;
    let mut pairs = place.to_vec();
    pairs.extend([
        ("serial_no", serial.as_str()),
        ("issuer_cn", issuer.one("CN")),
        ("cn", holder.one("CN")),
        ("dnsnames", dns_names),
        ("ips", ips),
        ("emails", emails),
        ("ou", units),
    ]);
    Series {
        labels: labels(&pairs),
        target,
        identity: certificate.fingerprint.clone(),
        values: vec![
            (&dates.0, whole(certificate.not_after.unix_timestamp())),
            (&dates.1, whole(certificate.not_before.unix_timestamp())),
        ],
    }
}

fn list(items: &[impl AsRef<str>]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.is_empty() {
        true => String::new(),
        false => format!(",{},", items.join(",")),
    }
}
