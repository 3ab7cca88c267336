//! Who issued whom in a file: trees with the issuer above and what it issued below. By names and key identifiers only;
//! no signature is looked at.

use std::collections::HashMap;

use crate::decode::Value;
use crate::record::{CertificateRecord, EntryRecord};
use crate::text::{date, escape, left};

use super::line;

/// Deeper than any chain; ends circles of cross-certificates and keeps the drawing shallow.
const MAX_DEPTH: usize = 32;

struct Node<'a> {
    certificate: &'a CertificateRecord,
    /// Entries whose own certificate it is.
    aliases: Vec<&'a str>,
    /// Whether it stands in a chain of several, which is shown even where nothing fits together.
    in_chain: bool,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// Trees of at least two certificates, and all members of the chains of keys.
pub(super) fn chains(page: &mut String, depth: usize, entries: &[EntryRecord]) {
    let nodes = nodes(entries);
    let roots: Vec<usize> = (0..nodes.len())
        .filter(|place| {
            let node = &nodes[*place];
            node.parent.is_none() && (node.in_chain || !node.children.is_empty())
        })
        .collect();
    if roots.is_empty() {
        return;
    }
    line(page, depth, "chains, the issuer above what it issued");
    for root in roots {
        let node = &nodes[root];
        let depth = depth + 1;
        if node.certificate.is_self_issued {
            draw(page, depth, &nodes, root, "", "");
        } else {
            let issuer = escape(&node.certificate.issuer);
            line(page, depth, &format!("({issuer}: not in here)"));
            draw(page, depth, &nodes, root, "└─ ", "   ");
        }
    }
}

/// `first` stands before the node itself, `rest` before everything below it.
fn draw(
    page: &mut String,
    depth: usize,
    nodes: &[Node<'_>],
    place: usize,
    first: &str,
    rest: &str,
) {
    let Some(node) = nodes.get(place) else {
        return;
    };
    let certificate = node.certificate;
    let aliases: String = node
        .aliases
        .iter()
        .map(|alias| format!("[{}] ", escape(alias)))
        .collect();
    let text = format!(
        "{first}{aliases}{}  until {} ({}), {}",
        escape(&certificate.subject),
        date(certificate.not_after),
        left(certificate.remaining_seconds),
        escape(&certificate.public_key),
    );
    line(page, depth, &text);
    let last = node.children.len().saturating_sub(1);
    for (number, child) in node.children.iter().enumerate() {
        let (branch, below) = if number == last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let (first, rest) = (format!("{rest}{branch}"), format!("{rest}{below}"));
        draw(page, depth, nodes, *child, &first, &rest);
    }
}

fn nodes(entries: &[EntryRecord]) -> Vec<Node<'_>> {
    let mut nodes: Vec<Node<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        for (number, certificate) in entry.certificates.iter().enumerate() {
            let place = *places.entry(&certificate.fingerprint).or_insert_with(|| {
                nodes.push(Node {
                    certificate,
                    aliases: Vec::new(),
                    in_chain: false,
                    parent: None,
                    children: Vec::new(),
                });
                nodes.len() - 1
            });
            let node = &mut nodes[place];
            node.in_chain |= entry.certificates.len() > 1;
            if number == 0 {
                node.aliases.push(&entry.alias);
            }
        }
    }
    link(&mut nodes);
    nodes
}

fn link(nodes: &mut [Node<'_>]) {
    let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, node) in nodes.iter().enumerate() {
        let subject = node.certificate.subject.as_str();
        by_subject.entry(subject).or_default().push(place);
    }
    let parents: Vec<Option<usize>> = nodes
        .iter()
        .enumerate()
        .map(|(place, node)| {
            let candidates = by_subject.get(node.certificate.issuer.as_str())?;
            issuer_among(nodes, place, candidates)
        })
        .collect();
    let mut parents = parents;
    for place in 0..parents.len() {
        let mut above = parents.get(place).copied().flatten();
        let mut steps = 0;
        while let Some(next) = above.filter(|next| *next != place && steps <= MAX_DEPTH) {
            above = parents.get(next).copied().flatten();
            steps += 1;
        }
        // a circle, or too deep: the tree is cut here
        if above.is_some() {
            parents[place] = None;
        }
    }
    for (place, parent) in parents.into_iter().enumerate() {
        nodes[place].parent = parent;
        if let Some(parent) = parent {
            nodes[parent].children.push(place);
        }
    }
}

/// The one whose key identifier is named; else the first by name. A hostile file may hold many of one name.
fn issuer_among(nodes: &[Node<'_>], child: usize, candidates: &[usize]) -> Option<usize> {
    const LOOKED_AT: usize = 100;
    let certificate = nodes[child].certificate;
    if certificate.is_self_issued {
        return None;
    }
    let wanted = key_identifier(certificate, "2.5.29.35");
    let mut candidates = candidates.iter().copied().take(LOOKED_AT);
    let fits = |place: &usize| {
        wanted.is_some() && key_identifier(nodes[*place].certificate, "2.5.29.14") == wanted
    };
    let mut named = candidates.clone();
    named.find(fits).or_else(|| candidates.next())
}

fn key_identifier<'a>(certificate: &'a CertificateRecord, oid: &str) -> Option<&'a [u8]> {
    let extensions = &certificate.details.as_ref()?.extensions;
    let value = extensions
        .iter()
        .find(|one| one.oid == oid)?
        .value
        .as_ref()?;
    match value {
        Value::Bytes(identifier) => Some(identifier),
        Value::Fields(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::Bytes(identifier) if name == "key_identifier" => Some(identifier.as_slice()),
            _ => None,
        }),
        _ => None,
    }
}
