//! Text to [`Spec`]: TOML for people, JSON for scripts, one model. Every error has line and column, and none a value that
//! could be a secret.
//!
//! ```text
//! TOML ─toml─▶ ┐
//!              ├─▶ Node (places kept) ─resolve─▶ Channel, a piece of the file at a time, on all cores
//! JSON ─json─▶ ┘                         ▲
//!                  [defaults] of the file and of those that include it
//! ```

mod defaults;
mod error;
mod json;
mod resolve;
#[cfg(test)]
mod tests;
mod toml;
mod top;
mod tree;

use std::sync::Arc;

use self::defaults::Defaults;
use self::resolve::Resolver;
use self::top::Top;
use self::tree::Lines;
use super::model::Spec;
use crate::parallel;

pub use error::{SpecError, SpecErrorKind};
pub(super) use json::with as json_with;

/// Gives the name and the text of a file that a specification includes. The arguments are the name of the file that
/// includes it, and what is written there; the error says why there is none.
pub type Opener<'a> = dyn FnMut(&str, &str) -> Result<(String, String), String> + 'a;

/// So deep may files include each other.
const MAX_DEPTH: usize = 16;

/// So many files may belong to one specification.
const MAX_FILES: usize = 10_000;

impl Spec {
    /// Reads a specification that stands alone: TOML, or JSON when it begins with a brace. What it says is judged by
    /// [`validate`](super::validate()), not here. Files that it includes are named in [`Spec::includes`] and not read.
    ///
    /// # Errors
    /// When the text is neither, has a key that no channel knows or a value of the wrong type, or chooses a kind of
    /// channel that is not supported.
    pub fn read(text: &str) -> Result<Self, SpecError> {
        let mut reading = Reading::new(None);
        reading.file("", text, &[])?;
        reading.finish()
    }

    /// Reads a specification and the files that it includes. `name` is what messages call it.
    ///
    /// # Errors
    /// As [`Spec::read`]; the error names an included file. Also when such a file cannot be had, or includes itself.
    pub fn read_with(name: &str, text: &str, open: &mut Opener<'_>) -> Result<Self, SpecError> {
        let mut reading = Reading::new(Some(open));
        reading.file(name, text, &[])?;
        reading.finish()
    }
}

struct Reading<'a, 'b> {
    spec: Spec,
    /// Without one, files that are included are only named.
    opener: Option<&'a mut Opener<'b>>,
    /// The files that are being read, outermost first: none may include one of them.
    open: Vec<String>,
}

impl<'a, 'b> Reading<'a, 'b> {
    fn new(opener: Option<&'a mut Opener<'b>>) -> Self {
        Self {
            spec: Spec::default(),
            opener,
            open: Vec::new(),
        }
    }

    fn finish(self) -> Result<Spec, SpecError> {
        if self.spec.channels.is_empty() && self.spec.includes.is_empty() {
            return Err(SpecErrorKind::Empty.at_start());
        }
        Ok(self.spec)
    }

    /// Reads one file; `outer` are the defaults of the files that include it, the nearest first.
    fn file(&mut self, name: &str, text: &str, outer: &[Arc<Defaults>]) -> Result<(), SpecError> {
        let file = u32::try_from(self.spec.files.len()).unwrap_or(u32::MAX);
        self.spec.files.push(name.to_owned());
        self.open.push(name.to_owned());
        let read = self.content(file, text, outer);
        self.open.pop();
        // The outermost file is named by whoever asked.
        read.map_err(|error| match self.open.is_empty() {
            true => error.unless_in(name),
            false => error.in_file(name),
        })
    }

    fn content(&mut self, file: u32, text: &str, outer: &[Arc<Defaults>]) -> Result<(), SpecError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = Lines::new(text);
        let parts = match text.trim_start().starts_with('{') {
            true => json::parts(text, &lines)?,
            false => toml::parts(text, &lines)?,
        };
        let name = self.open.last().cloned().unwrap_or_default();
        let top = Top::new(parts.top, file, &name, &lines)?;
        let mut layers = vec![Arc::new(top.defaults)];
        layers.extend(outer.iter().cloned());
        let begin = || Resolver::new(file, &layers);
        let read = parallel::map(parts.pieces, begin, |resolver, piece| {
            let own = piece.lines();
            let lines = own.as_ref().unwrap_or(&lines);
            let nodes = piece.nodes(lines)?.into_iter();
            let channels = nodes.map(|node| resolver.channel(node, lines));
            channels.collect::<Result<Vec<_>, _>>()
        });
        for channels in read {
            self.spec.channels.append(&mut channels?);
        }
        for (place, included) in top.includes {
            let failed = |kind: SpecErrorKind| SpecError::new(place.line, place.column, kind);
            match self.opener.as_mut() {
                None => self.spec.includes.push(included),
                Some(opener) => {
                    let (path, text) = opener(&name, &included)
                        .map_err(|why| failed(SpecErrorKind::IncludeUnreadable { why }))?;
                    if self.open.contains(&path) {
                        return Err(failed(SpecErrorKind::IncludeLoop));
                    }
                    if self.open.len() >= MAX_DEPTH || self.spec.files.len() >= MAX_FILES {
                        return Err(failed(SpecErrorKind::IncludeTooMany));
                    }
                    self.file(&path, &text, &layers)?;
                }
            }
        }
        Ok(())
    }
}
