//! Requests: what they ask for, whole and broken.

use trustpack_keystore::Request;

use super::*;
use crate::request::CertificateRequest;
use crate::signature::SignatureCheck;

#[test]
fn a_request_asks_for_what_was_wanted() {
    let key = new_key();
    let mut template = for_host("h.example");
    template.must_staple = true;
    let subject = Name::parse("/DC=com/DC=example/CN=h").unwrap();
    let der = request(&subject, &template, &key, &[]).unwrap().0;
    let read = CertificateRequest::new(&Request::Pkcs10(der)).unwrap();
    assert_eq!(read.check_signature(), SignatureCheck::Good);
    assert_eq!(read.subject.unwrap().der(), subject.der());
    let oids: Vec<&str> = read.extensions.iter().map(|one| one.oid.as_str()).collect();
    assert_eq!(
        oids,
        [
            "2.5.29.17",
            "2.5.29.19",
            "2.5.29.15",
            "2.5.29.37",
            "1.3.6.1.5.5.7.1.24"
        ]
    );
    // what a CA may take of it
    let taken = |policy: Requested, copy: &[&str], decided: &[&str]| {
        let own = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        policy
            .taken(&read.extensions, &own(copy), &own(decided))
            .len()
    };
    assert_eq!(taken(Requested::Names, &[], &[]), 1);
    assert_eq!(taken(Requested::Names, &["2.5.29.37"], &[]), 2);
    assert_eq!(taken(Requested::Names, &["2.5.29.19"], &[]), 1, "never");
    assert_eq!(taken(Requested::Names, &[], &["2.5.29.17"]), 0);
    assert_eq!(taken(Requested::Copy, &[], &[]), 4);
    assert_eq!(taken(Requested::Ignore, &[], &[]), 0);
}

/// Whatever a flipped bit makes of a request: it is issued as it is, or refused, and nothing panics.
#[test]
fn what_a_broken_request_asks_for_is_issued_or_refused() {
    let root = Ca::root("CN=Root", &authority(None));
    let key = new_key();
    let mut template = for_host("h.example");
    template.must_staple = true;
    let subject = Name::parse("CN=h,OU=a+OU=b").unwrap();
    let der = request(&subject, &template, &key, &[]).unwrap().0;
    let mut issued = 0;
    for place in 0..der.len() {
        let mut bad = der.clone();
        bad[place] ^= 0x15;
        let Ok(read) = CertificateRequest::new(&Request::Pkcs10(bad)) else {
            continue;
        };
        let wanted = Wanted {
            subject: read.subject.clone().unwrap(),
            subject_public_key_info: read.subject_public_key_info.clone(),
            dates: days(1),
            extensions: Requested::Copy.taken(&read.extensions, &[], &[]),
        };
        if let Ok(made) = issue(&wanted, &root.authority(), &Fixed(1)) {
            issued += 1;
            let _ = require(&made, Some(&root.authority()), NOW, &[]);
        }
    }
    assert!(issued > der.len() / 8, "{issued} of {}", der.len());
}
