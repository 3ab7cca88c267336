//! BouncyCastle's key stores: BKS, UBER, BCFKS and its PKCS#12, every kind of entry, both ways.

use trustpack_core::keystore::Profile;

use crate::matrix::{java_lists, we_list};
use crate::stores::has_bouncy;
use crate::types::{BCFKS, BKS, BOUNCY_PKCS12, UBER};

#[test]
fn bouncy_castle_lists_every_store_that_we_write() {
    if !has_bouncy() {
        return;
    }
    java_lists(&[
        (BKS, Profile::Modern),
        (UBER, Profile::Modern),
        (BCFKS, Profile::Modern),
        (BOUNCY_PKCS12, Profile::Modern),
        (BOUNCY_PKCS12, Profile::Legacy),
    ]);
}

#[test]
fn we_list_every_store_that_bouncy_castle_writes() {
    if !has_bouncy() {
        return;
    }
    we_list(&[BKS, UBER, BCFKS, BOUNCY_PKCS12], |of, bytes| {
        if of == BOUNCY_PKCS12 {
            assert_eq!(bytes[..2], [0x30, 0x80], "no DER: the length is indefinite");
        }
    });
}
