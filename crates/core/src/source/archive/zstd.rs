//! Zstandard (RFC 8878): frames one after the other, of which some hold nothing.

use std::io::{self, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::packed::WINDOW;

/// The decoder knows one frame only, and leaves the checksum to its caller.
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    decoder: FrameDecoder,
    is_within: bool,
}

impl<'a> Frames<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self {
            bytes,
            decoder,
            is_within: false,
        }
    }

    /// Begins the next frame; `false` at the end of all.
    fn begin(&mut self) -> io::Result<bool> {
        use FrameDecoderError::{ReadFrameHeaderError as Header, WindowSizeTooBig};
        while !self.bytes.is_empty() {
            match self.decoder.reset(&mut self.bytes) {
                Ok(()) => {
                    self.is_within = true;
                    return Ok(true);
                }
                Err(Header(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = usize::try_from(length).map_err(io::Error::other)?;
                    let rest = self.bytes.get(length..);
                    self.bytes = rest.ok_or(io::ErrorKind::UnexpectedEof)?;
                }
                Err(WindowSizeTooBig { .. }) => return Err(io::ErrorKind::OutOfMemory.into()),
                Err(error) => return Err(io::Error::other(error.to_string())),
            }
        }
        Ok(false)
    }

    /// What a frame says of its content (RFC 8878 section 3.1.1).
    fn end(&mut self) -> io::Result<()> {
        self.is_within = false;
        let claimed = self.decoder.get_checksum_from_data();
        if claimed.is_some() && claimed != self.decoder.get_calculated_checksum() {
            return Err(io::Error::other("the checksum does not fit"));
        }
        Ok(())
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_within && !self.begin()? {
                return Ok(0);
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            if self.decoder.is_finished() {
                self.end()?;
                continue;
            }
            let one = BlockDecodingStrategy::UptoBlocks(1);
            let decoded = self.decoder.decode_blocks(&mut self.bytes, one);
            decoded.map_err(|error| io::Error::other(error.to_string()))?;
        }
    }
}
