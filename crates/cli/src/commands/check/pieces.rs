//! A PEM stream of any length, cut between blocks into pieces of a bounded size.

use std::io::{self, Read};

use memchr::memmem;

/// A piece is at least this long, unless it is the last: long enough that cutting costs nothing, short enough that all
/// workers together hold little.
pub(super) const PIECE: usize = 1 << 20;

/// A block longer than this is none; the scanner says so of what is there.
const MAX_BLOCK: usize = 16 << 20;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// Some blocks of a stream.
pub(super) struct Piece {
    pub text: Vec<u8>,
    /// Lines of the stream before it.
    pub lines_before: usize,
    /// Blocks of the stream before it.
    pub blocks_before: usize,
    /// Whether more may follow.
    pub continues: bool,
}

/// Cuts what a reader gives.
pub(super) struct Pieces<R> {
    source: R,
    /// Read and not yet given.
    held: Vec<u8>,
    lines: usize,
    blocks: usize,
    is_over: bool,
}

/// Whether bytes are PEM text whose blocks start at the start of a line, as in a bundle, and not within JSON or YAML.
pub(super) fn is_pem_text(start: &[u8]) -> bool {
    let is_object = start.trim_ascii_start().starts_with(b"{");
    !is_object && memmem::find_iter(start, BEGIN).any(|at| at == 0 || start[at - 1] == b'\n')
}

impl<R: Read> Pieces<R> {
    /// `start` was read already; `source` gives what follows.
    pub(super) fn new(start: Vec<u8>, source: R) -> Self {
        Self {
            source,
            held: start,
            lines: 0,
            blocks: 0,
            is_over: false,
        }
    }

    fn cut(&mut self) -> io::Result<Piece> {
        let mut wanted = PIECE;
        let end = loop {
            let missing = wanted.saturating_sub(self.held.len());
            let read = (&mut self.source)
                .take(missing as u64)
                .read_to_end(&mut self.held)?;
            if read < missing {
                self.is_over = true;
                break self.held.len();
            }
            if let Some(end) = last_end(&self.held) {
                break end;
            }
            // Text without any block is let go as it is.
            if wanted >= MAX_BLOCK || memmem::find(&self.held, BEGIN).is_none() {
                break last_line(&self.held);
            }
            wanted = (wanted * 2).min(MAX_BLOCK);
        };
        let rest = self.held.split_off(end);
        let text = std::mem::replace(&mut self.held, rest);
        let piece = Piece {
            lines_before: self.lines,
            blocks_before: self.blocks,
            continues: !self.is_over,
            text,
        };
        self.lines += memchr::memchr_iter(b'\n', &piece.text).count();
        self.blocks += memmem::find_iter(&piece.text, BEGIN).count();
        Ok(piece)
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let cut = self.cut();
        // What cannot be read now is not tried again for ever.
        self.is_over |= cut.is_err();
        Some(cut)
    }
}

/// The end of the last line that ends a block.
fn last_end(text: &[u8]) -> Option<usize> {
    let mut end = text.len();
    loop {
        let at = memmem::rfind(&text[..end], END)?;
        if let Some(line) = memchr::memchr(b'\n', &text[at..]) {
            return Some(at + line + 1);
        }
        end = at;
    }
}

/// The end of the last whole line; all of it when there is none.
fn last_line(text: &[u8]) -> usize {
    memchr::memrchr(b'\n', text).map_or(text.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(place: usize, length: usize) -> String {
        let body = format!("{place:064}\n").repeat(length / 65 + 1);
        format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
    }

    fn cut(text: &str) -> Vec<Piece> {
        let pieces = Pieces::new(Vec::new(), text.as_bytes());
        pieces.collect::<io::Result<Vec<_>>>().unwrap()
    }

    #[test]
    fn pieces_are_the_stream_and_hold_whole_blocks() {
        let text: String = (0..4000).map(|place| block(place, 900)).collect();
        let pieces = cut(&text);
        assert!(pieces.len() > 2);
        let mut joined = Vec::new();
        let mut blocks = 0;
        for piece in &pieces {
            assert!(piece.text.starts_with(BEGIN) && piece.text.len() < PIECE + 2000);
            assert_eq!(
                piece.lines_before,
                memchr::memchr_iter(b'\n', &joined).count()
            );
            assert_eq!(piece.blocks_before, blocks);
            blocks += memmem::find_iter(&piece.text, BEGIN).count();
            joined.extend_from_slice(&piece.text);
        }
        assert_eq!(joined, text.as_bytes());
        assert!(!pieces.last().unwrap().continues && pieces[0].continues);
    }

    #[test]
    fn a_block_longer_than_a_piece_is_whole() {
        let text = block(1, 3 * PIECE) + &block(2, 10);
        let pieces = cut(&text);
        assert!(pieces[0].text.len() > 3 * PIECE);
        assert_eq!(
            pieces.iter().map(|piece| piece.text.len()).sum::<usize>(),
            text.len()
        );
    }

    #[test]
    fn what_never_ends_is_cut_all_the_same() {
        let open = format!("-----BEGIN CERTIFICATE-----\n{}", "A".repeat(MAX_BLOCK * 2));
        let talk = "no block\n".repeat(MAX_BLOCK / 4);
        for text in [open, talk, "x".repeat(MAX_BLOCK + 7)] {
            let pieces = cut(&text);
            assert_eq!(
                pieces.iter().map(|piece| piece.text.len()).sum::<usize>(),
                text.len()
            );
            assert!(pieces.iter().all(|piece| piece.text.len() <= MAX_BLOCK));
        }
    }

    #[test]
    fn text_that_holds_pem_inside_is_no_pem_text() {
        assert!(is_pem_text(b"subject=CN=a\n-----BEGIN CERTIFICATE-----\n"));
        assert!(!is_pem_text(
            b"data:\n  tls.crt: |\n    -----BEGIN CERTIFICATE-----\n"
        ));
        assert!(!is_pem_text(
            b"{\n\"a\": \"-----BEGIN CERTIFICATE-----\\n\"}"
        ));
        assert!(!is_pem_text(b"\x30\x82"));
    }
}
