//! What a file may ask for: a few kilobytes of zip or gzip can claim to be terabytes.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use zeroize::Zeroizing;

use super::SourceError;

/// Limits on what is unpacked, each above any real file that is kept for its certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Members of all archives in a file together. A large web application has 20,000.
    pub members: usize,
    /// Bytes of one member, unpacked. All roots of the world are under 1 MB; a JAR in a WAR can be larger.
    pub member_bytes: u64,
    /// Bytes of all members together, unpacked, through all layers.
    pub total_bytes: u64,
    /// How many times the size of the file that may be, above 64 MiB. Deflate ends at 1032; programs and texts reach 10.
    pub ratio: u64,
    /// Bytes that are unpacked only to come to what follows, whatever their ratio: they cost time and no memory.
    pub passed_bytes: u64,
    /// How many layers lie in each other: an EAR holds a WAR, that a JAR, that a store.
    pub depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            members: 100_000,
            member_bytes: 64 << 20,
            total_bytes: 1 << 30,
            ratio: 100,
            passed_bytes: 4 << 30,
            depth: 4,
        }
    }
}

/// Below that no ratio counts.
const RATIO_FREE: u64 = 64 << 20;

/// What is left of a budget.
pub(super) struct Meter {
    limit: u64,
    left: Rc<Left>,
    member_limit: usize,
    members: usize,
}

/// What every reader of a file counts down.
struct Left {
    bytes: Cell<u64>,
    passed_bytes: Cell<u64>,
    /// Whether what is read now is passed.
    is_passing: Cell<bool>,
    is_spent: Cell<bool>,
}

impl Meter {
    pub(super) fn new(budget: &Budget, packed: usize) -> Self {
        let by_ratio = budget.ratio.saturating_mul(packed as u64).max(RATIO_FREE);
        let limit = budget.total_bytes.min(by_ratio);
        Self {
            limit,
            left: Rc::new(Left {
                bytes: Cell::new(limit),
                passed_bytes: Cell::new(budget.passed_bytes),
                is_passing: Cell::new(false),
                is_spent: Cell::new(false),
            }),
            member_limit: budget.members,
            members: 0,
        }
    }

    /// Counts members of an archive before they are looked at.
    pub(super) fn count(&mut self, members: usize) -> Result<(), SourceError> {
        self.members = self.members.saturating_add(members);
        if self.members > self.member_limit {
            self.left.is_spent.set(true);
            return Err(SourceError::OverBudget {
                what: "members",
                limit: self.member_limit as u64,
            });
        }
        Ok(())
    }

    /// Counts every byte that is unpacked through the reader.
    pub(super) fn watch<R: Read>(&self, inner: R) -> Watched<R> {
        Watched {
            inner,
            left: Rc::clone(&self.left),
        }
    }

    /// Reads what is left of a member or a file, for what comes after it or is said at its end.
    pub(super) fn pass(&self, reader: &mut dyn Read) -> io::Result<()> {
        self.left.is_passing.set(true);
        let passed = io::copy(reader, &mut io::sink());
        self.left.is_passing.set(false);
        passed.map(|_| ())
    }

    /// Whether the file has used up what it may.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.is_spent.get()
    }

    /// The error that ends the whole, in place of what a reader made of it.
    pub(super) fn exhausted(&self, error: SourceError) -> SourceError {
        match error {
            SourceError::OverBudget { .. } => error,
            _ => SourceError::OverBudget {
                what: "bytes when unpacked",
                limit: self.limit,
            },
        }
    }
}

/// A reader that counts.
pub(super) struct Watched<R> {
    inner: R,
    left: Rc<Left>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = match self.left.is_passing.get() {
            true => &self.left.passed_bytes,
            false => &self.left.bytes,
        };
        match left.get().checked_sub(read as u64) {
            Some(rest) => left.set(rest),
            None => {
                self.left.is_spent.set(true);
                return Err(io::Error::other("over budget"));
            }
        }
        Ok(read)
    }
}

/// The whole of a member, or `None` when it is larger than `limit`. A size that is claimed reserves nothing.
pub(super) fn read_up_to(
    reader: &mut dyn Read,
    limit: u64,
) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
