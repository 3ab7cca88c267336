//! `--pem`: the certificates alone, each below a line that says what it is.

use anyhow::Result;
use trustpack_core::Certificate;
use trustpack_core::fetch::Fetched;
use trustpack_core::keystore::{
    self, Alias, CertificateDer, Entry, Format, KeyStore, WriteOptions,
};
use trustpack_core::report::escape;

use super::{Inspection, lines};
use crate::input::Files;
use crate::render::{Talk, print};

/// Prints every certificate, also those that cannot be parsed; says what is left out.
pub(super) fn print_all(
    files: &Files,
    fetched: &[Fetched],
    inspection: &Inspection,
    talk: &Talk,
) -> Result<()> {
    let mut text = String::new();
    for loaded in &files.loaded {
        for entry in loaded.contents.store.entries() {
            for der in entry.certificates() {
                text.push_str(&block(&loaded.name, entry.alias.as_str(), der)?);
            }
        }
    }
    for fetched in fetched {
        let name = fetched.target.endpoint.to_string();
        let chain = fetched.chain.iter().flat_map(|chain| &chain.certificates);
        for (place, certificate) in chain.enumerate() {
            text.push_str(&block(&name, &(place + 1).to_string(), certificate.der())?);
        }
    }
    if !text.is_empty() {
        print(&text)?;
    }
    lines::tell_left_out(files, inspection, talk);
    Ok(())
}

fn block(source: &str, alias: &str, der: &CertificateDer<'static>) -> Result<String> {
    let subject = match Certificate::from_der(der.clone()) {
        Ok(certificate) => certificate.subject().to_string(),
        Err(_) => "not a readable certificate".to_owned(),
    };
    let mut store = KeyStore::new();
    store.push_renamed(Entry::trusted(Alias::positional(1), der.clone()));
    let written = keystore::write(&store, Format::Pem, &WriteOptions::default())?;
    let pem = String::from_utf8_lossy(&written.bytes);
    let comment = without_markers(&escape(&format!("{source} {alias}: {subject}")));
    Ok(format!("# {comment}\n{pem}"))
}

/// Dashes apart from each other: two of them and a word would be the start of a block for a reader of PEM.
fn without_markers(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '-' && apart.ends_with('-') {
            apart.push(' ');
        }
        apart.push(character);
    }
    apart
}
