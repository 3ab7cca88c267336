//! Many servers with one store: what it covers, until when, and what of it nothing uses.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::coverage::{Coverage, CoverageSummary, CoveredRecord, Use, judge};
use trustpack_core::endpoint::EndpointError;
use trustpack_core::fetch::{Fetched, Possession, fetch_stream};
use trustpack_core::record::{ErrorRecord, FetchRecord, VerifyRecord};
use trustpack_core::report::page;
use trustpack_core::verify::{Client, ServerName};
use trustpack_core::whatif::Question;

use super::revocation::{self, Revoking};
use super::trust::Trust;
use crate::args::Verify;
use crate::commands::Outcome;
use crate::commands::fetch::targets::{Targets, Wanted};
use crate::hint::Hinted;
use crate::render::{Talk, print, print_json, stdout_style, told};
use crate::servers::{self, Asking};

/// A server, and by their places the entries that mean something to it.
type Covered = (CoveredRecord, BTreeMap<usize, Use>);

/// Asks, judges and prints.
pub(super) fn run(
    arguments: &Verify,
    list: &Path,
    trust: &Trust,
    revoking: &Revoking,
    talk: &Talk,
) -> Result<Outcome> {
    let asking = Asking::new(&arguments.reach, talk)?;
    let (options, crew) = (asking.options.clone(), asking.crew.clone());
    let wanted = Wanted {
        endpoints: &[],
        list: Some(list),
        yes_scan: false,
        cert_type: None,
    };
    let targets = Targets::new(wanted, asking)?;
    let judge = Judge {
        trust,
        revoking,
        client: super::client(arguments.client),
        host: super::host(arguments)?,
        at: arguments.time.now(),
    };
    let mut coverage = Coverage::new(trust.anchors.origin(), trust.entries.clone(), judge.at);
    let finish = |fetched: Fetched| judge.judge(&fetched);
    let bar = talk.progress(targets.count, "verifying");
    fetch_stream(
        targets.stream,
        &options,
        &crew,
        &finish,
        &mut |place, result| {
            // one address of each is asked, so there is one answer
            let answers = result.unwrap_or_else(|error| vec![bad_target(&error)]);
            for (record, uses) in answers {
                coverage.add(place, record, &uses);
            }
            bar.inc(1);
        },
    );
    bar.finish_and_clear();
    let record = coverage.record();
    if record.targets.is_empty() {
        let message = format!("{}: no server in it", list.display());
        return Err(
            Hinted::new(message, "write one server a line: host, host:port or a URL").into(),
        );
    }
    let known = record.targets.iter();
    known
        .filter_map(|target| target.revocation.as_ref())
        .for_each(|known| revocation::tell(known, talk));
    if arguments.json.json {
        print_json(&record)?;
    } else {
        print(&page::coverage(&record, &stdout_style()))?;
    }
    Ok(outcome(&record.summary))
}

/// What could not be asked may be fine or not: that weighs more than a refusal.
fn outcome(counts: &CoverageSummary) -> Outcome {
    match (counts.failed + counts.undecided, counts.refused) {
        (0, 0) => Outcome::Fine,
        (0, _) => Outcome::No,
        _ => Outcome::Incomplete,
    }
}

/// What every server is judged by.
struct Judge<'a> {
    trust: &'a Trust,
    revoking: &'a Revoking,
    client: Client,
    host: Option<ServerName<'static>>,
    at: OffsetDateTime,
}

impl Judge<'_> {
    fn judge(&self, fetched: &Fetched) -> Covered {
        let text = fetched.target.endpoint.to_string();
        let Some(chain) = &fetched.chain else {
            return not_fetched(text, fetched);
        };
        let name = match &self.host {
            Some(host) => Ok(host.clone()),
            None => servers::expected_name(&fetched.target),
        };
        let name = match name {
            Ok(name) => name,
            Err(error) => return failed(text, "bad-target", told(&error), None),
        };
        let anchors = &self.trust.anchors;
        let question = Question {
            chain,
            anchors,
            name: &name,
            at: self.at,
            client: self.client,
            subject: &text,
        };
        let judged = judge(&question, &self.trust.entries);
        let (host, origin) = (name.to_str(), anchors.origin());
        let verified = VerifyRecord::new(&text, &host, origin, chain, &judged.verdict, self.at);
        let stapled = &fetched.ocsp_response;
        let known = self.revoking.ask(&judged.verdict, stapled, self.at, &text);
        let verified = match known {
            Some(known) => verified.with_revocation(known),
            None => verified,
        };
        let proven = fetched.possession == Possession::Proven;
        let record = CoveredRecord::judged(verified, &judged, proven);
        (record, judged.uses)
    }
}

fn not_fetched(text: String, fetched: &Fetched) -> Covered {
    match &fetched.error {
        Some(error) => failed(text, error.reason(), error.to_string(), error.hint()),
        None => {
            let message = "no certificate was presented".to_owned();
            failed(text, "no-certificate", message, None)
        }
    }
}

/// A line of the list that is no server.
fn bad_target(error: &EndpointError) -> Covered {
    let record = FetchRecord::bad_target(error);
    let error = record.error.unwrap_or_else(|| ErrorRecord {
        reason: "bad-target",
        message: error.to_string(),
        hint: None,
    });
    (CoveredRecord::failed(record.target, error), BTreeMap::new())
}

fn failed(text: String, reason: &'static str, message: String, hint: Option<String>) -> Covered {
    let error = ErrorRecord {
        reason,
        message,
        hint,
    };
    (CoveredRecord::failed(text, error), BTreeMap::new())
}
