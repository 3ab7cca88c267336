//! Java's own key stores: JKS, CaseExactJKS, JCEKS and PKCS#12, every kind of entry, both ways.

use trustpack_core::keystore::Profile;

use crate::matrix::{java_lists, we_list};
use crate::types::{CASE_EXACT_JKS, JCEKS, JKS, PKCS12};

#[test]
fn java_lists_every_store_that_we_write() {
    java_lists(&[
        (JKS, Profile::Modern),
        (CASE_EXACT_JKS, Profile::Modern),
        (JCEKS, Profile::Modern),
        (PKCS12, Profile::Modern),
        (PKCS12, Profile::Legacy),
    ]);
}

#[test]
fn we_list_every_store_that_java_writes() {
    we_list(&[JKS, CASE_EXACT_JKS, JCEKS, PKCS12], |_, _| {});
}
