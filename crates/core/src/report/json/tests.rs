use super::*;
use crate::report::{ReportFormat, Style, render, sample};

#[test]
fn report() {
    insta::assert_snapshot!(render(&sample::report(), ReportFormat::Json, &Style::default()), @r#"
        {
          "at": "2026-01-01T00:00:00Z",
          "subjects": [
            {
              "subject": "example.org:443",
              "origin": {
                "kind": "endpoint"
              },
              "connection": {
                "address": "192.0.2.1:443",
                "protocol": "TLSv1.3",
                "cipher_suite": "TLS_AES_128_GCM_SHA256",
                "elapsed_ms": 21,
                "presented": [
                  "1111111111111111111111111111111111111111111111111111111111111111",
                  "2222222222222222222222222222222222222222222222222222222222222222"
                ],
                "verified_chains": [
                  [
                    "1111111111111111111111111111111111111111111111111111111111111111",
                    "2222222222222222222222222222222222222222222222222222222222222222"
                  ]
                ]
              },
              "failed": false,
              "certificates": [
                {
                  "name": "1",
                  "display_name": "example.org",
                  "role": "end-entity",
                  "subject": "CN=example.org",
                  "issuer": "CN=Example CA",
                  "serial_number": "01ab",
                  "fingerprint": "1111111111111111111111111111111111111111111111111111111111111111",
                  "not_before": "2025-10-08T00:00:00Z",
                  "not_after": "2026-01-06T00:00:00Z",
                  "lifetime_seconds": 7776000,
                  "remaining_seconds": 432000,
                  "remaining_percent": 5,
                  "renew_after": null,
                  "warn_below_seconds": 2592000,
                  "critical_below_seconds": 604800,
                  "dns_names": [
                    "example.org",
                    "www.example.org"
                  ],
                  "state": "expires-soon",
                  "severity": "critical"
                },
                {
                  "name": "2",
                  "display_name": "Example CA",
                  "role": "intermediate",
                  "subject": "CN=Example CA",
                  "issuer": "CN=Example CA",
                  "serial_number": "01ab",
                  "fingerprint": "2222222222222222222222222222222222222222222222222222222222222222",
                  "not_before": "2025-10-08T00:00:00Z",
                  "not_after": "2028-06-19T00:00:00Z",
                  "lifetime_seconds": 85104000,
                  "remaining_seconds": 77760000,
                  "remaining_percent": 5,
                  "renew_after": null,
                  "warn_below_seconds": 2592000,
                  "critical_below_seconds": 604800,
                  "state": "valid",
                  "severity": null
                }
              ],
              "findings": [
                {
                  "id": "CERT-EXPIRING",
                  "severity": "critical",
                  "subject": "example.org:443: 1",
                  "message": "example.org expires soon",
                  "hint": "renew it"
                }
              ]
            },
            {
              "subject": "gone.example:443",
              "origin": {
                "kind": "endpoint"
              },
              "failed": true,
              "certificates": [],
              "findings": [
                {
                  "id": "CHECK-UNREACHABLE",
                  "severity": "critical",
                  "subject": "gone.example:443",
                  "message": "no answer",
                  "hint": null
                }
              ]
            }
          ],
          "summary": {
            "subjects": 2,
            "certificates": 2,
            "critical": 2,
            "warnings": 0,
            "notes": 0,
            "failed": 1
          }
        }
        "#);
}

#[test]
fn hostile_text_comes_back_the_same_and_is_never_raw() {
    let text = "a\u{9b}b\u{202e}c\u{e0041}\n\u{1b}";
    for json in [pretty(&text), line(&text)] {
        assert!(!json.trim_end().chars().any(text::is_unsafe));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
