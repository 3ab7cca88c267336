//! PEM text (RFC 7468) and everything looser that occurs in the wild.
//!
//! `text` undoes UTF-16 and byte order marks, `marker` finds BEGIN and END lines, `body` decodes what is between them,
//! `scan` puts the three together; this file decides what a block is. The content decides, the label is a hint.

pub(crate) mod body;
mod marker;
pub(crate) mod scan;
pub(crate) mod text;
mod write;

pub(crate) use write::{block, write};

use crate::der::{self, Pile, Shape};
use crate::{At, Contents, Error, Format, SealedKey, ber};
use scan::{Block, Item, Lines, Scanner, text_of};
use text::Text;

/// Reads every block; one that cannot be read is a note with its lines and the reason.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    read_after(bytes, 0)
}

/// As [`read`], of a part of a longer text: its first line is the one after `lines_before`.
pub(crate) fn read_after(bytes: &[u8], lines_before: usize) -> Result<Contents, Error> {
    let text = Text::decode(bytes);
    let mut pile = Pile::new(Format::Pem);
    if let Some(oddity) = text.oddity {
        pile.notes.oddity(At::Input, oddity);
    }
    let (mut blocks, mut pkcs7) = (0_usize, 0_usize);
    for item in Scanner::after(&text, lines_before) {
        match item {
            Item::Block(block) => {
                blocks += 1;
                pkcs7 += usize::from(add(&mut pile, block)? == Some(Shape::ContentInfo));
            }
            Item::Broken { lines, label, why } => skip(&mut pile, lines, &label, &why),
            Item::Remark { line, message } => pile.notes.oddity(At::Line(line), message),
        }
    }
    if blocks > 0 && blocks == pkcs7 {
        pile.contents.format = Format::Pkcs7;
    }
    pile.into_contents()
}

/// Adds the content of one block; returns what it is, where that is known.
fn add(pile: &mut Pile, mut block: Block<'_>) -> Result<Option<Shape>, Error> {
    let Block { lines, label, .. } = &block;
    let at = At::Line(lines.first);
    let alias = friendly_name(block.preamble);
    let alias = alias.as_deref();
    if label == "EC PARAMETERS" {
        let message = "EC PARAMETERS left out: the key names its curve itself";
        pile.notes.oddity(at, message);
        return Ok(None);
    }
    if let Some(dek_info) = &block.body.dek_info {
        add_locked(pile, &block, dek_info, alias)?;
        return Ok(None);
    }

    let (object, shape) = match der::object(&block.body.bytes) {
        Ok(found) => found,
        Err(fault) => {
            let why = match (&block.fault, expected(label)) {
                (Some(fault), _) => fault.clone(),
                (None, None) if label.contains("KEY") => {
                    "this kind of key is not supported".to_owned()
                }
                (None, None) => {
                    // DH parameters, PGP: sound, and nothing that a certificate file is read for.
                    let message = format!("{label} left out: no certificate, key, request or CRL");
                    pile.notes.oddity(at, message);
                    return Ok(None);
                }
                (None, Some(_)) => fault.why(),
            };
            skip(pile, *lines, label, &why);
            return Ok(None);
        }
    };
    note_oddities(pile, &block);
    if let Some(fault) = &block.fault {
        let message = format!("{label} block: complete, then {fault}");
        pile.notes.oddity(at.clone(), message);
    }
    if expected(label) != Some(shape) {
        let message = format!("{label} block: the content is {}", shape.name());
        pile.notes.oddity(at.clone(), message);
    }
    if shape == Shape::Certificate && object.len() == block.body.bytes.len() {
        // no secret, and most of what there is: neither copied nor wiped
        let der = std::mem::take(&mut *block.body.bytes);
        pile.certificate(der, alias)?;
        return Ok(Some(shape));
    }
    if let Err(why) = pile.add(object, shape, alias, at)? {
        skip(pile, *lines, label, &why);
    }
    let rest = block.body.bytes.get(object.len()..).unwrap_or_default();
    add_rest(pile, &block, rest, alias)?;
    Ok(Some(shape))
}

