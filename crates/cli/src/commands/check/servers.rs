//! Servers, asked side by side and judged in the order in which they were named.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::endpoint::EndpointError;
use trustpack_core::expiry::Subject;
use trustpack_core::fetch::{Fetched, fetch_stream};
use trustpack_core::report::Origin;

use super::Run;
use super::connection::connection;
use crate::args::Check;
use crate::commands::fetch::targets::{Targets, Wanted};
use crate::input::Input;
use crate::ordered::InOrder;
use crate::render::Talk;
use crate::servers::{Asking, Judging};

/// Asks all of them: those among the inputs first, then the list.
///
/// # Errors
/// When flags make no sense, the list cannot be opened, or the report cannot be written.
pub(super) fn check(arguments: &Check, inputs: &[Input], run: &mut Run, talk: &Talk) -> Result<()> {
    let named: Vec<String> = Input::endpoints(inputs)
        .map(|endpoint| endpoint.to_string())
        .collect();
    let listed = &arguments.listed;
    let mut asking = Asking::new(&arguments.reach, talk)?;
    if named.is_empty() && listed.targets.is_none() {
        return Ok(());
    }
    asking.options.all_addresses = listed.all_addresses;
    let (options, crew) = (asking.options.clone(), asking.crew.clone());
    let wanted = Wanted {
        endpoints: &named,
        list: listed.targets.as_deref(),
        yes_scan: listed.yes_scan,
        cert_type: listed.cert_type,
    };
    let targets = Targets::new(wanted, asking)?;
    let at = arguments.time.now();
    let judging = Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?;
    let share = run.share.clone();
    let stream = targets.stream.filter(move |one| match one {
        Ok(target) => share.holds(target.endpoint.to_string()),
        Err(broken) => share.holds(&broken.text),
    });
    let look = |fetched: Fetched| subject(&fetched, &judging, at, talk);

    let count = targets.count.filter(|_| run.share.shard.is_none());
    let bar = talk.progress(count, "fetching");
    let stop = Arc::clone(&options.stop);
    let mut order = InOrder::default();
    let mut outcome = Ok(());
    let mut on_result = |place, answers: Result<Vec<Subject>, EndpointError>| {
        let answers = answers.unwrap_or_else(|error| vec![broken_line(&error)]);
        let mut take = |subjects: Vec<Subject>| {
            subjects
                .into_iter()
                .try_for_each(|subject| run.server(subject))
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

/// A server: its chain, or the finding that it could not be reached.
fn subject(fetched: &Fetched, judging: &Judging, at: OffsetDateTime, talk: &Talk) -> Subject {
    let name = fetched.target.endpoint.to_string();
    let mut subject = match (&fetched.chain, judging.analyse_telling(fetched, talk)) {
        (Some(chain), Some(analysis)) => Subject::from_chain(name, chain, &analysis),
        _ => match &fetched.error {
            Some(error) => Subject::unreachable(name, error).advised(error.hint()),
            None => Subject::unreachable(name, "no certificate was presented"),
        },
    };
    subject.origin = Origin::Endpoint;
    subject.connection = Some(connection(fetched, judging, at));
    subject
}

/// A line of the list that names no server.
fn broken_line(error: &EndpointError) -> Subject {
    let hint = "write host, host:port, https://host, smtp://host, tls://host:port or [v6]:port, one a line";
    Subject::unreadable(&error.text, error).advised(Some(hint))
}
