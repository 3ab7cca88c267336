//! What opening a file will cost, told from the counts that stand in the clear.

use super::mac::MacData;
use super::values::{content_info, encrypted_content};
use crate::ber::{self, Reader, Tlv};
use crate::oid;
use crate::protect::{Budget, Refusal, Scheme};

/// Refuses a file whose MAC and encrypted parts together are too much work, before any of it is done.
///
/// No more can follow: inside a part that was decrypted stand bags, and keys are sealed until they are unlocked.
pub(super) fn foresee(
    mac: Option<&MacData>,
    content: &[u8],
    budget: &Budget,
) -> Result<(), Refusal> {
    let mut costs: Vec<u64> = mac.map(MacData::cost).into_iter().collect();
    let safe = Reader::new(content, 0).expect(ber::SEQUENCE, "");
    let mut parts = match safe {
        Ok(safe) => safe.inside(),
        Err(_) => return budget.foresee(costs),
    };
    while let Ok(Some(info)) = parts.next() {
        match cost_of_part(&info) {
            Ok(cost) => costs.push(cost),
            Err(refusal) if refusal.is_over_limit() => return Err(refusal),
            // costs nothing, and is told when the part is read
            Err(_) => (),
        }
    }
    budget.foresee(costs)
}

fn cost_of_part(info: &Tlv<'_>) -> Result<u64, Refusal> {
    let (content_type, content) = content_info(info)?;
    if content_type.content != oid::ENCRYPTED_DATA.as_bytes() {
        return Ok(0);
    }
    let (algorithm, _) = encrypted_content(&content)?;
    Ok(Scheme::parse(&algorithm)?.cost())
}
