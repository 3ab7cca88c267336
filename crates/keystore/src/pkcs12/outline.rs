//! What stands in the clear of a file: how it is protected, and what opening it will cost.

use super::Profile;
use super::mac::MacData;
use super::values::{content_info, encrypted_content};
use crate::ber::{self, Reader, Tlv};
use crate::protect::{Budget, Refusal, Scheme};
use crate::{Facts, oid};

/// The schemes of the encrypted parts, in order, as far as parts can be found.
pub(super) fn schemes(content: &[u8]) -> Vec<Result<Scheme, Refusal>> {
    let mut schemes = Vec::new();
    if let Ok(safe) = Reader::new(content, 0).expect(ber::SEQUENCE, "") {
        let mut parts = safe.inside();
        while let Ok(Some(info)) = parts.next() {
            schemes.extend(scheme_of_part(&info).transpose());
        }
    }
    schemes
}

fn scheme_of_part(info: &Tlv<'_>) -> Result<Option<Scheme>, Refusal> {
    let (content_type, content) = content_info(info)?;
    if content_type.content != oid::ENCRYPTED_DATA.as_bytes() {
        return Ok(None);
    }
    let (algorithm, _) = encrypted_content(&content)?;
    Scheme::parse(&algorithm).map(Some)
}

/// Refuses a file whose MAC and encrypted parts together are too much work, before any of it is done.
///
/// No more can follow: inside a part that was decrypted stand bags, and keys are sealed until they are unlocked.
pub(super) fn foresee(
    mac: Option<&MacData>,
    schemes: &[Result<Scheme, Refusal>],
    budget: &Budget,
) -> Result<(), Refusal> {
    let mut costs: Vec<u64> = mac.map(MacData::cost).into_iter().collect();
    for scheme in schemes {
        match scheme {
            Ok(scheme) => costs.push(scheme.cost()),
            Err(refusal) if refusal.is_over_limit() => return Err(refusal.clone()),
            // costs nothing, and is told when the part is read
            Err(_) => (),
        }
    }
    budget.foresee(costs)
}

/// Of the file as a whole; a MAC that is not understood is one without words.
pub(super) fn facts(mac: Option<&MacData>, schemes: &[Result<Scheme, Refusal>]) -> Facts {
    let mut encryption: Vec<String> = Vec::new();
    for scheme in schemes.iter().flatten() {
        let words = scheme.to_string();
        if !encryption.contains(&words) {
            encryption.push(words);
        }
    }
    let is_old = schemes.iter().flatten().any(|scheme| !scheme.is_pbes2());
    let profile = match mac {
        None if schemes.is_empty() => Profile::Passwordless,
        Some(mac) if mac.is_pbmac1() => Profile::Pbmac1,
        Some(mac) if is_old || mac.is_old() => Profile::Legacy,
        None if is_old => Profile::Legacy,
        _ => Profile::Modern,
    };
    Facts {
        integrity: mac.map(ToString::to_string),
        encryption,
        profile: Some(profile),
        ..Facts::of_version(3)
    }
}
