//! What a container says about itself.

use crate::Profile;

/// A container's version and protection, as far as they stand in the clear. In words where people read them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The version of the layout: 1 or 2 of JKS and JCEKS, 0 to 2 of BKS, 3 of PKCS#12, 1 of BCFKS.
    pub version: Option<u32>,
    /// How the whole is protected against change: `SHA-1 over password and content`,
    /// `HMAC-SHA256, PKCS#12 derivation, 10000 iterations`; `None` when it is not.
    pub integrity: Option<String>,
    /// How the content is encrypted, each scheme once, in the words of [`protection`](crate::SealedKey::protection).
    /// How a key is sealed stands with the key.
    pub encryption: Vec<String>,
    /// PKCS#12: the profile that is nearest to how the file is protected, so that it can be written again as it was.
    pub profile: Option<Profile>,
}

impl Facts {
    /// Of a layout with a version.
    pub(crate) fn of_version(version: u32) -> Self {
        Self {
            version: Some(version),
            ..Self::default()
        }
    }
}
