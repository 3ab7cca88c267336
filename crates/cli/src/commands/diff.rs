//! `trustpack diff`: what differs between two stores, chains, bundles, locks or servers.

mod source;
mod trust;

use anyhow::Result;
use trustpack_core::diff::{TrustChange, TrustRecord, diff, page};

use super::Outcome;
use crate::args::Diff;
use crate::hint::Hinted;
use crate::input::{Input, Passwords};
use crate::render::{Talk, print, print_json, stdout_style};

use source::Source;

/// Runs the command.
pub(super) fn run(arguments: &Diff, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let texts = [arguments.before.clone(), arguments.after.clone()];
    let inputs = Input::parse_all(&texts)?;
    let subjects = trust::parse(&arguments.subjects, &inputs)?;
    let [before, after] = inputs.as_slice() else {
        return Err(Hinted::new("diff compares two inputs", "name A and B").into());
    };
    let passwords =
        Passwords::resolve(&arguments.input_password.input_password, None, talk)?.asking();
    // Files first: a mistyped one is told before any server is asked.
    let before = Source::load(before, &passwords, talk)?;
    let after = Source::load(after, &passwords, talk)?;
    let stores = match subjects.is_empty() {
        true => None,
        false => Some([before.anchors()?, after.anchors()?]),
    };
    let [before, after] = source::fetch_servers([before, after], &arguments.reach, talk)?;
    let mut record = diff(
        &before.side(after.is_lock()),
        &after.side(before.is_lock()),
        at,
    );
    if let Some(stores) = &stores {
        let judged = trust::judge(subjects, stores, arguments, &passwords, at, talk)?;
        record = record.with_trust(judged);
    }
    if arguments.json.json {
        print_json(&record)?;
    } else {
        print(&page(&record, &stdout_style()))?;
    }
    let undecided = |one: &TrustRecord| one.change == TrustChange::Undecided;
    let mut known = !record.trust.iter().any(undecided);
    for source in [&before, &after].into_iter().filter(|one| !one.is_whole()) {
        let name = source.name();
        talk.warn(format!(
            "{name}: a part of it could not be read, so that more may differ"
        ));
        known = false;
    }
    Ok(match record.differs {
        _ if !known => Outcome::Incomplete,
        true => Outcome::No,
        false => Outcome::Fine,
    })
}
