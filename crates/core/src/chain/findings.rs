//! What is wrong with a presented chain, in words.

use crate::Certificate;
use crate::report::{Finding, Severity};
use crate::trust::TrustAnchors;

use super::completion::Completion;
use super::search::{self, Outcome};
use super::{PresentedChain, Root};

/// What the findings are made of.
pub(super) struct Facts<'a> {
    pub(super) chain: &'a PresentedChain,
    pub(super) unique: &'a [&'a Certificate],
    /// Place of the end entity within `unique`.
    pub(super) start: usize,
    pub(super) outcome: &'a Outcome<'a>,
    /// What leads further than what was sent.
    pub(super) completion: Option<&'a Completion>,
    pub(super) roots: &'a [TrustAnchors],
    pub(super) subject: &'a str,
}

pub(super) fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = of_unreadable(facts.chain, facts.subject);
    findings.extend(order(facts));
    findings.extend(duplicate(facts));
    findings.extend(extra(facts));
    findings.extend(incomplete(facts));
    findings.extend(completed(facts));
    findings.extend(unchecked(facts));
    findings.extend(root_sent(facts));
    findings.extend(root_unknown(facts));
    findings.extend(budget(facts));
    findings
}

/// `CERT-UNREADABLE`, one for each.
pub(super) fn of_unreadable(chain: &PresentedChain, subject: &str) -> Vec<Finding> {
    let describe = |unreadable: &super::Unreadable| {
        Finding::new(
            "CERT-UNREADABLE",
            Severity::Warning,
            subject,
            format!(
                "certificate {} is unreadable: {}",
                unreadable.place + 1,
                unreadable.why
            ),
        )
        .with_hint("replace it where the server's chain is configured")
    };
    chain.unreadable.iter().map(describe).collect()
}

/// The sender's order: "each following certificate SHOULD directly certify the one immediately preceding it"
/// (RFC 8446 section 4.4.2; a MUST in RFC 5246 section 7.4.2).
fn order(facts: &Facts<'_>) -> Option<Finding> {
    if facts.start != 0 {
        let first = facts.unique.first()?;
        let end_entity = facts.unique.get(facts.start)?;
        return Some(facts.finding(
            "CHAIN-ORDER",
            Severity::Warning,
            format!(
                "the first certificate is the CA {}; the server's own, {}, comes later, and clients take the first \
                 one for the server's",
                first.display_name(),
                end_entity.display_name()
            ),
            "send the server certificate first, then each issuer",
        ));
    }
    let place = |wanted: &&Certificate| facts.unique.iter().position(|found| found == wanted);
    let places: Vec<usize> = facts.outcome.path.iter().filter_map(place).collect();
    let root = facts
        .outcome
        .root
        .as_ref()
        .and_then(|root| place(&&root.certificate));
    let in_order = places.windows(2).all(|pair| pair.first() < pair.get(1))
        && root.is_none_or(|root| places.last().is_none_or(|last| *last <= root));
    if in_order {
        return None;
    }
    Some(facts.finding(
        "CHAIN-ORDER",
        Severity::Note,
        "the certificates are not in issuing order; strict clients refuse that".to_owned(),
        "send the server certificate first, then each issuer",
    ))
}

fn duplicate(facts: &Facts<'_>) -> Option<Finding> {
    let surplus = facts.chain.certificates.len() - facts.unique.len();
    if surplus == 0 {
        return None;
    }
    let repeated: Vec<&Certificate> = facts
        .unique
        .iter()
        .copied()
        .filter(|unique| {
            facts
                .chain
                .certificates
                .iter()
                .filter(|sent| sent == unique)
                .nth(1)
                .is_some()
        })
        .take(SHOWN + 1)
        .collect();
    Some(facts.finding(
        "CHAIN-DUPLICATE",
        Severity::Note,
        format!("{surplus} sent more than once: {}", list(&repeated)),
        "send every certificate once",
    ))
}

fn extra(facts: &Facts<'_>) -> Option<Finding> {
    let related = |certificate: &Certificate| {
        let root = facts.outcome.root.as_ref();
        facts.outcome.related.contains(&certificate.fingerprint())
            || root.is_some_and(|root| certificate.has_same_holder(&root.certificate))
    };
    let extras: Vec<&Certificate> = facts
        .unique
        .iter()
        .copied()
        .filter(|certificate| !related(certificate))
        .collect();
    if extras.is_empty() || facts.outcome.gave_up {
        return None;
    }
    Some(facts.finding(
        "CHAIN-EXTRA",
        Severity::Note,
        format!(
            "sent and of no use for the server certificate: {}",
            list(&extras)
        ),
        "leave them out; they cost every client time",
    ))
}

/// The server sends none of its issuers: most clients cannot bridge that gap.
fn incomplete(facts: &Facts<'_>) -> Option<Finding> {
    let last = facts.outcome.path.last()?;
    if facts.outcome.root.is_some() || facts.outcome.path.len() > 1 || last.is_self_issued() {
        return None;
    }
    let url = last.extensions().issuer_urls.first();
    let hint = match url {
        Some(url) => format!("add the certificate at {url} to the chain that the server sends"),
        None => format!(
            "add the certificate of {} to the chain that the server sends",
            last.issuer()
        ),
    };
    let at = url.map_or_else(String::new, |url| format!(" (published at {url})"));
    Some(facts.finding(
        "CERT-INCOMPLETE-CHAIN",
        Severity::Warning,
        format!(
            "the server does not send the certificate of its issuer {}{at}",
            last.issuer()
        ),
        &hint,
    ))
}

