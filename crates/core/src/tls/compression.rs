//! Compressed certificates (RFC 8879), as a client reads them.
//!
//! rustls has brotli too, but with its compressor: a megabyte of the binary that no client uses.

use std::io::Read;

use brotli_decompressor::Decompressor;
use rustls::CertificateCompressionAlgorithm;
use rustls::compress::{CertDecompressor, DecompressionFailed, ZLIB_DECOMPRESSOR};

/// What servers are offered, the better one first.
pub(crate) fn decompressors() -> Vec<&'static dyn CertDecompressor> {
    vec![&Brotli, ZLIB_DECOMPRESSOR]
}

/// Reads so many bytes at a time.
const BUFFER: usize = 4096;

#[derive(Debug)]
struct Brotli;

impl CertDecompressor for Brotli {
    /// `output` is as long as the server said (RFC 8879 section 4); more or less is an error.
    fn decompress(&self, input: &[u8], output: &mut [u8]) -> Result<(), DecompressionFailed> {
        let mut reader = Decompressor::new(input, BUFFER);
        let whole = reader.read_exact(output);
        whole.map_err(|_| DecompressionFailed)?;
        match reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            _ => Err(DecompressionFailed),
        }
    }

    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm::Brotli
    }
}

#[cfg(test)]
mod tests {
    use rustls::compress::{BROTLI_COMPRESSOR, CompressionLevel};

    use super::*;

    #[test]
    fn the_length_must_be_the_one_that_was_said() {
        let text = b"certificate ".repeat(2_000);
        let level = CompressionLevel::Interactive;
        let packed = BROTLI_COMPRESSOR.compress(text.clone(), level).unwrap();
        let read = |input: &[u8], length| {
            let mut output = vec![0; length];
            Brotli.decompress(input, &mut output).map(|()| output)
        };
        assert_eq!(read(&packed, text.len()).unwrap(), text);
        assert!(read(&packed, text.len() - 1).is_err());
        assert!(read(&packed, text.len() + 1).is_err());
        assert!(read(&packed[..packed.len() - 2], text.len()).is_err());
        assert!(read(&[], 1).is_err());
        assert!(read(b"\xff\xff\xff\xff", 10).is_err());
    }
}
