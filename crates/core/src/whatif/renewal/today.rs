//! The three events, each asked of a smaller store.

use time::OffsetDateTime;

use crate::Certificate;
use crate::chain::PresentedChain;
use crate::trust::TrustAnchors;
use crate::verify::VerifiedPath;

use super::super::until::Answer;
use super::super::{Question, is_named};
use super::{Event, Outlook, Scenario};

/// The accepted path of today, and what it was made from.
pub(super) struct Today<'a> {
    question: &'a Question<'a>,
    /// A time at which the server's certificate is in force.
    at: OffsetDateTime,
    end_entity: Certificate,
    path: VerifiedPath,
    /// The store without the server's own certificate, which any renewal makes worthless.
    others: TrustAnchors,
}

/// What a smaller store says.
enum Without {
    Accepts(VerifiedPath),
    Refuses(String),
    Undecided(String),
}

impl<'a> Today<'a> {
    /// `Err`: why nothing can be said, and what to do.
    pub(super) fn new(question: &'a Question<'a>) -> Result<Self, (String, Option<String>)> {
        let Some(end_entity) = question.chain.end_entity() else {
            return Err(("no server certificate was presented".to_owned(), None));
        };
        let at = question
            .at
            .max(end_entity.not_before())
            .min(end_entity.not_after());
        let path = question
            .ask_with(question.anchors, at)
            .outcome
            .map_err(|refusal| {
                let verb = match refusal.is_undecided() {
                    true => "cannot be judged",
                    false => "is refused",
                };
                let reason = format!("the server {verb} already today: {refusal}");
                (reason, refusal.hint())
            })?;
        let others = question
            .anchors
            .without(|anchor| anchor.has_same_holder(end_entity));
        let today = Self {
            question,
            at,
            end_entity: end_entity.clone(),
            path,
            others,
        };
        match today.expired_ca() {
            Some(ca) => Err((
                format!(
                    "the CA certificate {} expired on {}, so it issues nothing new",
                    ca.subject(),
                    ca.not_after().date()
                ),
                Some("find out who issues the next certificate, and trust that CA".to_owned()),
            )),
            None => Ok(today),
        }
    }

    /// Seen only where the server certificate had expired before; else the client has refused already.
    fn expired_ca(&self) -> Option<&Certificate> {
        let issuers = self.path.certificates().iter().skip(1);
        let mut issuers = issuers.filter(|_| self.at != self.question.at);
        issuers.find(|ca| self.question.at > ca.not_after())
    }

    fn ask(&self, chain: &PresentedChain, anchors: &TrustAnchors) -> Without {
        let again = Question {
            chain,
            ..*self.question
        };
        let verdict = again.ask_with(anchors, self.at);
        let answer = Answer::of(&verdict);
        match verdict.outcome {
            Ok(path) => Without::Accepts(path),
            Err(refusal) => {
                let reason = refusal.cause().to_string();
                match answer {
                    Answer::Undecided => Without::Undecided(reason),
                    Answer::Accepted | Answer::Refused => Without::Refuses(reason),
                }
            }
        }
    }

    pub(super) fn new_certificate(&self) -> Scenario {
        let event = Event::NewCertificate;
        match self.ask(self.question.chain, &self.others) {
            Without::Accepts(path) => {
                let reason = format!("its CA is trusted through {}", anchor_name(&path));
                scenario(event, Outlook::Holds, reason).with(path.anchor())
            }
            Without::Refuses(_) if self.end_entity.is_self_issued() => {
                let reason = "the server certificate is self-signed and trusted by itself";
                let hint = "put the new certificate into the store before the server changes, or let a CA issue it and \
                            trust that CA";
                scenario(event, Outlook::Breaks, reason)
                    .with(Some(&self.end_entity))
                    .with_hint(hint)
            }
            Without::Refuses(why) => {
                let reason = format!("only the server's own certificate is trusted: {why}");
                scenario(event, Outlook::Breaks, reason)
                    .with(self.path.anchor())
                    .with_hint(format!("add {} or its root to the store", self.issuer()))
            }
            Without::Undecided(why) => scenario(event, Outlook::Unknown, why),
        }
    }

    /// The CA that issued the server certificate goes, and with it every version of it that is no root. What is
    /// presented stands for the intermediate that comes.
    pub(super) fn other_intermediate(&self) -> Scenario {
        let event = Event::OtherIntermediate;
        let remaining = self
            .others
            .without(|anchor| is_named(anchor, &self.end_entity) && !anchor.is_self_issued());
        match self.ask(self.question.chain, &remaining) {
            Without::Accepts(path) => self.by_a_ca_above(&path),
            Without::Refuses(_) if self.path.certificates().len() == 1 && self.breaks_anyway() => {
                let reason = "only the server's own certificate is trusted";
                scenario(event, Outlook::Breaks, reason)
                    .with(self.path.anchor())
                    .with_hint("add the root of its CA to the store")
            }
            Without::Refuses(why) => self.without_its_ca(&remaining, &why),
            Without::Undecided(why) => scenario(event, Outlook::Unknown, why),
        }
    }

