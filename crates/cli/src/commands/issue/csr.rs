//! `trustpack new csr`: a request, with a key that is there or a new one.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::facts::Facts;
use trustpack_core::issue::{Profile, Template, request, template_like};
use trustpack_core::keystore::{Request, SealedKey};
use trustpack_core::name::Name;
use trustpack_core::record::RequestRecord;

use super::super::Outcome;
use super::super::store::the_certificate;
use super::cert::{made, no_key, note_new_key, refuse_idle_password};
use super::contents::{Contents, subject};
use super::holder::Holder;
use super::written::{
    self, Report, key_file, key_password, refuse_existing, refuse_inputs, refuse_store,
    refuse_two_on_stdout,
};
use crate::args::NewCsr;
use crate::hint::Hinted;
use crate::render::Talk;

pub(super) fn run(arguments: &NewCsr, talk: &Talk) -> Result<Outcome> {
    let choice = &arguments.key;
    let output = arguments.output.output.as_deref();
    let new_key = choice.new_key.as_deref();
    refuse_two_on_stdout(arguments.json.json, output, None)?;
    refuse_inputs(&[new_key, output], choice.key.as_deref().map(Path::new))?;
    refuse_existing(&[new_key, output], arguments.output.force)?;
    refuse_store(&arguments.output)?;
    if choice.key.is_none() && new_key.is_none() {
        return Err(no_key().into());
    }
    refuse_idle_password(choice, None)?;
    let contents = Contents::of(&arguments.wishes, Profile::default())?;
    let password = new_key
        .map(|path| key_password("--password", choice.password.as_ref(), path, talk))
        .transpose()?
        .flatten();
    let holder = Holder::of_choice(choice, talk)?;
    let before = match &arguments.like {
        Some(path) => Some(the_certificate(path, talk)?),
        None => holder
            .as_ref()
            .and_then(|holder| holder.chain.first().cloned()),
    };
    let subject = named(arguments, before.as_ref())?;
    let template = merged(contents, before.as_ref());
    let (key, signing) = match holder {
        Some(holder) => (SealedKey::from(holder.key), holder.signing),
        None => made(choice)?,
    };
    let (der, waived) = request(&subject, &template, &signing, &arguments.allow.allow)?;
    note_client_auth(&template, talk);

    let record = RequestRecord::new(&Request::Pkcs10(der.clone()))?;
    let mut report = Report {
        request: Some(record),
        ..Report::default()
    };
    report.waive(&waived, talk);
    if let Some(path) = new_key {
        key_file(
            path,
            None,
            arguments.output.force,
            &key,
            password.as_ref(),
            talk,
        )?;
        report.add(path);
    }
    let path = written::request(&arguments.output, der, talk);
    let path = path.inspect_err(|_| note_new_key(new_key, talk))?;
    report.add(&path);
    report.print(arguments.json.json)?;
    Ok(Outcome::Fine)
}

/// As said, else as it was.
fn named(arguments: &NewCsr, before: Option<&Certificate>) -> Result<Name> {
    if let Some(text) = &arguments.wishes.subject {
        return subject(text);
    }
    if let Some(before) = before {
        return Ok(before.subject().clone());
    }
    if arguments.wishes.san.is_empty() {
        return Err(Hinted::new(
            "nobody is named",
            "name --subject CN=…, --san HOST, or --like a certificate with the same names",
        )
        .into());
    }
    Name::parse("").context("the subject")
}

/// What a certificate said before is asked for again, but for what is said otherwise now.
fn merged(contents: Contents, before: Option<&Certificate>) -> Template {
    let mut template = contents.profile.template;
    let Some(before) = before else {
        return template;
    };
    // a profile says what it is for, and leaves its names as they are
    let from_profile = Template {
        alt_names: Vec::new(),
        ..template.clone()
    } != Template::default();
    let again = template_like(before).extensions;
    for extension in again {
        let is_decided = contents.decided.contains(&extension.oid)
            || from_profile && extension.oid != SUBJECT_ALT_NAME
            || template
                .extensions
                .iter()
                .any(|there| there.oid == extension.oid);
        if !is_decided {
            template.extensions.push(extension);
        }
    }
    template
}

/// Who asks a public CA for it is told when that ends.
fn note_client_auth(template: &Template, talk: &Talk) {
    let mut purposes = template.extended_key_usage.iter();
    let is_for_clients = purposes.any(|oid| oid == CLIENT_AUTH);
    if let (true, Some((day, fact))) = (is_for_clients, Facts::builtin().end_of_client_auth()) {
        talk.say(format!(
            "note: public CAs stop issuing for clients (clientAuth), at the latest on {day}: {}; ask a private CA",
            fact.source
        ));
    }
}

const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
