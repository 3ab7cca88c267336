//! YAML 1.2, as events. An alias stays a name: what it stands for is found where it is written, so that no alias can
//! multiply anything, and a cycle is no loop.

use saphyr_parser::{Event, Parser, Tag};

use super::tree::Tree;
use super::{Broken, SourceError};

/// Reads document by document; one that is broken does not hide the next.
pub(super) fn read<'t>(
    tree: &mut Tree<'_, '_>,
    text: &'t str,
) -> Result<Vec<Broken<'t>>, SourceError> {
    let mut broken = Vec::new();
    for (line, document) in documents(text) {
        broken.extend(read_one(tree, document, line)?);
    }
    Ok(broken)
}

/// One text between two `---`; `before` lines stand before it.
fn read_one<'t>(
    tree: &mut Tree<'_, '_>,
    text: &'t str,
    before: usize,
) -> Result<Option<Broken<'t>>, SourceError> {
    // The last line that was understood.
    let mut last = 1;
    for event in Parser::new_from_str(text) {
        let event = match event {
            Ok((event, span)) => {
                last = span.end.line().max(last);
                event
            }
            Err(error) => {
                tree.end_document()?;
                let place = error.marker();
                let error = SourceError::Syntax {
                    language: "YAML",
                    line: before + place.line(),
                    column: place.col() + 1,
                    why: error.info().to_owned(),
                };
                let rest = from_line(text, last);
                return Ok(Some(Broken { error, rest }));
            }
        };
        let taken = match event {
            Event::MappingStart(..) => tree.start_map(),
            Event::SequenceStart(..) => tree.start_sequence(),
            Event::MappingEnd | Event::SequenceEnd => tree.end(),
            Event::Scalar(text, _, _, tag) => {
                tree.scalar(&text, tag.is_some_and(|tag| is_binary(&tag)));
                Ok(())
            }
            Event::Alias(_) => {
                tree.scalar("", false);
                Ok(())
            }
            Event::DocumentStart(_) => {
                tree.document();
                Ok(())
            }
            Event::DocumentEnd => tree.end_document(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
        };
        match taken {
            Ok(()) => {}
            Err(error @ SourceError::TooDeep { .. }) => {
                tree.end_document()?;
                let rest = from_line(text, last);
                return Ok(Some(Broken { error, rest }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn from_line(text: &str, line: usize) -> &str {
    let start = line_starts(text).nth(line - 1);
    start
        .and_then(|start| text.get(start..))
        .unwrap_or_default()
}

/// `!!binary` (<https://yaml.org/type/binary.html>).
fn is_binary(tag: &Tag) -> bool {
    tag.suffix == "binary" && (tag.is_yaml_core_schema() || tag.handle == "!!")
}

/// Splits before every line that begins with `---` (YAML 1.2.2, section 9.1.2: nothing else may begin so). Directives and
/// comments before it stay with their document. Each with the number of lines before it.
fn documents(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut start_line) = (0, 0);
    let mut has_content = false;
    for (number, offset) in line_starts(text).enumerate() {
        let rest = &text[offset..];
        let is_marker = rest
            .strip_prefix("---")
            .is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r', '\n']));
        if is_marker {
            if has_content {
                documents.push((start_line, &text[start..offset]));
                (start, start_line) = (offset, number);
            }
            has_content = true;
        } else if !rest.starts_with(['%', '#', '\r', '\n']) {
            has_content = true;
        }
    }
    documents.push((start_line, &text[start..]));
    documents
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let breaks = text.match_indices('\n').map(|(place, _)| place + 1);
    std::iter::once(0)
        .chain(breaks)
        .filter(|start| *start < text.len())
}