/// The gap is closed here; a client that holds other certificates may not close it.
fn completed(facts: &Facts<'_>) -> Option<Finding> {
    let issuers = &facts.completion?.issuers;
    let (first, more) = issuers.split_first()?;
    let name = first.certificate.display_name();
    let more = match more.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Some(facts.finding(
        "CHAIN-COMPLETED",
        Severity::Note,
        format!("{name}{more} was not sent, and found in {}", first.origin),
        "most clients do not look there: the server must send it",
    ))
}

/// A signature that cannot be checked proves nothing, whatever the names say.
fn unchecked(facts: &Facts<'_>) -> Vec<Finding> {
    let describe = |(certificate, what): &(&Certificate, String)| {
        facts.finding(
            "CHAIN-SIGNATURE-UNCHECKED",
            Severity::Warning,
            format!(
                "the signature of {} cannot be checked here ({what} is not supported), so nothing shows that {} \
                 issued it",
                certificate.display_name(),
                certificate.issuer()
            ),
            "check it with another tool before you trust anything above it",
        )
    };
    facts.outcome.unchecked.iter().map(describe).collect()
}

/// "a self-signed certificate that specifies the root MAY be omitted" (RFC 8446 section 4.4.2)
fn root_sent(facts: &Facts<'_>) -> Option<Finding> {
    let root = facts.outcome.root.as_ref()?;
    let is_end_entity = facts
        .outcome
        .path
        .first()
        .is_some_and(|first| **first == root.certificate);
    if !root.presented || is_end_entity {
        return None;
    }
    Some(facts.finding(
        "CHAIN-ROOT-SENT",
        Severity::Note,
        format!(
            "the server sends its root {}, which clients ignore",
            root.certificate.display_name()
        ),
        "leave it out; clients trust only their own copy",
    ))
}

fn root_unknown(facts: &Facts<'_>) -> Option<Finding> {
    let origins: Vec<&str> = facts.roots.iter().map(TrustAnchors::origin).collect();
    let asked = match origins.as_slice() {
        [] => "no root store was asked".to_owned(),
        origins => format!("it is in none of: {}", origins.join(", ")),
    };
    let for_clients = |name| {
        format!("fine for a private CA: give {name} to every client that must accept the server")
    };
    let (message, hint) = match facts.root() {
        Some(root) if root.origin.is_some() => return None,
        Some(root) => {
            let name = root.certificate.subject();
            (
                format!("the root {name} is not known; {asked}"),
                for_clients(name),
            )
        }
        None if ends_self_issued(facts) => {
            let name = facts.outcome.path.last()?.subject();
            (
                format!("the chain ends with {name}, which no good signature leads to; {asked}"),
                for_clients(name),
            )
        }
        // a server that sends no issuer at all is CERT-INCOMPLETE-CHAIN
        None if facts.outcome.path.len() < 2 && facts.completion.is_none() => return None,
        None => {
            let last = facts.top()?;
            let name = last.issuer();
            let url = last.extensions().issuer_urls.first();
            let at = url.map_or_else(String::new, |url| format!(" (published at {url})"));
            (
                format!("the chain ends below {name}, which was not sent; {asked}"),
                format!(
                    "if {name}{at} is an intermediate, the server must send it; if it is the root of a private CA, \
                     give it to every client that must accept the server"
                ),
            )
        }
    };
    Some(facts.finding("CHAIN-ROOT-UNKNOWN", Severity::Note, message, &hint))
}

fn ends_self_issued(facts: &Facts<'_>) -> bool {
    let last = facts.outcome.path.last();
    last.is_some_and(|last| last.is_self_issued())
}

fn budget(facts: &Facts<'_>) -> Option<Finding> {
    if !facts.outcome.gave_up {
        return None;
    }
    Some(facts.finding(
        "CHAIN-TOO-MANY",
        Severity::Warning,
        format!(
            "{} certificates with so many of the same name that the search ended after {} steps",
            facts.chain.certificates.len(),
            search::STEPS
        ),
        "send the server certificate and its issuers only",
    ))
}

impl Facts<'_> {
    /// The end of the path as it was sent, or as it could be completed.
    fn root(&self) -> Option<&Root> {
        match self.completion {
            Some(completion) => completion.root.as_ref(),
            None => self.outcome.root.as_ref(),
        }
    }

    /// The highest certificate below the root.
    fn top(&self) -> Option<&Certificate> {
        let found = self.completion.and_then(|one| one.issuers.last());
        let found = found.map(|issuer| &issuer.certificate);
        found.or_else(|| self.outcome.path.last().copied())
    }

    fn finding(
        &self,
        id: &'static str,
        severity: Severity,
        message: String,
        hint: &str,
    ) -> Finding {
        Finding::new(id, severity, self.subject, message).with_hint(hint)
    }
}

fn list(certificates: &[&Certificate]) -> String {
    let mut names: Vec<String> = certificates
        .iter()
        .take(SHOWN)
        .map(|certificate| certificate.display_name())
        .collect();
    if certificates.len() > SHOWN {
        names.push(format!("{} more", certificates.len() - SHOWN));
    }
    names.join(", ")
}

/// A line stays readable.
const SHOWN: usize = 5;
