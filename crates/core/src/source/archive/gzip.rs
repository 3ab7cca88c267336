//! Gzip (RFC 1952): around a tar, or around one file.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::super::{Kind, Opener, Place, SourceError, detect};
use super::{read_member, tar};

/// One block of a tar, which is enough to know one.
const BLOCK: u64 = 512;

pub(in super::super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    name: &str,
    bytes: &[u8],
    depth: usize,
) -> Result<Kind, SourceError> {
    opener.meter.count(1)?;
    let inner = inner_name(name);
    let unpacked = opener.meter.watch(MultiGzDecoder::new(bytes));
    let mut unpacked = BufReader::with_capacity(64 << 10, unpacked);
    let mut head = Vec::new();
    let peeked = unpacked.by_ref().take(BLOCK).read_to_end(&mut head);
    if peeked.is_ok() && detect::is_tar(&inner, &head) {
        let whole = head.as_slice().chain(unpacked);
        return tar::read(opener, place, whole, depth);
    }
    // What could be unpacked of a damaged file says nothing: PEM that is cut off would look like less.
    let mut whole = head.as_slice().chain(After {
        failed: peeked.err(),
        rest: unpacked,
    });
    let place = place.part(&inner);
    read_member(opener, place, &inner, &mut whole, depth, "gzip")?;
    Ok(Kind::Archive)
}

/// The rest of a stream, unless reading has failed before.
struct After<R> {
    failed: Option<io::Error>,
    rest: R,
}

impl<R: BufRead> Read for After<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.rest.read(buffer),
        }
    }
}

/// `x.tar` of `x.tar.gz` and `x.tgz`.
fn inner_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, extension)) if extension.eq_ignore_ascii_case("tgz") => format!("{stem}.tar"),
        Some((stem, extension)) if extension.eq_ignore_ascii_case("gz") => stem.to_owned(),
        _ => "content".to_owned(),
    }
}
