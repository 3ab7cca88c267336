//! Why a verb cannot be done. Lower case, no period, facts as fields.

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// Another entry has the alias, in whatever case.
    #[error("the alias {alias:?} is taken by another entry")]
    AliasTaken {
        /// As that entry spells it.
        alias: String,
    },
    /// A certificate named for a chain is not issued by, or the issuer of, anything in it.
    #[error("{subject} does not belong to the chain of {alias:?}")]
    ForeignCertificate {
        /// The entry.
        alias: String,
        /// The subject of the certificate.
        subject: String,
    },
    /// The private key is not the one of its certificate.
    #[error("the key of {alias:?} is not the key of its certificate {subject}")]
    KeyOfAnother {
        /// The entry.
        alias: String,
        /// The subject of the certificate.
        subject: String,
    },
    /// No pattern or criterion fits any entry.
    #[error("no entry fits {pattern:?}")]
    NothingFits {
        /// As given.
        pattern: String,
    },
    /// There is no such entry.
    #[error("there is no entry {alias:?}")]
    NoSuchAlias {
        /// As asked for.
        alias: String,
        /// Aliases that look like it, the nearest first.
        nearest: Vec<String>,
    },
    /// The entry has no private key.
    #[error("the entry {alias:?} has no private key")]
    NotAKey {
        /// The entry.
        alias: String,
    },
    /// One entry is wanted, and several were named.
    #[error("{found} entries are meant, and one is wanted")]
    NotOne {
        /// How many.
        found: usize,
    },
    /// A certificate of the entry cannot be read.
    #[error("a certificate of {alias:?} cannot be read: {why}")]
    Unreadable {
        /// The entry, or where the certificate comes from.
        alias: String,
        /// What the parser says.
        why: String,
    },
    /// No certificate of the reply has the public key of the entry.
    #[error("the reply is for another key than that of {alias:?}: {}", subjects.join(", "))]
    ReplyForAnother {
        /// The entry.
        alias: String,
        /// The subjects of the certificates in the reply.
        subjects: Vec<String>,
    },
    /// More certificates than the chain has issuers.
    #[error(
        "the chain of {alias:?} has {issuers} certificate(s) behind the key's own, fewer than {wanted}"
    )]
    TooFew {
        /// The entry.
        alias: String,
        /// How many can be taken off.
        issuers: usize,
        /// How many should be.
        wanted: usize,
    },
}

impl EditError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::AliasTaken { .. } => {
                "choose another alias, or delete the entry that has it first".to_owned()
            }
            Self::ForeignCertificate { .. } => {
                "name the issuers of the chain up to its root, and nothing else".to_owned()
            }
            Self::KeyOfAnother { .. } => {
                "name the certificate that was issued for this key, or the key of this certificate"
                    .to_owned()
            }
            Self::NoSuchAlias { nearest, .. } if nearest.is_empty() => {
                "`trustpack inspect STORE` lists the aliases".to_owned()
            }
            Self::NoSuchAlias { nearest, .. } => {
                let nearest: Vec<String> =
                    nearest.iter().map(|alias| format!("{alias:?}")).collect();
                format!("did you mean {}?", nearest.join(" or "))
            }
            Self::NothingFits { .. } => {
                "`trustpack inspect STORE` lists the aliases; quote patterns, or the shell takes them for files"
                    .to_owned()
            }
            Self::NotAKey { .. } => "name an entry with a private key".to_owned(),
            Self::NotOne { found: 0 } => {
                "the store is empty; `trustpack store import` and `import-key` fill it".to_owned()
            }
            Self::NotOne { .. } => {
                "name one alias; `trustpack inspect STORE` lists them".to_owned()
            }
            Self::ReplyForAnother { .. } => {
                "name the entry whose request the CA answered; `trustpack store find --cert REPLY` shows where a certificate is"
                    .to_owned()
            }
            Self::TooFew { .. } => {
                "the key's own certificate cannot be taken off; `trustpack inspect` shows the chain"
                    .to_owned()
            }
            Self::Unreadable { .. } => "get the certificate again".to_owned(),
        }
    }
}
