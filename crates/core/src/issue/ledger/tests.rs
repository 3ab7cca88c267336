use super::*;
use crate::cert::testing::{NOW, root, server};

#[test]
fn what_is_written_is_read_and_revoked_once() {
    let root = root("Root \u{202e}");
    let (one, two) = (server("one.example", &root), server("two.example", &root));
    let mut ledger = Ledger::new(&root.certificate);
    ledger.record(&one.certificate).unwrap();
    ledger.record(&two.certificate).unwrap();
    assert!(ledger.record(&two.certificate).is_err());
    let serial = one.certificate.serial().to_string();
    assert_eq!(
        ledger.revoke(&serial, NOW, Reason::KeyCompromise).unwrap(),
        None
    );
    assert_eq!(
        ledger.revoke(&serial, NOW, Reason::Superseded).unwrap(),
        Some((NOW, Reason::KeyCompromise))
    );
    assert!(ledger.revoke("00", NOW, Reason::Superseded).is_err());
    assert_eq!(ledger.next_list().unwrap(), 1);
    assert_eq!(ledger.next_list().unwrap(), 2);
    let text = ledger.to_text(None).unwrap();
    assert!(!text.contains('\u{202e}'), "{text}");
    let again = Ledger::parse(&text).unwrap();
    assert_eq!(again, ledger);
    let revoked = again.revoked();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0].2, Reason::KeyCompromise);
    assert_eq!(again.serial(&serial.to_uppercase()).unwrap(), serial);
    assert!(again.require_of(&root.certificate).is_ok());
    assert!(again.require_of(&one.certificate).is_err());
}

#[test]
fn a_key_that_somebody_else_has_is_known() {
    let root = root("Root");
    let (one, two) = (server("one.example", &root), server("two.example", &root));
    let mut ledger = Ledger::new(&root.certificate);
    ledger.record(&one.certificate).unwrap();
    ledger.record(&two.certificate).unwrap();
    for (of, reason) in [(&one, Reason::KeyCompromise), (&two, Reason::Superseded)] {
        let serial = of.certificate.serial().to_string();
        ledger.revoke(&serial, NOW, reason).unwrap();
    }
    let again = Ledger::parse(&ledger.to_text(None).unwrap()).unwrap();
    let error = again.require_sound_key(&one.certificate).unwrap_err();
    assert!(
        matches!(&error, LedgerError::CompromisedKey { subject, since }
            if subject == "CN=one.example" && *since == NOW),
        "{error}"
    );
    assert_eq!(again.require_sound_key(&two.certificate), Ok(()));
    // the state of an earlier version says nothing of keys
    let text = again.to_text(None).unwrap();
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("key ="))
        .collect();
    assert_eq!(without.len() + 2, text.lines().count());
    let old = Ledger::parse(&without.join("\n")).unwrap();
    assert_eq!(old.require_sound_key(&one.certificate), Ok(()));
}

/// A list without it would say that it still counts.
#[test]
fn a_row_that_nothing_can_be_made_of_is_refused() {
    let root = root("Root");
    let mut ledger = Ledger::new(&root.certificate);
    ledger.record(&root.certificate).unwrap();
    let serial = root.certificate.serial().to_string();
    ledger.revoke(&serial, NOW, Reason::Superseded).unwrap();
    let text = ledger.to_text(None).unwrap();
    assert!(Ledger::parse(&text).is_ok());
    let without_moment: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("revoked-at"))
        .collect();
    let told = Ledger::parse(&without_moment.join("\n")).unwrap_err();
    assert!(
        told.to_string().ends_with("revoked-at is missing"),
        "{told}"
    );
    for wrong in ["", "zz", "-1", "01:02", "0A"] {
        let row = format!("serial = \"{wrong}\"");
        let text = text.replace(&format!("serial = \"{serial}\""), &row);
        let told = Ledger::parse(&text).unwrap_err();
        assert!(matches!(told, LedgerError::Row { .. }), "{wrong}: {told}");
    }
    let valid = text.replace("status = \"revoked\"", "status = \"valid\"");
    assert!(Ledger::parse(&valid).is_err());
}

#[test]
fn what_is_no_state_is_refused() {
    let root = root("Root");
    let mut ledger = Ledger::new(&root.certificate);
    ledger.record(&root.certificate).unwrap();
    let text = ledger.to_text(None).unwrap();
    let (_, row) = text.split_once("[[certificate]]").unwrap();
    assert!(Ledger::parse(&format!("{text}\n[[certificate]]{row}")).is_err());
    for length in 0..text.len() - 1 {
        if let Ok(cut) = Ledger::parse(&text[..length]) {
            assert!(cut.is_empty(), "{length}");
        }
    }
}
