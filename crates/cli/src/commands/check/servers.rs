//! Servers, asked side by side and judged in the order in which they were named.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::endpoint::{Endpoint, EndpointError};
use trustpack_core::expiry::{Served, Subject};
use trustpack_core::fetch::{FetchError, Fetched, fetch_stream};
use trustpack_core::report::{Finding, Origin, Severity};
use trustpack_core::source::Server;

use super::connection::connection;
use super::recorded::Recorded;
use super::round::Run;
use crate::args::{CertType, Sources};
use crate::commands::fetch::targets::{Targets, Wanted};
use crate::ordered::InOrder;
use crate::render::Talk;
use crate::servers::{Asking, Judging};

/// Asks all of them: those that are named first, then the list. Specifications say where some are to be dialled, and what
/// was recorded of some is compared with what they present.
///
/// # Errors
/// When flags make no sense, the list cannot be opened, or the report cannot be written.
pub(super) fn check(
    sources: &Sources,
    named: &[String],
    specified: &[Server],
    recorded: &Recorded,
    run: &mut Run,
    talk: &Talk,
) -> Result<()> {
    let listed = &sources.listed;
    let mut asking = Asking::new(&sources.reach, talk)?;
    let mut endpoints = named.to_vec();
    for server in specified {
        endpoints.push(server.endpoint.to_string());
        if let Some(connect) = &server.connect {
            asking.dial(&server.endpoint, connect);
        }
    }
    if endpoints.is_empty() && listed.targets.is_none() {
        return Ok(());
    }
    asking.options.all_addresses = listed.all_addresses;
    let (options, crew) = (asking.options.clone(), asking.crew.clone());
    let wanted = Wanted {
        endpoints: &endpoints,
        list: listed.targets.as_deref(),
        yes_scan: listed.yes_scan,
        cert_type: listed.cert_type,
    };
    let targets = Targets::new(wanted, asking)?;
    let at = run.at;
    let judging = Judging::new(&sources.roots, sources.reach.timeout, at, talk)?;
    let judging = judging.knowing(recorded.roots());
    let share = run.share.clone();
    let stream = targets.stream.filter(move |one| match one {
        Ok(target) => share.holds(target.endpoint.to_string()),
        Err(broken) => share.holds(&broken.text),
    });
    let renewals = run.renewals.clone();
    let is_any_type = listed.cert_type == Some(CertType::All);
    let look = |fetched: Fetched| {
        let mut answer = Answer::new(&fetched, &judging, is_any_type, at, talk);
        if let Some((_, served)) = &answer.served {
            recorded.compare(&mut answer.subject, served, &judging.roots, at);
        }
        if let Some(renewals) = &renewals {
            renewals.ask(&mut answer.subject);
        }
        answer
    };

    let count = targets.count.filter(|_| run.share.shard.is_none());
    let bar = talk.progress(count, "fetching");
    let stop = Arc::clone(&options.stop);
    let mut order = InOrder::default();
    let mut outcome = Ok(());
    let mut on_result = |place, answers: Result<Vec<Answer>, EndpointError>| {
        let answers = answers.unwrap_or_else(|error| vec![Answer::broken_line(&error)]);
        let mut take = |answers: Vec<Answer>| {
            answers
                .into_iter()
                .try_for_each(|answer| run.server(answer))
        };
        if outcome.is_ok() {
            outcome = bar.suspend(|| order.put(place, answers, &mut take));
        }
        if outcome.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        bar.inc(1);
    };
    fetch_stream(stream, &options, &crew, &look, &mut on_result);
    bar.finish_and_clear();
    outcome
}

/// A server, looked at.
pub(in crate::commands) struct Answer {
    pub subject: Subject,
    /// What it presented, for the files that belong to it.
    pub served: Option<(Endpoint, Served)>,
}

impl Answer {
    /// Its chain, or the finding that it could not be reached.
    ///
    /// `is_any_type`: one of each type of certificate was asked for, and is welcome.
    pub(in crate::commands) fn new(
        fetched: &Fetched,
        judging: &Judging,
        is_any_type: bool,
        at: OffsetDateTime,
        talk: &Talk,
    ) -> Self {
        let endpoint = &fetched.target.endpoint;
        let name = endpoint.to_string();
        let mut served = None;
        let mut subject = match (&fetched.chain, judging.analyse_telling(fetched, talk)) {
            (Some(chain), Some(analysis)) => {
                let mut subject = Subject::from_chain(&name, chain, &analysis);
                let seen = Served {
                    endpoint: name,
                    name: fetched.target.expected_name(),
                    chain: chain.clone(),
                };
                subject.findings.extend(seen.host_finding());
                served = Some((endpoint.clone(), seen));
                subject
            }
            _ => match &fetched.error {
                // one of all types, of which most servers have one
                Some(error @ FetchError::NoSuchCertificate { .. }) if is_any_type => {
                    let mut subject = Subject::new(name);
                    let message = error.to_string();
                    let finding =
                        Finding::new("CHECK-UNREACHABLE", Severity::Note, &subject.name, message);
                    subject.findings.push(finding);
                    subject
                }
                Some(error) => Subject::unreachable(name, error).advised(error.hint()),
                None => Subject::unreachable(name, "no certificate was presented"),
            },
        };
        subject
            .findings
            .extend(fetched.findings.iter().filter_map(of_fetch));
        subject.origin = Origin::Endpoint;
        subject.connection = Some(connection(fetched, judging, at));
        Self { subject, served }
    }

    /// A line of the list that names no server.
    fn broken_line(error: &EndpointError) -> Self {
        let hint = "write host, host:port, https://host, smtp://host, tls://host:port or [v6]:port, one a line";
        Self {
            subject: Subject::unreadable(&error.text, error).advised(Some(hint)),
            served: None,
        }
    }
}

/// What the way to the certificates has to do with whether they expire. That a server which takes no modern handshake did
/// not prove to hold its key is no alarm here.
fn of_fetch(finding: &Finding) -> Option<Finding> {
    let mut finding = finding.clone();
    match finding.id.as_ref() {
        "FETCH-BACKENDS-DISAGREE" => {}
        "FETCH-UNPROVEN" => finding.severity = Severity::Note,
        _ => return None,
    }
    Some(finding)
}
