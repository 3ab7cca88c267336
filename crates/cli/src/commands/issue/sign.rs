//! `trustpack sign`: a certificate for a request.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::issue::{
    IssueError, Profile, Requested, Wanted, extension_oid, issue, require,
};
use trustpack_core::keystore::Request;
use trustpack_core::name::Name;
use trustpack_core::request::{CertificateRequest, RequestKind};
use trustpack_core::signature::SignatureCheck;

use super::super::Outcome;
use super::contents::{Contents, locate, subject};
use super::dates::{self, Fallback};
use super::holder::Holder;
use super::state::State;
use super::written::{
    self, Report, in_words, refuse_existing, refuse_inputs, refuse_single, refuse_store,
    refuse_two_on_stdout,
};
use crate::args::Sign;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::render::Talk;
use crate::store::SystemRandom;

pub(super) fn run(arguments: &Sign, talk: &Talk) -> Result<Outcome> {
    let output = arguments.output.output.as_deref();
    refuse_two_on_stdout(arguments.json.json, output, None)?;
    let read_too = arguments.issuer.ca.iter().chain([&arguments.request]);
    let state = arguments.state.state.as_deref();
    refuse_inputs(&[output], read_too.map(Path::new).chain(state))?;
    refuse_existing(
        &[output, state.filter(|path| !path.exists())],
        arguments.output.force,
    )?;
    refuse_store(&arguments.output)?;
    if arguments.chain {
        refuse_single(&arguments.output)?;
    }
    let request = read(&arguments.request, talk)?;
    if !is_proven(&request, arguments, talk) {
        return Ok(Outcome::No);
    }
    let issuer = &arguments.issuer;
    let ca = Holder::of_ca(
        &issuer.ca,
        issuer.ca_alias.as_deref(),
        &issuer.ca_password,
        talk,
    )?;
    let authority = ca.authority()?;

    let mut contents = Contents::of(&arguments.wishes, Profile::default())?;
    locate(&mut contents.profile.template, &arguments.locations)?;
    let subject = named(arguments, &request)?;
    let profile = &mut contents.profile;
    let copy = arguments
        .copy
        .iter()
        .map(|word| {
            let oid = extension_oid(word)?;
            Requested::require_copyable(&oid)?;
            Ok(oid)
        })
        .collect::<Result<Vec<_>, IssueError>>()
        .context("--copy")?;
    profile.copy.extend(copy);
    let policy = arguments.requested.unwrap_or(profile.requested);
    let taken = policy.taken(&request.extensions, &profile.copy, &contents.decided);
    // of one that is asked for twice both come here, and the rule says so
    let there = &mut profile.template.extensions;
    there.retain(|one| taken.iter().all(|other| other.oid != one.oid));
    there.extend(taken);
    let own = authority.certificate();
    let at = arguments.dates.time.now();
    let dates = dates::of(&arguments.dates, Some(own), &Fallback::Days(profile.days))?;
    let spki = request.subject_public_key_info.clone();
    let extensions = profile.template.extensions(&spki, subject.is_empty());
    let not_granted = Requested::not_granted(&request.extensions, &extensions);
    if policy == Requested::Refuse && !not_granted.is_empty() {
        let asked = not_granted.join(", ");
        let message = format!(
            "{}: it asks for what is not granted: {asked}",
            arguments.request
        );
        let hint = "take it with --copy, or ask for a request without it";
        talk.error(&Hinted::new(message, hint).into());
        return Ok(Outcome::No);
    }
    let wanted = Wanted {
        subject,
        subject_public_key_info: spki,
        dates,
        extensions,
    };
    let certificate = issue(&wanted, &authority, &SystemRandom)?;
    let waived = require(&certificate, Some(&authority), at, &arguments.allow.allow)?;
    if !not_granted.is_empty() {
        talk.say(format!(
            "note: not as the request asks: {} (--copy takes one of them, --requested copy all that may be)",
            not_granted.join(", ")
        ));
    }
    let mut report = Report::of(&certificate, at);
    report.not_granted = not_granted;
    report.waive(&waived, talk);
    if let Some(path) = &arguments.state.state {
        State::record(path, own, &certificate, None)?;
    }
    let in_line = in_words(&certificate);
    let mut chain: Vec<Certificate> = vec![certificate];
    if arguments.chain {
        chain.extend(ca.chain.iter().cloned());
    }
    let path = written::certificates(&arguments.output, &chain, talk)?;
    talk.say(format!("issued {in_line}"));
    report.add(&path);
    report.print(arguments.json.json)?;
    Ok(Outcome::Fine)
}

/// The one request in a file.
fn read(path: &str, talk: &Talk) -> Result<CertificateRequest> {
    let loaded = input::load_one(path, &Passwords::default())?;
    loaded.tell_notes(talk);
    let requests: &[Request] = &loaded.contents.others.requests;
    let [request] = requests else {
        let message = format!(
            "{}: {} requests are in it, and one is meant",
            loaded.name,
            requests.len()
        );
        return Err(Hinted::new(message, "name a file with one request (PKCS#10 or SPKAC)").into());
    };
    CertificateRequest::new(request).with_context(|| loaded.name.clone())
}

/// Whether the request's own signature shows that the requester has the key, or that does not matter.
fn is_proven(request: &CertificateRequest, arguments: &Sign, talk: &Talk) -> bool {
    let why = match request.check_signature() {
        SignatureCheck::Good => return true,
        SignatureCheck::Bad => {
            "its signature does not hold: it was not made with the key in it over this request"
                .to_owned()
        }
        SignatureCheck::CannotCheck(what) => {
            format!("its signature cannot be checked: {what} is not supported")
        }
    };
    let message = format!("{}: {why}", arguments.request);
    if arguments.accept_unchecked {
        talk.warn(format!(
            "{message}; accepted, and nothing shows that the requester has the key"
        ));
        return true;
    }
    let hint = "ask the holder of the key for a request; --accept-unchecked issues all the same";
    talk.error(&Hinted::new(message, hint).into());
    false
}

/// As said, else as the request says; SPKAC names nobody.
fn named(arguments: &Sign, request: &CertificateRequest) -> Result<Name> {
    if let Some(text) = &arguments.wishes.subject {
        return subject(text);
    }
    match (&request.subject, request.kind) {
        (Some(name), _) if name.is_well_formed() => Ok(name.clone()),
        (Some(_), _) => Err(Hinted::new(
            format!("{}: its subject is no readable name", arguments.request),
            "name the subject with --subject",
        )
        .into()),
        (None, RequestKind::Spkac) if arguments.wishes.san.is_empty() => Err(Hinted::new(
            format!("{}: SPKAC names nobody", arguments.request),
            "name the subject with --subject",
        )
        .into()),
        (None, _) => Ok(Name::parse("")?),
    }
}
