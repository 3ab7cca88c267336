use super::*;
use crate::testing;

fn toys() -> Vec<CertificateDer<'static>> {
    [300, 5, 40]
        .map(|length| ber::encode(ber::SEQUENCE, &[&vec![7; length]]).into())
        .to_vec()
}

fn encoded(certificates: &[CertificateDer<'static>]) -> Vec<u8> {
    let certificates: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
    signed_data(&certificates, &[])
}

fn certificates(bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let entries = read(bytes).unwrap().store.into_entries();
    entries
        .iter()
        .flat_map(Entry::certificates)
        .cloned()
        .collect()
}

#[test]
fn order_is_kept_both_ways() {
    let der = encoded(&toys());
    assert_eq!(certificates(&der), toys());
    let contents = read(&der).unwrap();
    let aliases: Vec<&str> = contents
        .store
        .entries()
        .iter()
        .map(|entry| entry.alias.as_str())
        .collect();
    assert_eq!(aliases, ["1", "2", "3"]);
    assert!(contents.notes.is_empty());
    assert_eq!(read(&encoded(&[])).unwrap().store.len(), 0);
}

#[test]
fn revocation_lists_stand_beside_and_armour_goes_around() {
    let crl = testing::der(testing::CRL);
    let others = Others {
        crls: vec![crl.clone()],
        public_keys: vec![testing::der(testing::PUBLIC_KEY)],
        ..Others::default()
    };
    for (armor, begin) in [(false, &[0x30][..]), (true, b"-----BEGIN PKCS7-----\n")] {
        let options = WriteOptions {
            others: Some(&others),
            armor,
            ..WriteOptions::default()
        };
        let output = crate::write(&KeyStore::new(), Format::Pkcs7, &options).unwrap();
        assert!(output.bytes.starts_with(begin));
        assert_eq!(
            output.notes[0].to_string(),
            "1 public key(s) left out: PKCS#7 has no place for them"
        );
        let contents = testing::open(&output.bytes, None).unwrap();
        assert_eq!(
            (contents.format, contents.others.crls),
            (Format::Pkcs7, vec![crl.clone()])
        );
    }
    let nothing = crate::write(&KeyStore::new(), Format::Pkcs7, &WriteOptions::default());
    assert!(matches!(nothing, Err(Error::NothingToWrite { .. })));
}

#[test]
fn cut_anywhere_is_an_error() {
    let der = encoded(&toys());
    for length in 0..der.len() {
        assert!(read(&der[..length]).is_err(), "{length}");
    }
    let mut longer = der;
    longer.push(0);
    assert_eq!(read(&longer).unwrap().notes.len(), 1);
}

#[test]
fn indefinite_lengths_are_read() {
    let toys = toys();
    let mut bytes = vec![0x30, 0x80];
    bytes.extend(oid::der(&oid::SIGNED_DATA));
    bytes.extend([0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80]);
    bytes.extend(oid::der(&oid::DATA));
    bytes.extend([0, 0, 0xa0, 0x80]);
    for toy in &toys {
        bytes.extend_from_slice(toy);
    }
    bytes.extend([0, 0, 0x31, 0x80, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(certificates(&bytes), toys);
}

#[test]
fn other_content_is_refused() {
    let data = ber::encode(ber::SEQUENCE, &[&oid::der(&oid::DATA)]);
    let error = read(&data).unwrap_err().to_string();
    assert!(error.contains("1.2.840.113549.1.7.1"), "{error}");
}
