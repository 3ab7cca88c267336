//! The metrics of blackbox_exporter about TLS (prober/prober.go, prober/tls.go). It probes servers, so only they are here.

use super::super::names::magnitude;
use super::super::{Connection, Origin, SubjectReport, Wanted};
use super::{
    Gauge, Prometheus, Series, by_fingerprint, earliest, labels, truth, version_of_go, whole,
};

const SUCCESS: Gauge = Gauge(
    "probe_success",
    "Whether the server did what it was asked for; by default, whether a browser-like client accepts it.",
);
const DURATION: Gauge = Gauge(
    "probe_duration_seconds",
    "How long it took to get the certificates of the server.",
);
const IP_PROTOCOL: Gauge = Gauge("probe_ip_protocol", "4 or 6.");
const EARLIEST: Gauge = Gauge(
    "probe_ssl_earliest_cert_expiry",
    "When the first of the certificates that the server sends ends, in seconds since 1970.",
);
const LAST_CHAIN: Gauge = Gauge(
    "probe_ssl_last_chain_expiry_timestamp_seconds",
    "When the last of the verified chains ends, in seconds since 1970.",
);
const INFO: Gauge = Gauge(
    "probe_ssl_last_chain_info",
    "The certificate of the server.",
);
const VERSION: Gauge = Gauge(
    "probe_tls_version_info",
    "The version of TLS that the server chose.",
);
const CIPHER: Gauge = Gauge(
    "probe_tls_cipher_info",
    "The cipher suite that the server chose.",
);

pub(super) fn add(to: &mut Prometheus<'_>, subject: &SubjectReport) {
    if subject.origin != Origin::Endpoint {
        return;
    }
    let series = |pairs: &[(&str, &str)], values| Series {
        labels: labels(pairs),
        target: Some(subject.subject.clone()),
        identity: String::new(),
        values,
    };
    let connection = subject.connection.as_ref();
    let is_fine = connection.is_some_and(|it| match it.wanted {
        Wanted::Accepted => !it.verified_chains.is_empty(),
        Wanted::Connected => true,
        Wanted::Presented => !it.presented.is_empty(),
    });
    let mut values = vec![(&SUCCESS, truth(is_fine && !subject.failed))];
    if let Some(connection) = connection {
        values.extend(of_connection(connection, subject));
        let presented = by_fingerprint(subject, &connection.presented).unwrap_or_default();
        if let Some(end_entity) = presented.first() {
            let serial = magnitude(&end_entity.serial_number);
            let names = end_entity.dns_names.join(",");
            let pairs = [
                ("fingerprint_sha256", end_entity.fingerprint.as_str()),
                ("subject", &end_entity.subject),
                ("issuer", &end_entity.issuer),
                ("subjectalternative", &names),
                ("serialnumber", &serial),
            ];
            to.about(subject, || series(&pairs, vec![(&INFO, 1.0)]));
        }
        if let Some(protocol) = &connection.protocol {
            let pairs = [("version", version_of_go(protocol))];
            to.about(subject, || series(&pairs, vec![(&VERSION, 1.0)]));
        }
        if let Some(cipher) = &connection.cipher_suite {
            let pairs = [("cipher", cipher.as_str())];
            to.about(subject, || series(&pairs, vec![(&CIPHER, 1.0)]));
        }
    }
    to.about(subject, || series(&[], values));
}

/// The values without labels.
fn of_connection(connection: &Connection, subject: &SubjectReport) -> Vec<(&'static Gauge, f64)> {
    let elapsed = i64::try_from(connection.elapsed_ms).unwrap_or(i64::MAX);
    let mut values = vec![(&DURATION, whole(elapsed) / 1000.0)];
    if let Some(address) = connection.address {
        values.push((&IP_PROTOCOL, if address.is_ipv6() { 6.0 } else { 4.0 }));
    }
    let presented = by_fingerprint(subject, &connection.presented).unwrap_or_default();
    if let Some(end) = earliest(&presented) {
        values.push((&EARLIEST, whole(end)));
    }
    let chains = connection.verified_chains.iter();
    let ends = chains.filter_map(|chain| earliest(&by_fingerprint(subject, chain)?));
    if let Some(end) = ends.max() {
        values.push((&LAST_CHAIN, whole(end)));
    }
    values
}
