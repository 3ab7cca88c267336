//! Chains and stores made to hold a client up or to deceive it: every client gives a verdict or says that it cannot, in
//! bounded time.
//!
//! ```text
//! shape       a chain, a store, and what each client makes of them
//! long        very many certificates, and loops of issuers
//! meshes      as many paths as there are combinations
//! crowded     very many names, constraints, extensions
//! forms       numbers, versions, dates, keys and names that no CA would write
//! judges      what Java, OpenSSL and rustls themselves say to the shapes
//! ```

mod crowded;
mod forms;
mod judges;
mod long;
mod meshes;
mod shape;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use time::OffsetDateTime;
use time::macros::datetime;
use trustpack_core::Certificate;
use trustpack_core::chain::{PresentedChain, analyse};
use trustpack_core::coverage::{StoreEntry, judge};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName};
use trustpack_core::whatif::{Answer, Question, after_renewal};

use shape::Shape;

/// The clients in the order of the tables.
pub(crate) const CLIENTS: [Client; 5] = [
    Client::Java,
    Client::Java21,
    Client::OpenSsl,
    Client::OpenSslPartialChain,
    Client::Browser,
];

/// What one shape may cost in an unoptimised build, all clients and questions together, in time of the processor: five
/// times what the worst needs, and nothing beside what an unbounded search would take.
const MOST: Duration = Duration::from_secs(20);

/// When certificates of odd dates are looked at as well.
const ODD_TIMES: [OffsetDateTime; 5] = [
    datetime!(-9999-01-01 00:00 UTC),
    datetime!(0000-01-01 00:00 UTC),
    datetime!(1969-12-31 23:59:59 UTC),
    datetime!(2050-01-01 00:00 UTC),
    datetime!(9999-12-31 23:59:59 UTC),
];

#[test]
fn long_chains_and_loops_are_judged() {
    assert_judged(long::shapes());
}

#[test]
fn meshes_are_judged() {
    assert_judged(meshes::shapes());
}

#[test]
fn crowded_certificates_are_judged() {
    assert_judged(crowded::shapes());
}

#[test]
fn odd_forms_are_judged() {
    assert_judged(forms::shapes());
}

fn assert_judged(shapes: Vec<Shape>) {
    let mut wrong = Vec::new();
    let mut found = Vec::new();
    for shape in &shapes {
        let began = processor_time();
        let asked = Asked::new(shape);
        let answers: String = CLIENTS
            .iter()
            .map(|client| asked.judge(*client, &mut wrong))
            .collect();
        asked.look_around();
        let cost = processor_time() - began;
        eprintln!("{answers}  {cost:>8.2?}  {}", shape.cell.name);
        let as_expected = |(expected, found)| match expected {
            '.' => true,
            '!' => found != 'y',
            _ => expected == found,
        };
        if !shape.expected.chars().zip(answers.chars()).all(as_expected) {
            wrong.push(format!(
                "{}: {answers}, not {}",
                shape.cell.name, shape.expected
            ));
        }
        if cost > MOST {
            wrong.push(format!("{}: took {cost:?}", shape.cell.name));
        }
        found.push(answers);
    }
    wrong.extend(judges::disagreements(shapes, &found));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A shape, parsed.
struct Asked<'a> {
    shape: &'a Shape,
    chain: PresentedChain,
    anchors: TrustAnchors,
}

impl<'a> Asked<'a> {
    fn new(shape: &'a Shape) -> Self {
        let cell = &shape.cell;
        let read = |der: &rustls_pki_types::CertificateDer<'static>| {
            Certificate::from_der(der.clone()).ok()
        };
        Self {
            shape,
            chain: PresentedChain::from_ders(cell.chain.iter().cloned()),
            anchors: TrustAnchors::new("the store", cell.trusted.iter().filter_map(read).collect()),
        }
    }

    /// The letter of the client's answer: `y`es, `n`o, `?`. All that can be asked is asked.
    fn judge(&self, client: Client, wrong: &mut Vec<String>) -> char {
        let cell = &self.shape.cell;
        let name = ServerName::try_from(cell.host.as_str()).unwrap();
        let question = Question {
            chain: &self.chain,
            anchors: &self.anchors,
            name: &name,
            at: cell.at,
            client,
            subject: &cell.name,
        };
        let began = processor_time();
        let answer = Answer::of(&question.ask());
        let once = processor_time() - began;
        let judged = judge(&question, &StoreEntry::of_anchors(&self.anchors));
        if Answer::of(&judged.verdict) != answer {
            wrong.push(format!("{}: {client:?} answers twice", cell.name));
        }
        after_renewal(&question);
        let all = processor_time() - began;
        eprintln!(
            "      {:<22} once {once:>8.2?}, all {all:>8.2?}",
            client.word()
        );
        match answer {
            Answer::Accepted => 'y',
            Answer::Refused => 'n',
            Answer::Undecided => '?',
        }
    }

    /// At times and in ways that have no known answer.
    fn look_around(&self) {
        let cell = &self.shape.cell;
        analyse(&self.chain, &[], &cell.host, cell.at);
        let roots = std::slice::from_ref(&self.anchors);
        analyse(&self.chain, roots, &cell.host, cell.at);
        let name = ServerName::try_from(cell.host.as_str()).unwrap();
        for at in ODD_TIMES {
            for client in CLIENTS {
                let question = Question {
                    chain: &self.chain,
                    anchors: &self.anchors,
                    name: &name,
                    at,
                    client,
                    subject: "odd",
                };
                question.ask();
            }
        }
    }
}

/// Of this thread, whatever else the machine does.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        now.tv_sec.try_into().unwrap(),
        now.tv_nsec.try_into().unwrap(),
    )
}
