//! Dates: how they are written, and how far they are apart.

use time::macros::date;
use time::{Date, Duration, Month};

use super::when;
use crate::cert::asn1::Element;
use crate::lint::view::{GENERALIZED_TIME, UTC_TIME, View};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};
use crate::report::lifetime;
use crate::text;

const PAGE: &str = "LINT-DATES";
const LIFETIME: &str = "LINT-LIFETIME";
const UTC: &str = "RFC 5280 section 4.1.2.5.1";
const GENERALIZED: &str = "RFC 5280 section 4.1.2.5.2";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "expired",
        Critical,
        "RFC 5280 section 6.1.3 (a)(2)",
        |view| {
            let end = view.certificate.not_after();
            (view.at > end).then(|| format!("it expired on {}", text::date_and_time(end)))
        },
    ),
    Rule::new(
        PAGE,
        "not-yet-valid",
        Critical,
        "RFC 5280 section 6.1.3 (a)(2)",
        |view| {
            let start = view.certificate.not_before();
            (view.at < start).then(|| format!("it is valid from {} on", text::date_and_time(start)))
        },
    ),
    Rule::new(
        PAGE,
        "validity-not-positive",
        Critical,
        "RFC 5280 section 4.1.2.5",
        |view| {
            when(
                view.certificate.not_after() < view.certificate.not_before(),
                "it ends before it begins",
            )
        },
    ),
    Rule::new(PAGE, "utc-time-without-seconds", Critical, UTC, |view| {
        of_tag(view, UTC_TIME, |text| digits(text) < 12, "has no seconds")
    }),
    Rule::new(PAGE, "utc-time-not-zulu", Critical, UTC, |view| {
        of_tag(
            view,
            UTC_TIME,
            |text| !text.ends_with(b"Z"),
            "does not end with Z",
        )
    }),
    Rule::new(
        PAGE,
        "generalized-time-without-seconds",
        Critical,
        GENERALIZED,
        |view| {
            of_tag(
                view,
                GENERALIZED_TIME,
                |text| digits(text) < 14,
                "has no seconds",
            )
        },
    ),
    Rule::new(
        PAGE,
        "generalized-time-not-zulu",
        Critical,
        GENERALIZED,
        |view| {
            of_tag(
                view,
                GENERALIZED_TIME,
                |text| !text.ends_with(b"Z"),
                "does not end with Z",
            )
        },
    ),
    Rule::new(
        PAGE,
        "generalized-time-with-fraction",
        Critical,
        GENERALIZED,
        |view| {
            of_tag(
                view,
                GENERALIZED_TIME,
                |text| text.contains(&b'.'),
                "has a fraction of a second",
            )
        },
    ),
    Rule::new(
        PAGE,
        "time-form",
        Critical,
        "RFC 5280 section 4.1.2.5",
        |view| {
            let is_early =
                |time: &Element<'_>, year: i32| time.tag == GENERALIZED_TIME && year < 2050;
            let is_wrong = is_early(&view.not_before, view.certificate.not_before().year())
                || is_early(&view.not_after, view.certificate.not_after().year());
            when(
                is_wrong,
                "a date before 2050 is a GeneralizedTime, and must be a UTCTime",
            )
        },
    ),
    Rule::new(
        LIFETIME,
        "lifetime-too-long",
        Critical,
        "Baseline Requirements section 6.3.2",
        |view| {
            let most = view.facts.longest_leaf_lifetime(issued(view))?;
            over(view, most).map(|days| {
                format!(
                    "it is made for {days} days, and {most} are the most for one issued on {}",
                    issued(view)
                )
            })
        },
    )
    .public()
    .of(Of::Server),
    Rule::new(
        LIFETIME,
        "lifetime-over-39-months",
        Critical,
        "Baseline Requirements section 6.3.2 of version 1.3.0",
        |view| {
            let end = months_later(view.certificate.not_before().date(), 39)?;
            when(
                view.certificate.not_after().date() > end,
                "it is made for more than 39 months",
            )
        },
    )
    .public()
    .of(Of::Server)
    .from(date!(2016 - 07 - 02))
    .until(date!(2018 - 03 - 01)),
    Rule::new(
        LIFETIME,
        "lifetime-without-margin",
        Warning,
        "Baseline Requirements section 6.3.2",
        |view| {
            let most = view.facts.longest_leaf_lifetime(issued(view))?;
            // Whoever counts a day otherwise is still below the limit.
            let is_over = over(view, most - 1).is_some() && over(view, most).is_none();
            is_over.then(|| {
                format!("it is made for the whole {most} days; a day less leaves a margin")
            })
        },
    )
    .public()
    .of(Of::Server)
    .from(date!(2020 - 09 - 01)),
];

fn issued(view: &View<'_>) -> Date {
    view.certificate.not_before().date()
}

/// The days of its life when they are more; a fraction of a day is one more day.
fn over(view: &View<'_>, days: i64) -> Option<i64> {
    let lives = lifetime(view.certificate);
    let day = Duration::DAY.whole_seconds();
    (lives > Duration::days(days)).then(|| (lives.whole_seconds() + day - 1) / day)
}

fn months_later(day: Date, months: u8) -> Option<Date> {
    let count = i32::from(u8::from(day.month())) - 1 + i32::from(months);
    let month = u8::try_from(count % 12 + 1).ok()?;
    let month = Month::try_from(month).ok()?;
    let year = day.year() + count / 12;
    let last = month.length(year);
    Date::from_calendar_date(year, month, day.day().min(last)).ok()
}

fn digits(text: &[u8]) -> usize {
    text.iter()
        .take_while(|octet| octet.is_ascii_digit())
        .count()
}

fn of_tag(view: &View<'_>, tag: u8, is_wrong: fn(&[u8]) -> bool, what: &str) -> Option<String> {
    let dates = [
        ("notBefore", &view.not_before),
        ("notAfter", &view.not_after),
    ];
    let mut wrong = dates
        .iter()
        .filter(|(_, time)| time.tag == tag && is_wrong(time.value));
    let (name, _) = wrong.next()?;
    Some(format!("{name} {what}"))
}