    fn by_a_ca_above(&self, path: &VerifiedPath) -> Scenario {
        let name = anchor_name(path);
        let is_root = path.anchor().is_some_and(Certificate::is_self_issued);
        let reason = match is_root {
            true => format!("the root {name} is in the store"),
            false => format!(
                "the CA {name} above it is in the store; one that is not issued by it would be refused"
            ),
        };
        scenario(Event::OtherIntermediate, Outlook::Holds, reason).with(path.anchor())
    }

    /// The store may hold the root and the server send no intermediate: then it is the server that has to change.
    fn without_its_ca(&self, remaining: &TrustAnchors, why: &str) -> Scenario {
        let event = Event::OtherIntermediate;
        let sent = &self.question.chain.certificates;
        let kept = self.others.certificates().iter();
        let unsent = kept.filter(|anchor| !anchor.is_self_issued() && !sent.contains(anchor));
        let whole = PresentedChain {
            certificates: sent.iter().chain(unsent).cloned().collect(),
            unreadable: self.question.chain.unreadable.clone(),
        };
        if let Without::Accepts(path) = self.ask(&whole, remaining) {
            let reason = format!(
                "the server does not send its intermediate, and the store holds today's only; the root {} would do",
                anchor_name(&path)
            );
            return scenario(event, Outlook::Breaks, reason)
                .with(path.anchor())
                .with_hint("make the server send its intermediates");
        }
        let reason = format!(
            "only the intermediate {} is trusted: {why}",
            self.end_entity.issuer()
        );
        let root = self.root_name();
        scenario(event, Outlook::Breaks, reason)
            .with(self.path.anchor())
            .with_hint(format!("add the root {root} to the store"))
    }

    /// The root goes, in each version; whatever else is in the store stays.
    pub(super) fn new_root(&self) -> Scenario {
        let event = Event::NewRoot;
        if self.breaks_anyway() {
            let reason = "only the server's own certificate is trusted";
            return scenario(event, Outlook::Breaks, reason)
                .with(self.path.anchor())
                .with_hint("add the new root to the store before the server changes");
        }
        let hint = "add the new root to the store before the server changes, and keep the old one until then";
        let root = self.root_name();
        let (gone, remaining) = self.without_root();
        match self.ask(self.question.chain, &remaining) {
            Without::Refuses(_) => {
                let reason = format!("only the root {root} is trusted");
                scenario(event, Outlook::Breaks, reason)
                    .with(gone.or_else(|| self.path.anchor()))
                    .with_hint(hint)
            }
            Without::Accepts(path) if path.anchor().is_some_and(Certificate::is_self_issued) => {
                let name = anchor_name(&path);
                let reason = format!("the chain also leads to the root {name} in the store");
                scenario(event, Outlook::Holds, reason).with(path.anchor())
            }
            Without::Accepts(path) => {
                let name = anchor_name(&path);
                let reason = format!(
                    "it holds as long as the intermediate {name}, which is in the store, issues the server certificate; \
                     a new intermediate of the new root is refused"
                );
                scenario(event, Outlook::Depends, reason)
                    .with(path.anchor())
                    .with_hint(hint)
            }
            Without::Undecided(why) => scenario(event, Outlook::Unknown, why),
        }
    }

    fn breaks_anyway(&self) -> bool {
        let without = self.ask(self.question.chain, &self.others);
        matches!(without, Without::Refuses(_))
    }

    /// The store without the root above today's chain, and that root.
    fn without_root(&self) -> (Option<&Certificate>, TrustAnchors) {
        let top = self.top();
        let is_root = |anchor: &Certificate| {
            anchor.is_self_issued() && (anchor.has_same_holder(&top) || is_named(anchor, &top))
        };
        let mut anchors = self.others.certificates().iter();
        let gone = anchors.find(|anchor| is_root(anchor));
        (gone, self.others.without(is_root))
    }

    /// The highest certificate that can be seen, in the path of today and above it.
    fn top(&self) -> Certificate {
        let known = self.question.chain.certificates.iter();
        let known: Vec<&Certificate> = known.chain(self.others.certificates()).collect();
        let mut top = match self.ask(self.question.chain, &self.others) {
            Without::Accepts(path) => path.anchor().cloned(),
            Without::Refuses(_) | Without::Undecided(_) => self.path.anchor().cloned(),
        }
        .unwrap_or_else(|| self.end_entity.clone());
        // bounded by what is known, whatever the names say
        for _ in &known {
            let mut above = known.iter().filter(|one| is_named(one, &top));
            match above.next() {
                Some(&issuer) if !top.is_self_issued() => top = issuer.clone(),
                _ => break,
            }
        }
        top
    }

    fn root_name(&self) -> String {
        self.top().issuer().to_string()
    }

    fn issuer(&self) -> String {
        format!("the CA {}", self.end_entity.issuer())
    }
}

fn anchor_name(path: &VerifiedPath) -> String {
    let anchor = path.anchor().map(Certificate::subject);
    anchor.map(ToString::to_string).unwrap_or_default()
}

fn scenario(event: Event, outlook: Outlook, reason: impl Into<String>) -> Scenario {
    Scenario {
        event,
        outlook,
        reason: reason.into(),
        hint: None,
        certificates: Vec::new(),
    }
}

impl Scenario {
    fn with(mut self, certificate: Option<&Certificate>) -> Self {
        self.certificates.extend(certificate.cloned());
        self
    }

    fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
