//! BEGIN and END lines, wherever in a line they stand.

/// A BEGIN or END line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker<'a> {
    pub(crate) kind: Kind,
    /// Offset of the first dash.
    pub(crate) start: usize,
    /// Offset after the last dash.
    pub(crate) end: usize,
    /// What stands between the word and the closing dashes, trimmed.
    pub(crate) label: &'a [u8],
    /// Whether dashes are missing.
    pub(crate) is_damaged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Begin,
    End,
    /// Dashes and the word BEGIN, but neither closing dashes nor a label that is known: part of a text.
    Stray,
}

impl<'a> Marker<'a> {
    /// The first marker at or after `from`. Looks at every byte a bounded number of times, whatever the text is.
    pub(crate) fn find(text: &'a [u8], from: usize) -> Option<Self> {
        let mut at = from;
        loop {
            let rest = text.get(at..)?;
            let dashes = at + memchr::memchr(b'-', rest)?;
            at = dashes + run(text, dashes);
            if at - dashes < 2 {
                continue;
            }
            let Some((kind, word)) = keyword(text, at) else {
                continue;
            };
            let opening = (at - dashes).min(DASHES);
            if let Some(marker) = Self::at(text, kind, at - opening, at + word) {
                return Some(marker);
            }
        }
    }

    /// The marker whose dashes start at `start` and whose label starts at `label`.
    fn at(text: &'a [u8], kind: Kind, start: usize, label: usize) -> Option<Self> {
        let opening = run(text, start).min(DASHES);
        let limit = text.len().min(label + MAX_LABEL);
        let mut end = label;
        let mut closing = 0;
        while end < limit {
            match text.get(end) {
                Some(b'-') => {
                    let dashes = run(text, end);
                    if dashes > 1 {
                        closing = closing_dashes(text, end, dashes);
                        break;
                    }
                    end += 1;
                }
                Some(b'\n' | b'\r') | None => break,
                Some(_) => end += 1,
            }
        }
        let marker = Self {
            kind,
            start,
            end: end + closing,
            label: text.get(label..end).unwrap_or_default().trim_ascii(),
            is_damaged: opening < DASHES || closing < DASHES,
        };
        let is_whole = opening == DASHES && closing > 0;
        let is_known = marker.is_damaged && LABELS.contains(&marker.label);
        match kind {
            _ if is_whole || is_known => Some(marker),
            // An END line that the end of the file cuts off.
            Kind::End if opening == DASHES => Some(marker),
            Kind::Begin if opening == DASHES => Some(Self {
                kind: Kind::Stray,
                end: label,
                ..marker
            }),
            _ => None,
        }
    }
}

/// How many dashes stand at `at`.
fn run(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take_while(|&&byte| byte == b'-').count()
}

/// Which word stands at `at`, and its length.
fn keyword(text: &[u8], at: usize) -> Option<(Kind, usize)> {
    let rest = text.get(at..)?;
    [(Kind::Begin, &b"BEGIN"[..]), (Kind::End, b"END")]
        .into_iter()
        .find(|(_, word)| {
            rest.strip_prefix(*word)
                .is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'-')))
        })
        .map(|(kind, word)| (kind, word.len()))
}

/// How many of a run of dashes close the marker: files put together without a line end between them have ten, and the
/// last five open the next.
fn closing_dashes(text: &[u8], at: usize, dashes: usize) -> usize {
    match keyword(text, at + dashes) {
        None => dashes,
        Some(_) if dashes >= 2 * DASHES => dashes - DASHES,
        Some(_) => 0,
    }
}

const DASHES: usize = 5;
/// Real labels have up to 30 characters.
const MAX_LABEL: usize = 80;
/// Labels that are believed even where dashes are missing.
const LABELS: &[&[u8]] = &[
    b"CERTIFICATE",
    b"X509 CERTIFICATE",
    b"TRUSTED CERTIFICATE",
    b"PKCS7",
    b"CMS",
    b"PRIVATE KEY",
    b"ENCRYPTED PRIVATE KEY",
    b"RSA PRIVATE KEY",
    b"EC PRIVATE KEY",
    b"CERTIFICATE REQUEST",
    b"NEW CERTIFICATE REQUEST",
    b"X509 CRL",
    b"PUBLIC KEY",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(Kind, &str, bool)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(marker) = Marker::find(text.as_bytes(), at) {
            assert!(marker.end > at, "{text:?}");
            at = marker.end;
            let label = std::str::from_utf8(marker.label).unwrap();
            found.push((marker.kind, label, marker.is_damaged));
        }
        found
    }

    #[test]
    fn whole_markers_anywhere_in_a_line() {
        assert_eq!(
            all("x -----BEGIN A B-----y\n>-----END A-B----------BEGIN C----------END C-----"),
            [
                (Kind::Begin, "A B", false),
                (Kind::End, "A-B", false),
                (Kind::Begin, "C", false),
                (Kind::End, "C", false),
            ]
        );
    }

    #[test]
    fn damaged_markers_need_a_known_label() {
        for text in [
            "----BEGIN CERTIFICATE-----",
            "-----BEGIN CERTIFICATE----",
            "-----BEGIN CERTIFICATE\n",
            "-----BEGIN CERTIFICATE",
        ] {
            assert_eq!(all(text), [(Kind::Begin, "CERTIFICATE", true)], "{text}");
        }
        assert_eq!(all("---- BEGIN SSH2 PUBLIC KEY ----"), []);
        assert_eq!(all("--END of it all--"), []);
        assert_eq!(all("-----END CERTI"), [(Kind::End, "CERTI", true)]);
    }

    #[test]
    fn text_that_speaks_of_markers_is_none() {
        assert_eq!(
            all("a -----BEGIN x or so\n"),
            [(Kind::Stray, "x or so", true)]
        );
        assert_eq!(
            all("-----BEGIN x -----BEGIN CERTIFICATE-----"),
            [
                (Kind::Stray, "x", true),
                (Kind::Begin, "CERTIFICATE", false)
            ]
        );
        assert_eq!(all("-----BEGINNING-----"), []);
        assert_eq!(all("----------------"), []);
    }
}
