//! Wildcards in DNS names: where the star may stand.

use super::PAGE;
use crate::lint::{Of, Rule};
use crate::report::Severity::Critical;
use crate::text::escape;

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "wildcard-alone",
        Critical,
        "RFC 9525 section 6.3",
        |view| {
            let wrong = view.dns_names().find(|name| name.ends_with('*'))?;
            Some(format!("{} has a wildcard at its end", escape(wrong)))
        },
    ),
    Rule::new(
        PAGE,
        "wildcard-not-first",
        Critical,
        "RFC 9525 section 6.3",
        |view| {
            let wrong = view
                .dns_names()
                .find(|name| name.chars().skip(1).any(|letter| letter == '*'))?;
            Some(format!(
                "{} has a wildcard that is not its first character",
                escape(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "wildcard-beyond-first-label",
        Critical,
        "Baseline Requirements section 3.2.2.6",
        |view| {
            let wrong = view
                .dns_names()
                .find(|name| name.split('.').skip(1).any(|label| label.contains('*')))?;
            Some(format!(
                "{} has a wildcard in another part than the first",
                escape(wrong)
            ))
        },
    )
    .of(Of::Server),
    Rule::new(
        PAGE,
        "wildcard-within-label",
        Critical,
        "Baseline Requirements section 1.6.1 (Wildcard Domain Name)",
        |view| {
            let is_part = |name: &&str| {
                let first = name.split('.').next().unwrap_or_default();
                first.contains('*') && first != "*"
            };
            let wrong = view.dns_names().find(is_part)?;
            Some(format!(
                "{} has a wildcard for a part of a label",
                escape(wrong)
            ))
        },
    )
    .of(Of::Server),
];
