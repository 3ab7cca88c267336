//! Serial numbers.

use time::macros::date;

use super::when;
use crate::cert::asn1::shortest_integer;
use crate::lint::Rule;
use crate::report::Severity::{Critical, Warning};
use crate::text::count;

const PAGE: &str = "LINT-SERIAL";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "serial-too-long",
        Critical,
        "RFC 5280 section 4.1.2.2",
        |view| {
            let octets = view.serial.len();
            (octets > 20)
                .then(|| format!("the serial number has {octets} octets, and 20 are the most"))
        },
    ),
    Rule::new(
        PAGE,
        "serial-not-positive",
        Critical,
        "RFC 5280 section 4.1.2.2",
        |view| {
            let is_negative = view.serial.first().is_some_and(|first| first & 0x80 != 0);
            let is_zero = view.serial.iter().all(|octet| *octet == 0);
            when(
                is_negative || is_zero,
                "the serial number is zero or negative",
            )
        },
    ),
    Rule::new(
        PAGE,
        "serial-not-shortest",
        Critical,
        "X.690 section 8.3.2",
        |view| {
            when(
                shortest_integer(view.serial).len() < view.serial.len(),
                "the serial number begins with octets that say nothing",
            )
        },
    ),
    // 64 random bits need eight octets, and a ninth where the first bit is set.
    Rule::new(
        PAGE,
        "serial-short",
        Warning,
        "Baseline Requirements section 7.1",
        |view| {
            let octets = view.serial.len();
            (octets < 8).then(|| {
                let octets = count(octets, "octet");
                format!(
                    "the serial number has {octets}, too few for 64 random bits: it can be foreseen"
                )
            })
        },
    )
    .public()
    .from(date!(2016 - 09 - 30)),
];
