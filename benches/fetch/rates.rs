//! How many chains a second one nginx gives, asked by us and by others. It has an RSA key of 2048 bits.

use crate::figure::{Figure, Promise};
use crate::kit::Server;
use crate::ours::List;
use crate::{nginx, peers};

/// A version on a port of its own: the scheme, nginx's directives, the flag of openssl, in words.
struct Version {
    scheme: &'static str,
    directives: &'static str,
    openssl: &'static str,
    name: &'static str,
}

const VERSIONS: [Version; 2] = [
    Version {
        scheme: "tls12",
        directives: "ssl_protocols TLSv1.2; ssl_ciphers ECDHE+AESGCM;",
        openssl: "-tls1_2",
        name: "TLS 1.2",
    },
    Version {
        scheme: "tls13",
        directives: "ssl_protocols TLSv1.3;",
        openssl: "-tls1_3",
        name: "TLS 1.3",
    },
];

/// Whole handshakes, each proven.
const TLS: [&str; 6] = [
    "--engine",
    "tls",
    "--parallel",
    PARALLEL,
    "--per-address",
    PARALLEL,
];
const PROBE: [&str; 6] = [
    "--engine",
    "probe",
    "--parallel",
    PARALLEL,
    "--per-address",
    PARALLEL,
];

/// One server on two processors: more at the same time only wait for each other.
const PARALLEL: &str = "16";

/// So many that starting, about 20 ms, does not count.
const FETCHES: usize = 4000;

fn server() -> Option<Server> {
    nginx::start_with(&VERSIONS.map(|version| (version.scheme, version.directives)))
}

fn list(address: &str, count: usize) -> List {
    List::new(std::iter::repeat_n(format!("tls://{address}"), count))
}

/// Beside two processes that do nothing but shake hands.
pub(crate) fn s_time(show: &mut dyn FnMut(Figure)) {
    compare(
        "two of openssl s_time",
        Promise::AtLeast(0.9),
        5,
        show,
        |address, version| {
            let address = address.to_owned();
            Some(Box::new(move || peers::s_time(&address, version)))
        },
    );
}

/// Beside the loop that people write.
pub(crate) fn s_client(show: &mut dyn FnMut(Figure)) {
    compare(
        "xargs -P 4 openssl s_client",
        Promise::Faster(20.0),
        5,
        show,
        |address, version| {
            let address = address.to_owned();
            Some(Box::new(move || peers::s_client(&address, version)))
        },
    );
}

/// Beside the scanner that looks at certificates most.
pub(crate) fn sslyze(show: &mut dyn FnMut(Figure)) {
    let Some(program) = peers::sslyze_program() else {
        return;
    };
    compare(
        "sslyze --certinfo",
        Promise::Faster(3.0),
        3,
        show,
        |address, _| {
            let program = program.clone();
            let list = List::new(std::iter::repeat_n(address.to_owned(), SCANS));
            Some(Box::new(move || peers::sslyze(&program, &list)))
        },
    );
}

/// So many targets for sslyze, which takes its time.
const SCANS: usize = 100;

type Peer = Box<dyn FnMut() -> f64>;

fn compare(
    peer_name: &str,
    promise: Promise,
    runs: usize,
    show: &mut dyn FnMut(Figure),
    peer: impl Fn(&str, &'static str) -> Option<Peer>,
) {
    if peers::openssl().is_none() {
        return;
    }
    let Some(server) = server() else { return };
    for version in &VERSIONS {
        let address = format!("127.0.0.1:{}", server.port(version.scheme));
        let Some(peer) = peer(&address, version.openssl) else {
            return;
        };
        let list = list(&address, FETCHES);
        show(Figure::of_rates(
            format!("full handshakes, {}, peer: {peer_name}", version.name),
            promise,
            runs,
            || list.fetch(&TLS).per_second(),
            peer,
        ));
    }
}

/// The probe beside our own whole handshakes: by the wall clock, where the server signs for both, and by processor time.
pub(crate) fn probe(show: &mut dyn FnMut(Figure)) {
    let Some(server) = server() else { return };
    let list = list(&format!("127.0.0.1:{}", server.port("tls12")), FETCHES);
    let per_processor = |flags: &[&str]| {
        let run = list.fetch(flags);
        assert_eq!(run.failures, 0, "every target presents its chain");
        run.chains as f64 / run.processor
    };
    show(Figure::of_rates(
        "--engine probe, TLS 1.2, peer: --engine tls",
        Promise::Faster(2.0),
        5,
        || list.fetch(&PROBE).per_second(),
        || list.fetch(&TLS).per_second(),
    ));
    show(Figure::of_rates(
        "--engine probe, TLS 1.2, by our processor time",
        Promise::Faster(2.0),
        5,
        || per_processor(&PROBE),
        || per_processor(&TLS),
    ));
}
