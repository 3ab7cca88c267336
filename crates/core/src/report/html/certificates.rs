//! The certificates themselves, in blocks that a browser opens one by one, when somebody asks for one of them.

use std::collections::{BTreeSet, HashMap};
use std::io;

use rustls_pki_types::CertificateDer;

use super::super::{Role, SubjectReport};
use super::packed;

/// So many share their names and extensions with each other, and are opened at once.
const BLOCK: usize = 64;

/// Certificates in base64, a block a line.
pub(super) struct Packed {
    pub(super) blocks: String,
    /// How many certificates are in them.
    pub(super) count: usize,
}

/// Packs those of the subjects, each once, ordered by the time that is left and then by fingerprint, as many as there is
/// room for. The page's script counts them in the same order. A length of four bytes stands before each.
pub(super) fn pack(
    subjects: &[SubjectReport],
    ders: &HashMap<String, CertificateDer<'static>>,
    room: usize,
) -> io::Result<Packed> {
    let all = subjects.iter().flat_map(|subject| &subject.certificates);
    let order: BTreeSet<(i64, &str)> = all
        .filter(|one| one.role != Role::Crl)
        .map(|one| (one.remaining_seconds, one.fingerprint.as_str()))
        .collect();
    let order: Vec<&str> = order.into_iter().map(|(_, one)| one).collect();
    let mut packed_so_far = Packed {
        blocks: String::new(),
        count: 0,
    };
    if ders.is_empty() {
        return Ok(packed_so_far);
    }
    for block in order.chunks(BLOCK) {
        let mut plain = Vec::new();
        for fingerprint in block {
            // one for which there was no room has no bytes
            let der = ders
                .get(*fingerprint)
                .map(AsRef::as_ref)
                .unwrap_or_default();
            let length = u32::try_from(der.len()).map_err(io::Error::other)?;
            plain.extend_from_slice(&length.to_be_bytes());
            plain.extend_from_slice(der);
        }
        let block_text = packed([plain.as_slice()])?;
        if packed_so_far.blocks.len() + block_text.len() + 1 > room {
            break;
        }
        packed_so_far.blocks.push_str(&block_text);
        packed_so_far.blocks.push('\n');
        packed_so_far.count += block.len();
    }
    Ok(packed_so_far)
}
