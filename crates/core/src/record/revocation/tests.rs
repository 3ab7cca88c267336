use std::time::Duration;

use super::*;
use crate::cert::testing::{self, NOW};
use crate::revocation::{Evidence, RevocationMode, SourceKind, check};

#[test]
fn what_is_unknown_in_json() {
    let root = testing::root("root");
    let path = [
        testing::server("a.test", &root).certificate,
        root.certificate.clone(),
    ];
    let mut evidence = Evidence::default();
    evidence.add_failure(
        &path[0],
        SourceKind::Crl,
        "http://a.test/",
        "HTTP status 404",
    );
    let request = RevocationRequest {
        kind: SourceKind::Crl,
        url: "http://a.test/".to_owned(),
        outcome: Err("HTTP status 404".to_owned()),
        cached: true,
        elapsed: Duration::from_millis(7),
    };
    let known = check(&path, &evidence, NOW, RevocationMode::HardFail, "a.test");
    let mut record = RevocationRecord::new(&known, &[request]);
    let refusal = record.refusal(&[]).unwrap();
    assert_eq!(refusal.reason, "revocation-unknown");
    "0".clone_into(&mut record.certificates[0].fingerprint);
    assert!(record.findings[0].certificate.take().is_some());
    insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap(), @r#"
        {
          "refused": true,
          "mode": "hard",
          "certificates": [
            {
              "subject": "CN=a.test",
              "fingerprint": "0",
              "status": "unknown",
              "revoked_at": null,
              "reason": null,
              "source": null,
              "why": "http://a.test/: HTTP status 404",
              "needed": true
            }
          ],
          "requests": [
            {
              "kind": "crl",
              "url": "http://a.test/",
              "error": "HTTP status 404",
              "cached": true,
              "elapsed_ms": 7
            }
          ],
          "findings": [
            {
              "id": "REVOCATION-UNKNOWN",
              "severity": "critical",
              "subject": "a.test",
              "message": "whether a.test is revoked is not known: http://a.test/: HTTP status 404",
              "hint": "give a current revocation list of its issuer"
            }
          ]
        }
        "#);
}
