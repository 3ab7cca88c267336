//! What lies inside a file that is no certificate container itself: archives, manifests of Kubernetes, YAML and JSON with
//! PEM in their values, channel specifications.
//!
//! ```text
//! bytes ─open─▶ Item::Member ──keystore::read─▶ Contents      a certificate, a key or a store, with the place it lies at
//!               Item::Server ──fetch──▶ …                     a server that a specification names
//!               Item::Reference                               another file that is named
//!               Item::Problem                                 what could not be read; its neighbours go on
//! ```
//!
//! [`open`] decides by content; the extension only breaks ties. It is asked **before** `keystore::read`, because the
//! latter finds PEM blocks in any text, but neither base64 fields nor names; for plain certificates and stores it answers
//! `None` after a look at the first bytes. Everything is a pure function of bytes: nothing is opened, followed or unpacked
//! to a disk, so a path in an archive is only a name (escape it on output, as every name). What is unpacked has a
//! [`Budget`]. No value of a Secret is in any message.

mod archive;
mod budget;
mod detect;
mod place;
mod spec;
mod text;

#[cfg(test)]
mod tests;

use trustpack_keystore::Format;
use zeroize::Zeroizing;

use crate::channel::{SecretRef, SpecError};
use crate::endpoint::Endpoint;
use crate::report::Origin;

pub use budget::Budget;
use budget::Meter;
use detect::Shape;
use place::Place;

/// One thing that was found in a file.
#[derive(Debug)]
pub enum Item {
    /// Bytes for `keystore::read`.
    Member(Member),
    /// What could not be read. Everything else was.
    Problem(Problem),
    /// Another file that is named.
    Reference(Reference),
    /// A server to be asked.
    Server(Server),
}

/// A certificate, a key or a store within a file.
#[derive(Debug)]
pub struct Member {
    /// For messages: `app.war: WEB-INF/keystore.jks`, `secrets.yaml: Secret shop/tls: tls.crt`.
    pub name: String,
    /// Where it lies.
    pub origin: Origin,
    /// Its content, decoded; wiped on drop because it may hold a key.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether its place promises a certificate, as `tls.crt` does: then it is a finding when there is none in it.
    pub promised: bool,
}

/// A part of a file that could not be read.
#[derive(Debug)]
pub struct Problem {
    /// For messages, as that of a [`Member`].
    pub name: String,
    /// Where it lies.
    pub origin: Origin,
    /// What is wrong.
    pub error: SourceError,
}

/// Another file that is named, relative to the folder of the one that names it.
#[derive(Clone, Debug)]
pub struct Reference {
    /// For messages: `channel.toml: shop: trust.files`, `config: Config: cluster prod: certificate-authority`.
    pub name: String,
    /// Where it is named.
    pub origin: Origin,
    /// As written.
    pub path: String,
    /// Whether it is to be read: of a channel specification it is; that of a kubeconfig may lie on another machine, and is
    /// only told.
    pub follow: bool,
    /// Where its password is, when it has one and the specification says so.
    pub password: Option<SecretRef>,
}

/// A server that a channel specification names.
#[derive(Clone, Debug)]
pub struct Server {
    /// For messages: `channel.toml: shop: telegram.example.org:443`.
    pub name: String,
    /// Which.
    pub endpoint: Endpoint,
    /// Where to connect instead, as `trust.connect` has it.
    pub connect: Option<Endpoint>,
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A zip or tar file, or one that is compressed as a whole, whatever its name.
    Archive,
    /// A package of channels as `channel pack` writes it.
    Bundle,
    /// A specification of channels.
    ChannelSpec,
    /// YAML or JSON with at least one object of Kubernetes.
    Kubernetes,
    /// Other YAML or JSON.
    Text,
}

/// A file that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What it is.
    pub kind: Kind,
    /// How many members were handed out.
    pub members: usize,
    /// How many members and fields hold no certificate, and were passed over.
    pub passed_over: usize,
}

