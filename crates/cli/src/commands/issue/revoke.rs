//! `trustpack revoke` and `trustpack new crl`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use trustpack_core::Certificate;
use trustpack_core::issue::{Dates, LedgerError, ListWanted, revocation_list};
use trustpack_core::signature::{SignatureCheck, check};

use super::super::Outcome;
use super::super::store::the_certificate;
use super::holder::Holder;
use super::state::State;
use super::written::{
    self, Report, refuse_existing, refuse_inputs, refuse_store, refuse_two_on_stdout, rfc3339,
};
use crate::args::{NewCrl, Revoke};
use crate::hint::Hinted;
use crate::render::{Talk, print_json};

/// For scripts.
#[derive(Serialize)]
struct Revoked<'a> {
    state: String,
    serial: &'a str,
    subject: &'a str,
    /// Whether that changed anything.
    revoked: bool,
}

pub(super) fn run(arguments: &Revoke, talk: &Talk) -> Result<Outcome> {
    let name = arguments.state.display().to_string();
    let now = arguments.time.now();
    let at = arguments.since.unwrap_or(now);
    if at > now {
        // the date is when it was revoked (RFC 5280 section 5.1.2.6), and clients ask for the entry only
        let message = format!("--since {}: that is later than now", rfc3339(at));
        let hint = "leave --since out, and revoke it when the time has come";
        return Err(Hinted::new(message, hint).into());
    }
    let authority = match &arguments.ca {
        Some(path) => Some(the_certificate(path, talk)?),
        None => None,
    };
    let certificate = match Path::new(&arguments.certificate).exists() {
        true => Some(the_certificate(&arguments.certificate, talk)?),
        false => None,
    };
    let mut state = match &authority {
        Some(authority) => State::of(&arguments.state, authority, None)?,
        None => State::existing(&arguments.state)?,
    };
    let serial = match &certificate {
        Some(certificate) => certificate.serial().to_string(),
        None => serial(&state, &arguments.certificate).with_context(|| name.clone())?,
    };
    if let Some(certificate) = &certificate {
        let is_there = state.ledger.has(certificate).map_err(|error| {
            let message = format!("{}: {error} of {name}", arguments.certificate);
            Hinted::new(message, "name the right file, or the serial number itself")
        })?;
        if !is_there {
            take_up(&mut state, certificate, authority.as_ref()).with_context(|| name.clone())?;
        }
    }
    let at = at.replace_nanosecond(0).unwrap_or(at);
    let reason = arguments.reason.unwrap_or_default();
    let before = state.ledger.revoke(&serial, at, reason);
    let before = before.map_err(|error| match error {
        LedgerError::Moment { .. } => {
            anyhow::Error::from(Hinted::new(error.to_string(), "name another --since"))
        }
        other => other.into(),
    })?;
    let subject = state.ledger.subject(&serial).unwrap_or_default().to_owned();
    match before {
        None => {
            if state.is_new() {
                talk.say(format!(
                    "note: {name} is new; where the CA has a state already, name that one"
                ));
            }
            state.save()?;
            talk.say(format!(
                "revoked {subject}, serial {serial}; `trustpack new crl` makes the list that says so"
            ));
        }
        Some((since, reason)) => {
            talk.say(format!(
                "nothing to do: {subject}, serial {serial}, is revoked already, since {} ({})",
                rfc3339(since),
                reason.word()
            ));
            let is_other = arguments.reason.is_some_and(|other| other != reason)
                || arguments.since.is_some() && at != since;
            if is_other {
                talk.warn("time and reason stay as they were told first; what is said now is not written down");
            }
        }
    }
    if arguments.json.json {
        print_json(&Revoked {
            state: name,
            serial: &serial,
            subject: &subject,
            revoked: before.is_none(),
        })?;
    }
    Ok(Outcome::Fine)
}

fn serial(state: &State, text: &str) -> Result<String> {
    let is_hex = |digit: char| digit.is_ascii_hexdigit() || digit == ':';
    if text.is_empty() || !text.chars().all(is_hex) {
        let message = format!("{text:?} is neither a file nor a serial number");
        return Err(Hinted::new(
            message,
            "name the certificate's file, or its serial number in hex",
        )
        .into());
    }
    state.ledger.serial(text).map_err(|error| {
        Hinted::new(
            error.to_string(),
            "the serial numbers stand in the file; or name the certificate's file",
        )
        .into()
    })
}

/// One that the state does not know, when the CA's key shows that it is its own.
fn take_up(
    state: &mut State,
    certificate: &Certificate,
    authority: Option<&Certificate>,
) -> Result<()> {
    let who = certificate.display_name();
    let Some(authority) = authority else {
        let message = format!("{who} (serial {}) is not in it", certificate.serial());
        return Err(Hinted::new(
            message,
            "name the CA's certificate with --ca, and it is taken up when that CA issued it",
        )
        .into());
    };
    match check(certificate, authority) {
        SignatureCheck::Good => Ok(state.ledger.record(certificate)?),
        SignatureCheck::Bad | SignatureCheck::CannotCheck(_) => {
            let message = format!("{who} was not issued by {}", authority.subject());
            Err(Hinted::new(message, "name the CA that issued it, and its state").into())
        }
    }
}

pub(super) fn list(arguments: &NewCrl, talk: &Talk) -> Result<Outcome> {
    let output = arguments.output.output.as_deref();
    refuse_two_on_stdout(arguments.json.json, output, None)?;
    refuse_existing(&[output], arguments.output.force)?;
    refuse_store(&arguments.output)?;
    let read_too = arguments.issuer.ca.iter().map(Path::new);
    refuse_inputs(&[output], read_too.chain([arguments.state.as_path()]))?;
    let issuer = &arguments.issuer;
    let ca = Holder::of_ca(
        &issuer.ca,
        issuer.ca_alias.as_deref(),
        &issuer.ca_password,
        talk,
    )?;
    let authority = ca.authority()?;
    // a list out of a state that is not there would say that nothing is revoked
    let mut state = State::existing_of(&arguments.state, authority.certificate())?;
    let at = arguments.time.now();
    let number = state.ledger.next_list().map_err(|error| {
        let message = format!("{}: {error}", arguments.state.display());
        let hint = "write a smaller number there, greater than that of every list that is out";
        Hinted::new(message, hint)
    })?;
    let wanted = ListWanted {
        dates: Dates::of_days(at, arguments.days)?,
        number,
        revoked: state.ledger.revoked(),
    };
    let (der, waived) = revocation_list(&wanted, &authority, at, &arguments.allow.allow)?;
    let mut report = Report::default();
    report.waive(&waived, talk);
    // a number is never used twice, so it is counted before anybody sees the list
    state.save()?;
    // the list may lie in the same folder, whose lock it takes for itself
    drop(state);
    let path = written::list(&arguments.output, der, talk)?;
    talk.say(format!(
        "list {} of {}: {} revoked",
        wanted.number,
        authority.certificate().subject().shown(),
        wanted.revoked.len()
    ));
    report.add(&path);
    report.print(arguments.json.json)?;
    Ok(Outcome::Fine)
}
