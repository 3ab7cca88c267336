//! Both dates, out of the flags.

use anyhow::{Context, Result};
use time::Duration;
use trustpack_core::Certificate;
use trustpack_core::issue::Dates;

use crate::args::DatesChoice;
use crate::hint::Hinted;

/// What stands for an end that was not told.
pub(super) enum Fallback {
    /// Days of a profile.
    Days(Option<u32>),
    /// As long as this.
    Lifetime(Duration),
}

/// From the start to the end that was told.
pub(super) fn of(
    choice: &DatesChoice,
    issuer: Option<&Certificate>,
    fallback: &Fallback,
) -> Result<Dates> {
    let start = choice.not_before.unwrap_or_else(|| choice.time.now());
    if let Some(end) = choice.not_after {
        return Ok(Dates::new(start, end)?);
    }
    if choice.until_issuer {
        let Some(issuer) = issuer else {
            return Err(Hinted::new(
                "--until-issuer: nobody but itself is the issuer",
                "say how long with --days or --not-after",
            )
            .into());
        };
        return Ok(Dates::new(start, issuer.not_after())?);
    }
    match (choice.days, fallback) {
        (Some(days), _) => Ok(Dates::of_days(start, days)?),
        (None, Fallback::Days(Some(days))) => Ok(Dates::of_days(start, *days)?),
        (None, Fallback::Lifetime(lifetime)) => {
            let end = start.checked_add(*lifetime - Duration::SECOND);
            let end = end
                .with_context(|| format!("{lifetime} from {start} on is beyond every calendar"))?;
            Ok(Dates::new(start, end)?)
        }
        (None, Fallback::Days(None)) => {
            let hint = match issuer {
                Some(_) => "name --days N, --not-after TIME or --until-issuer",
                None => "name --days N or --not-after TIME",
            };
            Err(Hinted::new("it is not said how long the certificate is valid", hint).into())
        }
    }
}