/// Why a file, or a part of one, could not be read.
#[derive(Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// An archive that is cut off or changed.
    #[error("{what}: damaged or cut off: {why}")]
    Damaged {
        /// `zip`, `tar`, `gzip`, `xz`, `zstd`.
        what: &'static str,
        /// What its reader says.
        why: String,
    },
    /// There is nothing where a certificate is promised.
    #[error("empty, where a certificate is expected")]
    Empty,
    /// A member of an archive with a password, or a value that SOPS has encrypted.
    #[error("encrypted ({by}), which is not opened here")]
    Encrypted {
        /// `zip`, `SOPS`.
        by: &'static str,
    },
    /// A field that a TLS Secret must have.
    #[error("there is no {key:?}, which a Secret of type {of} must have")]
    Missing {
        /// The field.
        key: &'static str,
        /// The type of the Secret.
        of: &'static str,
    },
    /// There is something else where a certificate is promised.
    #[error("neither a certificate nor a store, where one is expected")]
    NoCertificate,
    /// Compressed in a way that is not unpacked here, so that nobody has seen what is inside.
    #[error("packed by {what}, which is not unpacked here, so it was not looked into")]
    NotUnpacked {
        /// `bzip2`.
        what: &'static str,
    },
    /// A field that must be base64 and is not.
    #[error("not base64: {why}")]
    NotBase64 {
        /// Where it ends to be, without repeating the value.
        why: String,
    },
    /// More than any file for certificates holds.
    #[error("more than {limit} {what}")]
    OverBudget {
        /// `members`, `bytes when unpacked`, …
        what: &'static str,
        /// What is allowed.
        limit: u64,
    },
    /// A channel specification that cannot be read.
    #[error("channel specification: {0}")]
    Spec(#[from] SpecError),
    /// Text that is not what it begins as.
    #[error("{language}: line {line}, column {column}: {why}")]
    Syntax {
        /// `JSON`, `YAML`.
        language: &'static str,
        /// From one.
        line: usize,
        /// From one.
        column: usize,
        /// What is wrong there, without repeating a value.
        why: String,
    },
    /// Archives in archives, or objects in objects, beyond any use.
    #[error("nested deeper than {limit}")]
    TooDeep {
        /// What is allowed.
        limit: usize,
    },
    /// Sound, but compressed in a way that is not supported.
    #[error("{what} is not supported")]
    Unsupported {
        /// What its reader says.
        what: String,
    },
}

/// Looks into a file and hands out what is there, piece by piece and in file order.
///
/// `name` is that of the file, for messages and for its extension. `None` when it is none of the kinds that are known here:
/// then it is for `keystore::read`.
///
/// # Errors
/// When the file as a whole cannot be read, or [`SourceError::OverBudget`] when it is more than any real one. What was
/// handed out before that stays good.
pub fn open(
    name: &str,
    bytes: &[u8],
    budget: &Budget,
    each: &mut dyn FnMut(Item),
) -> Result<Option<Opened>, SourceError> {
    let mut opener = Opener {
        budget: *budget,
        meter: Meter::new(budget, bytes.len()),
        each,
        members: 0,
        passed_over: 0,
    };
    let kind = opener.open(&Place::file(name), name, bytes, 0)?;
    Ok(kind.map(|kind| Opened {
        kind,
        members: opener.members,
        passed_over: opener.passed_over,
    }))
}

/// The work on one file, through all of its layers.
struct Opener<'a> {
    budget: Budget,
    meter: Meter,
    each: &'a mut dyn FnMut(Item),
    members: usize,
    passed_over: usize,
}

impl Opener<'_> {
    /// Opens one layer. `None` when it is none.
    fn open(
        &mut self,
        place: &Place,
        file_name: &str,
        bytes: &[u8],
        depth: usize,
    ) -> Result<Option<Kind>, SourceError> {
        let Some(shape) = detect::shape(file_name, bytes) else {
            return Ok(None);
        };
        if shape == Shape::Spec {
            // The servers and files of one that was packed away are not for this run.
            return match depth {
                0 => spec::open(self, place, bytes).map(Some),
                _ => Ok(None),
            };
        }
        if depth > self.budget.depth {
            let limit = self.budget.depth;
            return Err(SourceError::TooDeep { limit });
        }
        match shape {
            Shape::Packed(packing) => {
                archive::packed(self, place, file_name, bytes, packing, depth).map(Some)
            }
            Shape::Spec => Ok(None),
            Shape::Tar => archive::tar(self, place, bytes, depth).map(Some),
            Shape::Json | Shape::Yaml => text::open(self, place, file_name, bytes, shape, depth),
            Shape::Zip => archive::zip(self, place, bytes, depth).map(Some),
        }
    }

    /// A member that was unpacked or decoded: another layer, or something for `keystore::read`, or neither.
    ///
    /// Only what ends the whole is an error.
    fn member(
        &mut self,
        place: Place,
        file_name: &str,
        bytes: Zeroizing<Vec<u8>>,
        promised: bool,
        depth: usize,
    ) -> Result<(), SourceError> {
        match self.open(&place, file_name, &bytes, depth + 1) {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
            Err(error) => return self.problem(place, error),
        }
        self.plain(place, bytes, promised);
        Ok(())
    }

    /// A member that is no other layer.
    fn plain(&mut self, place: Place, bytes: Zeroizing<Vec<u8>>, promised: bool) {
        if promised || Format::detect(&bytes).is_some() {
            self.members += 1;
            let Place { name, origin, .. } = place;
            (self.each)(Item::Member(Member {
                name,
                origin,
                bytes,
                promised,
            }));
        } else {
            self.passed_over += 1;
        }
    }

    /// Tells what could not be read; an exhausted budget ends the whole, anything else only the part.
    fn problem(&mut self, place: Place, error: SourceError) -> Result<(), SourceError> {
        if self.meter.is_exhausted() {
            return Err(self.meter.exhausted(error));
        }
        let Place { name, origin, .. } = place;
        (self.each)(Item::Problem(Problem {
            name,
            origin,
            error,
        }));
        Ok(())
    }
}
