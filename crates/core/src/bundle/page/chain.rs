//! A chain as a picture: who issued whom, what the server sends, and what the trust file holds.

use std::fmt::Write as _;

use super::super::judge::Host;
use super::super::store::TrustFile;
use crate::Certificate;
use crate::html::escaped;
use crate::text::{self, cut};

/// One certificate of a chain.
pub(super) struct Link<'a> {
    pub(super) certificate: &'a Certificate,
    role: &'static str,
    is_sent: bool,
    is_packed: bool,
    /// Whether the client stops there.
    is_used: bool,
}

impl<'a> Link<'a> {
    /// From the server's own certificate to the root, as far as it is known.
    pub(super) fn all(
        host: &'a Host<'a>,
        trust: &TrustFile,
        used: Option<&Certificate>,
    ) -> Vec<Self> {
        let completed = &host.completed;
        let path = completed.path.iter();
        let path = path.chain(completed.completed.iter().map(|issuer| &issuer.certificate));
        let path = path.chain(completed.root.iter().map(|root| &root.certificate));
        let mut links: Vec<Self> = Vec::new();
        for certificate in path {
            if links.iter().any(|link| link.certificate == certificate) {
                continue;
            }
            let is_first = links.is_empty();
            links.push(Self {
                certificate,
                role: match (is_first, certificate.is_self_issued()) {
                    (true, true) => "server, signed by itself",
                    (true, false) => "server",
                    (false, true) => "root",
                    (false, false) => "intermediate",
                },
                is_sent: host.chain.chain.certificates.contains(certificate),
                is_packed: trust.entries.iter().any(|(_, one)| one == certificate),
                is_used: used == Some(certificate),
            });
        }
        links
    }

    fn name(&self) -> String {
        escaped(&cut(&self.certificate.display_name(), NAME))
    }

    fn ends(&self) -> String {
        format!(
            "{}, ends {}",
            self.role,
            text::date(self.certificate.not_after())
        )
    }

    const fn sent(&self) -> &'static str {
        if self.is_sent {
            "sent by the server"
        } else {
            "not sent"
        }
    }
}

/// So many characters fit into a box.
const NAME: usize = 38;
const WIDTH: usize = 380;
const HEIGHT: usize = 74;
/// Between boxes, where the arrow is.
const GAP: usize = 32;
/// Of the two verdicts below.
const VERDICT: usize = 36;

/// A severity's word and what to say.
type Said = (&'static str, &'static str);

/// The picture. Whoever cannot see it hears the same as one sentence.
pub(super) fn picture(
    subject: &str,
    file: &str,
    links: &[Link<'_>],
    now: Said,
    renewed: Said,
) -> String {
    let boxes = links.len() * (HEIGHT + GAP);
    let height = boxes + VERDICT + 2;
    let mut svg = format!(
        "<svg class=\"chain-picture\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n",
        spoken(subject, file, links, now, renewed)
    );
    for (place, link) in links.iter().enumerate() {
        let top = place * (HEIGHT + GAP) + 1;
        link_box(&mut svg, link, file, top);
        if place + 1 < links.len() {
            let from = top + HEIGHT;
            let _ = writeln!(
                svg,
                "<path class=\"arrow\" d=\"M30 {} v-{}\"/><path class=\"head\" d=\"M24 {} h12 l-6 -8 z\"/><text class=\"small\" x=\"46\" y=\"{}\">issued by</text>",
                from + GAP,
                GAP - 8,
                from + 8,
                from + 21
            );
        }
    }
    for (x, width, (word, said)) in [(1, 150, now), (159, 220, renewed)] {
        let _ = writeln!(
            svg,
            "<g class=\"{word}\"><rect class=\"said\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"{VERDICT}\" rx=\"18\"/>\
             <use href=\"#{word}\" x=\"{}\" y=\"{}\" width=\"16\" height=\"16\"/><text x=\"{}\" y=\"{}\">{said}</text></g>",
            boxes + 1,
            x + 10,
            boxes + 11,
            x + 31,
            boxes + 24
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// What does not fit is clipped, as a name in a wide script may be.
fn link_box(svg: &mut String, link: &Link<'_>, file: &str, top: usize) {
    let class = if link.is_packed { "box packed" } else { "box" };
    let _ = write!(
        svg,
        "<svg x=\"0\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\"><rect class=\"{class}\" x=\"1\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"8\"/>\
         <text class=\"name\" x=\"16\" y=\"25\">{}</text><text class=\"small\" x=\"16\" y=\"44\">{}</text><text class=\"small\" x=\"16\" y=\"62\">{}</text>",
        WIDTH - 2,
        HEIGHT - 2,
        link.name(),
        link.ends(),
        link.sent()
    );
    if link.is_packed {
        let used = if link.is_used { ", trusted by it" } else { "" };
        let _ = write!(
            svg,
            "<text class=\"tag\" x=\"{}\" y=\"62\">✓ in {}{used}</text>",
            WIDTH - 16,
            escaped(file)
        );
    }
    svg.push_str("</svg>\n");
}

fn spoken(subject: &str, file: &str, links: &[Link<'_>], now: Said, renewed: Said) -> String {
    let links = links.iter().map(|link| {
        let packed = match (link.is_packed, link.is_used) {
            (true, true) => format!(", packed in {file} and trusted by it"),
            (true, false) => format!(", packed in {file}"),
            (false, _) => String::new(),
        };
        format!(
            "{} ({}, {}{packed})",
            link.certificate.display_name(),
            link.ends(),
            link.sent()
        )
    });
    let links: Vec<String> = links.collect();
    escaped(&format!(
        "Chain of {subject}: {}. {}, {}.",
        links.join(", issued by "),
        now.1,
        renewed.1
    ))
}
