//! Sun's key protector of JKS (`sun.security.provider.KeyProtector`): SHA-1 as a stream cipher.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Password;

/// Opens `salt(20) ‖ key ⊕ stream ‖ SHA-1(password ‖ key)`; `None` for a wrong password or damage.
pub(crate) fn unprotect(octets: &[u8], password: &Password) -> Option<Zeroizing<Vec<u8>>> {
    let (salt, rest) = octets.split_at_checked(20)?;
    let (sealed, expected) = rest.split_at_checked(rest.len().checked_sub(20)?)?;
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(
        password
            .expose_secret()
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect(),
    );
    let digest = |part: &[u8]| {
        Sha1::new()
            .chain_update(text.as_slice())
            .chain_update(part)
            .finalize()
    };
    let mut clear = Zeroizing::new(Vec::with_capacity(sealed.len()));
    let mut stream = digest(salt);
    for chunk in sealed.chunks(20) {
        clear.extend(chunk.iter().zip(&stream).map(|(octet, mask)| octet ^ mask));
        stream = digest(&stream);
    }
    bool::from(digest(&clear).as_slice().ct_eq(expected)).then_some(clear)
}