/// Adds a key under OpenSSL's traditional encryption.
fn add_locked(
    pile: &mut Pile,
    block: &Block<'_>,
    dek_info: &str,
    alias: Option<&str>,
) -> Result<(), Error> {
    let Block { lines, label, .. } = block;
    if let Some(fault) = &block.fault {
        skip(pile, *lines, label, fault);
        return Ok(());
    }
    let key = SealedKey::from_traditional(label, dek_info, block.body.bytes.to_vec());
    match pile.derived(key, alias)? {
        Ok(()) => note_oddities(pile, block),
        Err(why) => skip(pile, *lines, label, &why),
    }
    Ok(())
}

fn note_oddities(pile: &mut Pile, block: &Block<'_>) {
    let frame = block.oddities.iter().map(String::as_str);
    for oddity in frame.chain(block.body.oddities.iter().copied()) {
        let message = format!("{} block: {oddity}", block.label);
        pile.notes.oddity(At::Line(block.lines.first), message);
    }
}

/// What follows the first object inside one block.
fn add_rest(
    pile: &mut Pile,
    block: &Block<'_>,
    rest: &[u8],
    alias: Option<&str>,
) -> Result<(), Error> {
    let Block { lines, label, .. } = block;
    let at = At::Line(lines.first);
    // OpenSSL's X509_CERT_AUX.
    if label == "TRUSTED CERTIFICATE" && rest.first() == Some(&ber::SEQUENCE) {
        let message = format!("{label} block: its trust settings are not kept");
        pile.notes.oddity(at, message);
        return Ok(());
    }
    let mut rest = rest;
    while !rest.is_empty() {
        let Ok((object, shape)) = der::object(rest) else {
            let why = format!("{} byte(s) after its content", rest.len());
            skip(pile, *lines, label, &why);
            break;
        };
        let message = format!("{label} block: {} follows in the same block", shape.name());
        pile.notes.oddity(at.clone(), message);
        if let Err(why) = pile.add(object, shape, alias, at.clone())? {
            skip(pile, *lines, label, &why);
        }
        rest = rest.get(object.len()..).unwrap_or_default();
    }
    Ok(())
}

fn skip(pile: &mut Pile, lines: Lines, label: &str, why: &str) {
    let Lines { first, last } = lines;
    let block = match label {
        "" => "block without a label".to_owned(),
        label => format!("{label} block"),
    };
    let range = match last {
        last if last == first => String::new(),
        last => format!(" (to line {last})"),
    };
    pile.notes
        .skipped(At::Line(first), format!("{block}{range} skipped: {why}"));
}

/// What a label promises.
fn expected(label: &str) -> Option<Shape> {
    Some(match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "X.509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            Shape::Certificate
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Shape::Request,
        "CMS" | "PKCS7" | "PKCS #7 SIGNED DATA" => Shape::ContentInfo,
        "CRL" | "X509 CRL" => Shape::Crl,
        "DSA PRIVATE KEY" => Shape::DsaKey,
        "EC PRIVATE KEY" => Shape::Sec1,
        "ENCRYPTED PRIVATE KEY" => Shape::EncryptedPkcs8,
        "PKCS12" => Shape::Pfx,
        "PRIVATE KEY" => Shape::Pkcs8,
        "PUBLIC KEY" => Shape::Spki,
        "RSA PRIVATE KEY" => Shape::Pkcs1,
        "RSA PUBLIC KEY" => Shape::Pkcs1Public,
        _ => return None,
    })
}

/// The last `friendlyName: …` of the bag attributes that OpenSSL prints before a block.
fn friendly_name(preamble: &[u8]) -> Option<String> {
    preamble
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .rev()
        .find_map(|line| {
            let start = line.iter().position(|byte| !b" \t>|#*".contains(byte))?;
            line.get(start..)?.strip_prefix(b"friendlyName:")
        })
        .map(|name| text_of(name.trim_ascii()))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
