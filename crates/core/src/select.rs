//! Which certificates of a server's chain somebody wants.

use std::str::FromStr;

use crate::Certificate;
use crate::chain::ChainAnalysis;
use crate::report::{Finding, Severity, UnknownWord};

/// A choice from a chain. The words are `leaf`, `intermediates`, `root`, `chain` and `issuers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Select {
    /// What was presented, in path order: the end entity, its issuers, and the root only if it was sent.
    Chain,
    /// Intermediates and root: what to trust. It survives the renewal of the server's certificate, and the
    /// intermediates make up for a server that forgets to send them.
    #[default]
    Issuers,
    /// The CA certificates of the path, without the root.
    Intermediates,
    /// The end entity, the server's own certificate. Trusting it works until its next renewal.
    Leaf,
    /// The self-signed end of the path, sent by the server or known from a root store.
    Root,
}

/// What was chosen.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The certificates, in path order: towards the root.
    pub certificates: Vec<Certificate>,
    /// What was asked for and is not there, and what the choice means for the next renewal.
    pub findings: Vec<Finding>,
}

/// Chooses from an analysed chain; `subject` names the server in findings.
///
/// | finding | severity | when |
/// |---|---|---|
/// | `SELECT-EMPTY` | warning | nothing of what was asked for is there |
/// | `SELECT-NO-ROOT` | note | issuers were asked for, and the root is neither sent nor known |
/// | `CERT-LEAF-ONLY` | warning | the end entity was asked for, and has an issuer that could be trusted instead |
pub fn select(analysis: &ChainAnalysis, select: Select, subject: &str) -> Selection {
    let parts = Parts::of(analysis);
    let mut chosen = Selection::default();
    let certificates = match select {
        Select::Chain => parts.presented(),
        Select::Intermediates => parts.intermediates.clone(),
        Select::Issuers => parts
            .intermediates
            .iter()
            .copied()
            .chain(parts.root)
            .collect(),
        Select::Leaf => parts.end_entity.into_iter().collect(),
        Select::Root => parts.root.into_iter().collect(),
    };
    chosen.certificates = certificates.into_iter().cloned().collect();

    let finding = |id, severity, message: String, hint: &str| {
        Finding::new(id, severity, subject, message).with_hint(hint)
    };
    if chosen.certificates.is_empty() {
        let (message, hint) = parts.why_empty(select);
        chosen
            .findings
            .push(finding("SELECT-EMPTY", Severity::Warning, message, hint));
    } else if select == Select::Issuers && parts.root.is_none() {
        let message = format!("the root {} is neither sent nor known", parts.wanted_root());
        chosen.findings.push(finding(
            "SELECT-NO-ROOT",
            Severity::Note,
            message,
            HINT_ROOTS,
        ));
    }
    if let (Select::Leaf, Some(leaf)) = (select, parts.end_entity)
        && !leaf.is_self_issued()
    {
        let message = format!(
            "{} is trusted only until it is renewed",
            leaf.display_name()
        );
        let hint = "trust its issuers instead";
        chosen
            .findings
            .push(finding("CERT-LEAF-ONLY", Severity::Warning, message, hint));
    }
    chosen
}

/// A path taken apart. Whether a self-signed end stands in the path or beside it makes no difference here.
struct Parts<'a> {
    end_entity: Option<&'a Certificate>,
    /// The intermediates that were sent.
    sent: Vec<&'a Certificate>,
    /// These, and those that were found elsewhere.
    intermediates: Vec<&'a Certificate>,
    root: Option<&'a Certificate>,
    root_presented: bool,
}

impl<'a> Parts<'a> {
    fn of(analysis: &'a ChainAnalysis) -> Self {
        let known = analysis.root.as_ref();
        let in_path = analysis.path.last().filter(|last| last.is_self_issued());
        let root = known.map(|root| &root.certificate).or(in_path);
        let intermediates = analysis.path.iter().skip(1);
        let completed = analysis.completed.iter().map(|issuer| &issuer.certificate);
        let is_link = |one: &&Certificate| one.is_ca() && Some(*one) != root;
        Self {
            end_entity: analysis.path.first().or(root),
            sent: intermediates.clone().filter(is_link).collect(),
            intermediates: intermediates.chain(completed).filter(is_link).collect(),
            root,
            root_presented: known.map_or_else(|| in_path.is_some(), |root| root.presented),
        }
    }

    fn presented(&self) -> Vec<&'a Certificate> {
        let mut presented: Vec<_> = self.end_entity.into_iter().collect();
        presented.extend(&self.sent);
        if let Some(root) = self.root
            && self.root_presented
            && self.end_entity != Some(root)
        {
            presented.push(root);
        }
        presented
    }

    fn wanted_root(&self) -> String {
        let top = self.intermediates.last().copied().or(self.end_entity);
        top.map(|top| top.issuer().to_string()).unwrap_or_default()
    }

    fn why_empty(&self, select: Select) -> (String, &'static str) {
        let Some(end_entity) = self.end_entity else {
            let message = "no certificate was presented".to_owned();
            return (message, "fetch the server first");
        };
        match select {
            Select::Intermediates if end_entity.is_self_issued() => {
                let message = "the certificate is self-signed and has no intermediates".to_owned();
                (message, "select the leaf")
            }
            Select::Intermediates if self.root.is_some() => {
                let message = "the root issued the certificate itself, there are no intermediates";
                (message.to_owned(), "select the root")
            }
            _ => {
                let issuer = self.wanted_root();
                let message = format!("the issuer {issuer} is neither sent nor known");
                (message, HINT_ROOTS)
            }
        }
    }
}

const HINT_ROOTS: &str = "get it from the CA's web site and add it as a file";

impl FromStr for Select {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "chain" => Ok(Self::Chain),
            "intermediates" => Ok(Self::Intermediates),
            "issuers" => Ok(Self::Issuers),
            "leaf" => Ok(Self::Leaf),
            "root" => Ok(Self::Root),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                known: "chain, intermediates, issuers, leaf, root",
            }),
        }
    }
}

#[cfg(test)]
mod tests;
