//! Days.

use time::Date;
use time::macros::format_description;

use super::{Fault, Shape};
use crate::report::Severity;

/// A day, or `never`.
pub(in crate::channel) static DATE_OR_NEVER: Shape = Shape {
    words: "a day YYYY-MM-DD, or never",
    pattern: Some("^([0-9]{4}-[0-9]{2}-[0-9]{2}|[nN][eE][vV][eE][rR])$"),
    judge: |text| {
        let fits = text.eq_ignore_ascii_case("never") || date(text).is_some();
        (!fits).then(|| {
            Fault::new(
                "TOKEN-VALIDITY",
                Severity::Critical,
                "this is neither a day nor never",
                "write the last day of the token as YYYY-MM-DD, or never",
            )
        })
    },
};

/// The day of `YYYY-MM-DD`.
pub(in crate::channel) fn date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}
