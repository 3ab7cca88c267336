//! Plans as people and programs read them.

use super::*;

fn example() -> Plan {
    let there = store([trusted("mine", 0), trusted("taken", 1)]);
    let mut incoming = from(
        "a.jks",
        [trusted("x", 0), trusted("taken", 2), positional(3)],
    );
    incoming.extend(from("b.pem", [positional(4), positional(3)]));
    plan(&there, &incoming, &options(OnConflict::Rename))
}

#[test]
fn table() {
    let text = render_plan(&example(), PlanFormat::Table, &Style::default());
    insta::assert_snapshot!(text, @r#"
      entry   from   outcome                              remarks
      Root X  a.jks  already there as mine
      Old     a.jks  conflict over taken: add as taken-2  expired
      leaf    a.jks  add as leaf                          not a CA
      Future  b.pem  add as future                        not yet valid
      leaf    b.pem  same as leaf from a.jks              not a CA

    5 read: 2 added, 1 already there, 1 duplicate, 1 conflict (1 renamed)
    "#);
}

#[test]
fn table_of_a_refused_replacement() {
    let there = store([key("server", 3, 1)]);
    let incoming = from("a.jks", [trusted("server", 0)]);
    let plan = plan(&there, &incoming, &options(OnConflict::Replace));
    let text = render_plan(&plan, PlanFormat::Table, &Style::default());
    insta::assert_snapshot!(text, @r#"
      entry   from   outcome                        remarks
      Root X  a.jks  conflict over server: refused
      note     MERGE-NOT-REPLACED  a.jks: Root X does not replace server: it holds a key, which a certificate never replaces
               hint: delete or rename that entry first

    1 read: 0 added, 0 already there, 0 duplicates, 1 conflict (1 refused)
    "#);
}

#[test]
fn hostile_names_stay_text() {
    let evil = "a\u{1b}]0;x\u{7}\u{202e}\u{9b}2J\n";
    let certificate = testing::certificate(evil, false, 0, DAY);
    let mut incoming = vec![Incoming::certificate(evil, &certificate)];
    incoming.extend(from(
        evil,
        [trusted(evil, 0), trusted(evil, 1), trusted(evil, 5)],
    ));
    let plan = plan(&KeyStore::new(), &incoming, &options(OnConflict::Replace));
    for format in [PlanFormat::Json, PlanFormat::Table] {
        let text = render_plan(&plan, format, &Style::default());
        let safe = |c: char| c == '\n' || !crate::text::is_unsafe(c);
        assert!(text.chars().all(safe), "{text:?}");
    }
}

#[test]
fn json() {
    // Keys and signatures differ per run, so fingerprints are left out of the comparison.
    let mut plan = example();
    plan.actions.drain(2..);
    for action in &mut plan.actions {
        action.fingerprint = action
            .fingerprint
            .as_ref()
            .map(|hex| format!("<{}>", hex.len()));
    }
    let text = render_plan(&plan, PlanFormat::Json, &Style::default());
    insta::assert_snapshot!(text, @r#"
    {
      "actions": [
        {
          "source": "a.jks",
          "alias": "x",
          "display_name": "Root X",
          "kind": "certificate",
          "fingerprint": "<64>",
          "outcome": {
            "kind": "already-there",
            "alias": "mine"
          },
          "findings": []
        },
        {
          "source": "a.jks",
          "alias": "taken",
          "display_name": "Old",
          "kind": "certificate",
          "fingerprint": "<64>",
          "outcome": {
            "kind": "conflict",
            "alias": "taken",
            "resolution": {
              "kind": "renamed",
              "to": "taken-2"
            }
          },
          "findings": [
            {
              "id": "CERT-EXPIRED",
              "severity": "warning",
              "subject": "a.jks",
              "message": "Old expired on 2025-12-22 23:59 UTC, 10 days ago",
              "hint": "get its successor, or leave it out"
            }
          ]
        }
      ],
      "summary": {
        "incoming": 2,
        "added": 0,
        "already_there": 1,
        "duplicates": 0,
        "left_out": 0,
        "conflicts": 1,
        "kept": 0,
        "refused": 0,
        "renamed": 1,
        "replaced": 0
      }
    }
    "#);
}
