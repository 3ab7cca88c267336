//! Secrets that stand where references should, and what is behind references where somebody looks.

use zeroize::Zeroizing;

use super::{Found, SpecFinding};
use crate::channel::field::Field;
use crate::channel::form::Form;
use crate::channel::model::{Channel, Spec};
use crate::channel::secret::{Leak, SecretRef};
use crate::report::Severity;

/// Gets what is behind a reference in a file of the specification; the error says why there is nothing, and never what
/// there is.
pub type Resolver<'a> = dyn FnMut(&str, &SecretRef) -> Result<Zeroizing<String>, String> + 'a;

pub(super) fn inline(channel: &Channel) -> Vec<Found> {
    let literals = channel.secrets().filter(|(_, secret)| secret.is_inline());
    let literals = literals.map(|(field, _)| literal(&field.path()));
    let leaks = channel.withheld.iter();
    let leaks = leaks.map(|withheld| leaked(&withheld.field.path(), withheld.leak));
    literals.chain(leaks).collect()
}

pub(super) fn literal(path: &str) -> Found {
    Found::new(
        "SECRET-INLINE",
        Severity::Critical,
        path.to_owned(),
        "a secret is a reference here, and this is none",
        "write env:NAME, file:PATH or prompt, and consider the value that stood here as leaked",
    )
}

pub(super) fn leaked(path: &str, leak: Leak) -> Found {
    match leak {
        Leak::Credentials => Found::new(
            "SECRET-INLINE",
            Severity::Critical,
            path.to_owned(),
            "the text carries user information or a bot token",
            "leave out what stands before @, or the token, and consider it as leaked",
        ),
        Leak::Query => Found::new(
            "URL-FORM",
            Severity::Critical,
            path.to_owned(),
            "the URL has a query or a fragment, in which a key could stand; it is not kept",
            "leave out everything from ? or #, and consider a key or token that stood there as leaked",
        ),
    }
}

/// Judges what is behind the references to `env:` and `file:`: that there is something, and that it has the form of its
/// field. A `prompt` is not asked. No value and no length of one is told.
pub fn behind_references(spec: &Spec, resolve: &mut Resolver<'_>) -> Vec<SpecFinding> {
    let mut findings = Vec::new();
    for (index, channel) in spec.channels.iter().enumerate() {
        for (field, secret) in channel.secrets() {
            if matches!(secret, SecretRef::Inline | SecretRef::Prompt) {
                continue;
            }
            let place = channel.place_of(&field.path());
            let file = spec.file_of(place).unwrap_or_default();
            let found = match resolve(file, secret) {
                Ok(value) => behind(field, &value),
                Err(why) => Some(Found::new(
                    "FIELD-MISSING",
                    Severity::Critical,
                    field.path(),
                    format!("there is nothing behind the reference {secret}: {why}"),
                    format!("put {} there", field.example),
                )),
            };
            findings.extend(found.map(|found| found.placed(spec, index, channel)));
        }
    }
    findings
}

fn behind(field: &Field, value: &str) -> Option<Found> {
    if value.is_empty() {
        return Some(Found::new(
            "FIELD-MISSING",
            Severity::Critical,
            field.path(),
            "what is behind the reference is empty",
            format!("put {} there", field.example),
        ));
    }
    match field.form {
        Form::Shaped(shape) => {
            let fault = (shape.judge)(value)?;
            Some(Found::fault(field.path(), fault))
        }
        _ => None,
    }
}
