use super::*;
use crate::cert::testing;
use rcgen::CustomExtension;

/// One of version 1, one of version 2.
fn list() -> Vec<u8> {
    let mut first = vec![0];
    first.extend([7; 32]);
    first.extend(1_767_225_600_123_u64.to_be_bytes());
    first.extend([0, 0, 4, 3, 0, 2, 9, 9]);
    let mut items = Vec::new();
    for item in [first, vec![1, 5, 5]] {
        items.extend(u16::try_from(item.len()).unwrap().to_be_bytes());
        items.extend(item);
    }
    let mut list = u16::try_from(items.len()).unwrap().to_be_bytes().to_vec();
    list.extend(items);
    list
}

#[test]
fn promises_in_json() {
    let records = SctRecord::read_list(SctSource::Tls, &list()).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&records).unwrap(), @r#"
        [
          {
            "source": "tls",
            "version": 1,
            "log_id": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
            "timestamp": "2026-01-01T00:00:00.123Z"
          },
          {
            "source": "tls",
            "version": 2,
            "log_id": null,
            "timestamp": null
          }
        ]
        "#);
    assert_eq!(SctRecord::read_list(SctSource::Tls, b"\x00\x02\x00"), None);
    assert_eq!(
        SctRecord::read_list(SctSource::Ocsp, &[0, 0]),
        Some(Vec::new())
    );
}

#[test]
fn promises_inside_a_certificate_are_wrapped() {
    let mut params = testing::params("a.test");
    let list = list();
    let wrapped = [&[4, u8::try_from(list.len()).unwrap()], &list[..]].concat();
    for (contents, count) in [(wrapped, Some(2)), (list, None)] {
        let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, contents)];
        let made = testing::self_sign(params.clone(), testing::new_key());
        let records = SctRecord::of_certificate(&made.certificate);
        assert_eq!(records.map(|records| records.len()), count);
    }
    let none = testing::certificate("b.test", false, 0, 60);
    assert_eq!(SctRecord::of_certificate(&none), Some(Vec::new()));
}

#[test]
fn a_response_in_json() {
    let der = include_bytes!("../../../../../fixtures/tls/ocsp-three.der");
    let mut response = OcspResponse::from_der(der).unwrap();
    response.answers.truncate(2);
    let at = time::macros::datetime!(2026-11-26 0:00 UTC);
    let record = OcspRecord::new(&response, at);
    insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap(), @r#"
        {
          "status": "successful",
          "produced_at": "2026-11-25T02:37:04Z",
          "responder": "CN=trustpack test issuing CA,O=trustpack test",
          "signature_algorithm": "SHA256withRSA",
          "answers": [
            {
              "serial_number": "10",
              "status": "good",
              "revoked_at": null,
              "revocation_reason": null,
              "this_update": "2026-11-25T02:37:04Z",
              "next_update": null,
              "remaining_seconds": null
            },
            {
              "serial_number": "11",
              "status": "revoked",
              "revoked_at": "2026-02-01T00:00:00Z",
              "revocation_reason": "keyCompromise",
              "this_update": "2026-11-25T02:37:04Z",
              "next_update": null,
              "remaining_seconds": null
            }
          ]
        }
        "#);
    let der = include_bytes!("../../../../../fixtures/tls/ocsp-good.der");
    let good = OcspRecord::new(&OcspResponse::from_der(der).unwrap(), at);
    assert_eq!(good.answers[0].remaining_seconds, Some(527_824));
}
