//! `trustpack new key`.

use anyhow::Result;
use trustpack_core::issue::{KeyKind, Profile};

use super::super::Outcome;
use super::cert::{Making, self_signed};
use super::contents::subject;
use super::dates::{self, Fallback};
use super::written::{Report, Slot, key_file, key_password, refuse_existing, refuse_two_on_stdout};
use crate::args::{Issued, NewKey};
use crate::hint::Hinted;
use crate::render::Talk;

/// What is made when nothing is said, as keytool does since JDK 19 (JDK-8267319).
pub(super) const DEFAULT: KeyKind = KeyKind::Rsa3072;

pub(super) fn run(arguments: &NewKey, talk: &Talk) -> Result<Outcome> {
    let output = arguments.output.output.as_deref();
    let store = arguments.store.store.as_deref();
    refuse_two_on_stdout(arguments.json.json, output, store)?;
    let kind = arguments.kind.kind.unwrap_or(DEFAULT);
    let source = arguments.password.as_ref();
    if let Some(path) = store {
        let Some(text) = &arguments.subject else {
            return Err(Hinted::new(
                "a store takes no key without a certificate, and nobody is named for it",
                "name --subject CN=… and --days N: the key signs itself a certificate, until a CA's reply takes its place",
            )
            .into());
        };
        let subject = subject(text)?;
        let dates = dates::of(&arguments.dates, None, &Fallback::Days(None))?;
        let slot = Slot::open(path, &arguments.store, &arguments.output, source, talk)?;
        let making = Making {
            subject,
            template: Profile::default().template,
            dates,
            allowed: &arguments.allow.allow,
            at: arguments.dates.time.now(),
        };
        let key = kind.generate()?;
        let (certificate, waived) = self_signed(&making, &key)?;
        let mut report = Report::of(&certificate, making.at);
        report.waive(&waived, talk);
        slot.put(key, std::slice::from_ref(&certificate), talk)?;
        report.add(path);
        report.print(arguments.json.json)?;
        return Ok(Outcome::Fine);
    }
    let dates = &arguments.dates;
    if dates.days.is_some()
        || dates.not_after.is_some()
        || dates.not_before.is_some()
        || dates.until_issuer
    {
        let message = "a key has no dates, only the certificate that it signs itself in a store";
        return Err(Hinted::new(message, "leave them out, or name --store").into());
    }
    refuse_existing(&[output], arguments.output.force)?;
    let path = output.map_or_else(|| "-".into(), ToOwned::to_owned);
    let password = key_password("--password", source, &path, talk)?;
    let key = kind.generate()?;
    let Issued { format, force, .. } = &arguments.output;
    key_file(&path, *format, *force, &key, password.as_ref(), talk)?;
    let mut report = Report::default();
    report.add(&path);
    report.print(arguments.json.json)?;
    Ok(Outcome::Fine)
}
