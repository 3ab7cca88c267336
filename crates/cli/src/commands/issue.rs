//! `trustpack new`, `sign`, `renew` and `revoke`. Each resolves its arguments into plain values, asks `core` to issue, and
//! writes once; nothing is written when a rule would be broken.

mod ca;
mod cert;
mod contents;
mod csr;
mod dates;
mod holder;
mod key;
mod renew;
mod revoke;
mod sign;
mod state;
mod written;

use anyhow::Result;
use trustpack_core::issue::IssueError;

use super::Outcome;
use crate::args::{New, Renew, Revoke, Sign};
use crate::render::Talk;

/// Runs a verb of `new`.
pub(super) fn new(verb: New, talk: &Talk) -> Result<Outcome> {
    refused_is_no(
        match verb {
            New::Ca(arguments) => ca::run(&arguments, talk),
            New::Cert(arguments) => cert::run(&arguments, talk),
            New::Crl(arguments) => revoke::list(&arguments, talk),
            New::Csr(arguments) => csr::run(&arguments, talk),
            New::Key(arguments) => key::run(&arguments, talk),
        },
        talk,
    )
}

/// Runs `sign`.
pub(super) fn sign(arguments: &Sign, talk: &Talk) -> Result<Outcome> {
    refused_is_no(sign::run(arguments, talk), talk)
}

/// Runs `renew`.
pub(super) fn renew(arguments: &Renew, talk: &Talk) -> Result<Outcome> {
    refused_is_no(renew::run(arguments, talk), talk)
}

/// Runs `revoke`.
pub(super) fn revoke(arguments: &Revoke, talk: &Talk) -> Result<Outcome> {
    revoke::run(arguments, talk)
}

/// A rule that would be broken is an answer, and not a failure.
fn refused_is_no(result: Result<Outcome>, talk: &Talk) -> Result<Outcome> {
    match result {
        Err(error) if is_refusal(&error) => {
            talk.error(&error);
            Ok(Outcome::No)
        }
        other => other,
    }
}

fn is_refusal(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(
            cause.downcast_ref::<IssueError>(),
            Some(IssueError::Refused { .. })
        )
    })
}
