//! The state written over what stands there, so that the comments of whoever reads it stay.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::{Ledger, LedgerError};

/// Only what differs is touched: the number, what became of a certificate, and certificates that are new.
pub(super) fn over(ledger: &Ledger, before: &str) -> Result<String, LedgerError> {
    let wrong = |why: String| LedgerError::Toml { why };
    let mut document: DocumentMut = before
        .parse()
        .map_err(|error: toml_edit::TomlError| wrong(error.message().to_owned()))?;
    let fresh = toml::to_string(ledger).map_err(|error| wrong(error.to_string()))?;
    let mut fresh: DocumentMut = fresh
        .parse()
        .map_err(|error: toml_edit::TomlError| wrong(error.message().to_owned()))?;
    let rows = fresh.remove(ROWS);
    update(document.as_table_mut(), fresh.as_table());
    let Some(Item::ArrayOfTables(rows)) = rows else {
        return Ok(document.to_string());
    };
    let there = document
        .remove(ROWS)
        .map(Item::into_array_of_tables)
        .transpose()
        .map_err(|_| wrong(format!("{ROWS} is no array of tables")))?;
    let mut there = there.unwrap_or_else(ArrayOfTables::new);
    for (place, row) in rows.iter().enumerate() {
        match there.get_mut(place) {
            Some(old) => update(old, row),
            None => {
                let mut row = row.clone();
                // behind everything, wherever it stood in a file of its own
                row.set_position(None);
                there.push(row);
            }
        }
    }
    document.insert(ROWS, Item::ArrayOfTables(there));
    Ok(document.to_string())
}

fn update(old: &mut Table, new: &Table) {
    for (key, item) in new {
        let Some(value) = item.as_value() else {
            continue;
        };
        match old.get_mut(key).and_then(Item::as_value_mut) {
            Some(before) if is_same(before, value) => {}
            Some(before) => {
                let decor = before.decor().clone();
                *before = value.clone();
                *before.decor_mut() = decor;
            }
            None => drop(old.insert(key, Item::Value(value.clone()))),
        }
    }
}

/// Whatever quotation marks and white space are around it.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        _ => false,
    }
}

const ROWS: &str = "certificate";

#[cfg(test)]
mod tests {
    use crate::cert::testing::{NOW, root, server};
    use crate::issue::{Ledger, Reason};

    #[test]
    fn comments_stay_where_they_are() {
        let root = root("Root");
        let certificates = ["one.example", "two.example"].map(|name| server(name, &root));
        let mut ledger = Ledger::new(&root.certificate);
        for one in &certificates {
            ledger.record(&one.certificate).unwrap();
        }
        let text = ledger.to_text(None).unwrap();
        let written = text
            .replace("crl-number = 0", "crl-number = 0 # of the shop\n# by Ann")
            .replace("status = \"valid\"", "status = 'valid' # so far")
            .replacen(
                "[[certificate]]",
                "# for the first machine\n[[certificate]]",
                1,
            )
            + "# the end\n";
        let mut ledger = Ledger::parse(&written).unwrap();
        assert_eq!(ledger.to_text(Some(&written)).unwrap(), written);

        let serial = certificates[0].certificate.serial().to_string();
        ledger.revoke(&serial, NOW, Reason::Superseded).unwrap();
        ledger.next_list().unwrap();
        ledger.record(&root.certificate).unwrap();
        let changed = ledger.to_text(Some(&written)).unwrap();
        for part in [
            "crl-number = 1 # of the shop\n# by Ann\n",
            "# for the first machine\n[[certificate]]\n",
            "status = \"revoked\" # so far\n",
            "status = 'valid' # so far\n",
            "# the end\n",
        ] {
            assert!(changed.contains(part), "{part}: {changed}");
        }
        assert_eq!(changed.matches("[[certificate]]").count(), 3, "{changed}");
    }

    #[test]
    fn the_greatest_number_is_the_last() {
        let mut ledger = Ledger::new(&root("Root").certificate);
        let text = ledger.to_text(None).unwrap();
        for (number, next) in [(i64::MAX - 1, Some(i64::MAX)), (i64::MAX, None)] {
            let text = text.replace("crl-number = 0", &format!("crl-number = {number}"));
            ledger = Ledger::parse(&text).unwrap();
            let counted = ledger.next_list().ok();
            assert_eq!(counted, next.map(|next| u64::try_from(next).unwrap()));
            ledger.to_text(Some(&text)).unwrap();
        }
        let more = text.replace("crl-number = 0", "crl-number = 18446744073709551615");
        assert!(!Ledger::parse(&more).is_ok_and(|mut ledger| ledger.next_list().is_ok()));
    }
}
