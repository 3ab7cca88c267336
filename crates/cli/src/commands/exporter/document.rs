//! A text that many read and that is large: kept deflated, and sent as it is kept to whoever takes gzip, which Prometheus
//! does. Others get it inflated as fast as they read it, so that no reader costs the memory of the whole.

use std::io::{self, Cursor, Read, Write};

use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use hyper::body::Bytes;

/// What was written, as blocks of DEFLATE (RFC 1951) that end at a byte and are not the last ones: what is said more at the
/// time of reading follows them in the same stream.
#[derive(Debug)]
pub(super) struct Document {
    deflated: Bytes,
    crc: Crc,
    length: u64,
}

/// A document that is being written.
pub(super) struct Writing {
    state: Compress,
    deflated: Vec<u8>,
    crc: Crc,
    length: u64,
}

/// Room for what comes out at a time.
const ROOM: usize = 64 << 10;

impl Writing {
    pub(super) fn new() -> Self {
        Self {
            // labels repeat themselves: more effort makes it hardly smaller
            state: Compress::new(Compression::fast(), false),
            deflated: Vec::new(),
            crc: Crc::new(),
            length: 0,
        }
    }

    /// # Errors
    /// None that memory has.
    pub(super) fn end(mut self) -> io::Result<Document> {
        // There is more to come as long as the room was not enough (zlib.h on deflate and Z_SYNC_FLUSH). The flush of
        // `write::DeflateEncoder` does not ask again in that way, and leaves the end out.
        loop {
            self.deflated.reserve(ROOM);
            let (none, out) = (&[], &mut self.deflated);
            self.state.compress_vec(none, out, FlushCompress::Sync)?;
            if out.len() < out.capacity() {
                break;
            }
        }
        self.deflated.shrink_to_fit();
        Ok(Document {
            deflated: self.deflated.into(),
            crc: self.crc,
            length: self.length,
        })
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.state.total_in();
        self.deflated.reserve(ROOM);
        let out = &mut self.deflated;
        self.state.compress_vec(bytes, out, FlushCompress::None)?;
        let written = self.state.total_in() - before;
        self.length += written;
        let written = usize::try_from(written).unwrap_or(bytes.len());
        self.crc.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    /// Nothing: a flush in the middle would only make it larger.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Document {
    /// One file of gzip (RFC 1952) with `more` at its end, in parts.
    ///
    /// # Errors
    /// None that memory has.
    pub(super) fn gzip(&self, more: &str) -> io::Result<Vec<Bytes>> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(more.as_bytes())?;
        let mut end = encoder.finish()?;
        let mut crc = Crc::new();
        crc.update(more.as_bytes());
        let mut whole = Crc::new();
        whole.combine(&self.crc);
        whole.combine(&crc);
        end.extend(whole.sum().to_le_bytes());
        // modulo 2^32, as the format has it
        end.extend(whole.amount().to_le_bytes());
        Ok(vec![
            Bytes::from_static(GZIP_HEADER),
            self.deflated.clone(),
            end.into(),
        ])
    }

    /// Bytes of it, inflated.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// It, inflated piece by piece.
    pub(super) fn inflate(&self) -> Inflating {
        Inflating {
            decoder: DeflateDecoder::new(Cursor::new(self.deflated.clone())),
            left: self.length,
        }
    }
}

/// DEFLATE, no name, no time, from no particular system.
const GZIP_HEADER: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A document that is being inflated.
pub(super) struct Inflating {
    decoder: DeflateDecoder<Cursor<Bytes>>,
    left: u64,
}

/// So much is inflated before others have their turn.
const PIECE: usize = 64 << 10;

impl Iterator for Inflating {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let mut piece = vec![0; PIECE];
        let read = match self.decoder.read(&mut piece) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read,
        };
        match read {
            Ok(count) => {
                piece.truncate(count);
                self.left = self.left.saturating_sub(count as u64);
                Some(Ok(piece.into()))
            }
            Err(error) => {
                self.left = 0;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn it_comes_back_with_what_is_said_more_and_is_one_file_of_gzip() {
        for lines in [0, 1, 20_000] {
            let text: String = (0..lines)
                .map(|line| format!("metric{{line=\"{line}\"}} 1\n"))
                .collect();
            let mut writing = Writing::new();
            writing.write_all(text.as_bytes()).unwrap();
            let document = writing.end().unwrap();
            assert_eq!(document.length(), text.len() as u64);

            let inflated: Vec<u8> = document.inflate().flat_map(Result::unwrap).collect();
            assert!(inflated == text.as_bytes());

            for more in ["", "more 1\n"] {
                let gzip = document.gzip(more).unwrap().concat();
                // one member and nothing behind it; the decoder checks the sum and the length
                let mut decoder = GzDecoder::new(gzip.as_slice());
                let mut whole = String::new();
                decoder.read_to_string(&mut whole).unwrap();
                assert!(whole == format!("{text}{more}"));
                assert!(decoder.into_inner().is_empty());
            }
        }
    }
}
