//! What should be known about an acceptance: above all, whether it survives the next renewal.

use crate::Certificate;
use crate::report::{Finding, Severity};
use crate::signature::{SignatureCheck, check};
use crate::trust::TrustAnchors;

use super::{Client, Question, VerifiedPath};

/// `CERT-LEAF-ONLY`, `CERT-LEAF-EXPIRED-TRUSTED`, `CERT-INTERMEDIATE-ONLY`, `CLIENT-JAVA-21-REFUSES`.
pub(super) fn of_accepted(
    question: &Question<'_>,
    anchors: &TrustAnchors,
    path: &VerifiedPath,
    subject: &str,
) -> Vec<Finding> {
    let (Some(end_entity), Some(anchor)) = (path.end_entity(), path.anchor()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if anchor.has_same_holder(end_entity) {
        findings.extend(leaf_only(question, anchors, end_entity, subject));
        findings.extend(leaf_expired(question, anchors, path, end_entity, subject));
    } else if !anchor.is_self_issued() {
        findings.extend(intermediate_only(question, anchors, anchor, subject));
    }
    findings.extend(newer_java(question, anchors, subject));
    findings
}

/// An update of Java that turns the answer.
fn newer_java(question: &Question<'_>, anchors: &TrustAnchors, subject: &str) -> Option<Finding> {
    if question.client != Client::Java {
        return None;
    }
    let newer = Question {
        client: Client::Java21,
        ..*question
    };
    let refusal = newer.ask(anchors, question.at).err()?;
    let message = format!("JDK 21 and later refuse it: {refusal}");
    let id = "CLIENT-JAVA-21-REFUSES";
    let mut finding = Finding::new(id, Severity::Warning, subject, message);
    if let Some(certificate) = refusal.certificate() {
        finding = finding.about(certificate);
    }
    if let Some(hint) = refusal.hint() {
        finding = finding.with_hint(hint);
    }
    Some(finding)
}

/// Asks again without the end entity in the store, at a time when it is in force: its own expiry is no
/// statement about its successor.
fn leaf_only(
    question: &Question<'_>,
    anchors: &TrustAnchors,
    end_entity: &Certificate,
    subject: &str,
) -> Option<Finding> {
    let others = anchors.without(|anchor| anchor.has_same_holder(end_entity));
    let at = question
        .at
        .max(end_entity.not_before())
        .min(end_entity.not_after());
    let refusal = question.ask(&others, at).err()?;
    let origin = anchors.origin();
    let expires = end_entity.not_after().date();
    let reason = refusal.cause();
    // A date that has passed says nothing about when the renewal comes.
    let latest = if question.at > end_entity.not_after() {
        String::new()
    } else {
        format!(", at the latest on {expires}")
    };
    let (message, hint) = if end_entity.is_self_issued() {
        (
            format!(
                "the server certificate is self-signed and trusted by itself in {origin}; that holds only until it is \
                 replaced{latest}"
            ),
            "put the new certificate into the store before the server changes, or let a CA issue it and trust that CA"
                .to_owned(),
        )
    } else {
        (
            format!(
                "accepted only because the server's own certificate is in {origin}; that holds only until the next \
                 renewal{latest} (without it: {reason})"
            ),
            format!("add {} to the store", issuer_to_add(question, end_entity)),
        )
    };
    let finding = Finding::new("CERT-LEAF-ONLY", Severity::Warning, subject, message);
    Some(finding.with_hint(hint).about(end_entity))
}

/// The highest CA that the server sends, or in words the one that it does not.
fn issuer_to_add(question: &Question<'_>, end_entity: &Certificate) -> String {
    let mut last = end_entity;
    // bounded by the number of certificates presented, whatever their names say
    for _ in &question.chain.certificates {
        let issuer = question.chain.certificates.iter().find(|candidate| {
            candidate.subject() == last.issuer() && candidate.is_ca() && *candidate != last
        });
        match issuer {
            Some(issuer) if !last.is_self_issued() => last = issuer,
            _ => break,
        }
    }
    if last == end_entity || last.is_self_issued() {
        let name = if last == end_entity {
            last.issuer()
        } else {
            last.subject()
        };
        return format!("the CA {name}");
    }
    format!(
        "the root {} (or the intermediate {})",
        last.issuer(),
        last.subject()
    )
}

fn leaf_expired(
    question: &Question<'_>,
    anchors: &TrustAnchors,
    path: &VerifiedPath,
    end_entity: &Certificate,
    subject: &str,
) -> Option<Finding> {
    if path.certificates().len() != 1 || question.at <= end_entity.not_after() {
        return None;
    }
    let message = format!(
        "the server certificate expired on {} and is accepted all the same, because it is itself in {}: \
         Java checks no dates then",
        end_entity.not_after().date(),
        anchors.origin()
    );
    let hint = "renew it on the server; trust its CA instead of the certificate itself";
    Some(
        Finding::new(
            "CERT-LEAF-EXPIRED-TRUSTED",
            Severity::Warning,
            subject,
            message,
        )
        .with_hint(hint)
        .about(end_entity),
    )
}

/// Only when the roots in the same store would not do, as with a server that sends no intermediate.
fn intermediate_only(
    question: &Question<'_>,
    anchors: &TrustAnchors,
    anchor: &Certificate,
    subject: &str,
) -> Option<Finding> {
    let roots = anchors.without(|anchor| !anchor.is_self_issued());
    question.ask(&roots, question.at).err()?;
    let issuer = anchor.issuer();
    let is_its_root = |root: &Certificate| check(anchor, root) == SignatureCheck::Good;
    let (why, hint) = match roots.named(issuer).any(is_its_root) {
        true => (
            "the server does not send it".to_owned(),
            "make the server send its intermediates; its root is in the store already".to_owned(),
        ),
        false => (
            format!("{} holds no root that would do", anchors.origin()),
            format!("add its issuer {issuer} as well"),
        ),
    };
    let message = format!(
        "trusted through the intermediate {} alone; {why}, so a change of intermediate breaks the connection",
        anchor.subject(),
    );
    let finding = Finding::new("CERT-INTERMEDIATE-ONLY", Severity::Note, subject, message);
    Some(finding.with_hint(hint).about(anchor))
}
