//! What is wanted of a certificate.

use time::{Duration, OffsetDateTime};

use super::error::IssueError;
use crate::extension::Extension;
use crate::name::Name;
use crate::text;

/// Everything that a certificate says but issuer, serial number and who signed it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose it is.
    pub subject: Name,
    /// DER of `SubjectPublicKeyInfo`.
    pub subject_public_key_info: Vec<u8>,
    /// From when to when.
    pub dates: Dates,
    /// In the order in which they are written; the authority key identifier is added by whoever issues.
    pub extensions: Vec<Extension>,
}

/// Both dates, always explicit; both seconds are within (RFC 5280 section 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Dates {
    /// In whole seconds.
    ///
    /// # Errors
    /// [`IssueError::Dates`] when the end comes before the start.
    pub fn new(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Result<Self, IssueError> {
        let whole = |moment: OffsetDateTime| moment.replace_nanosecond(0).unwrap_or(moment);
        let (not_before, not_after) = (whole(not_before), whole(not_after));
        if not_after < not_before {
            return Err(IssueError::Dates {
                not_before: text::rfc3339(not_before),
                not_after: text::rfc3339(not_after),
            });
        }
        Ok(Self {
            not_before,
            not_after,
        })
    }

    /// For so many days from a moment on: the last second is the one before the same time of day.
    ///
    /// # Errors
    /// [`IssueError::Date`] when that is beyond what can be written.
    pub fn of_days(not_before: OffsetDateTime, days: u32) -> Result<Self, IssueError> {
        let outside = || IssueError::Date {
            date: format!("{} and {days} days", text::rfc3339(not_before)),
        };
        let whole = not_before.replace_nanosecond(0).unwrap_or(not_before);
        let length = Duration::days(i64::from(days)) - Duration::SECOND;
        let not_after = whole.checked_add(length).ok_or_else(outside)?;
        Self::new(whole, not_after)
    }

    /// The first second.
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// The last second.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }
}
