//! Files that are compressed as a whole: around a tar, or around one file.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::super::{Kind, Opener, Place, SourceError, detect};
use super::zstd::Frames;
use super::{read_member, tar};

/// One block of a tar, which is enough to know one.
const BLOCK: u64 = 512;

/// What may be held to unpack: `xz -9` needs 65 MiB, `zstd --ultra -22` 128.
pub(super) const WINDOW: u64 = (WINDOW_KIB as u64) << 10;

const WINDOW_KIB: u32 = 128 << 10;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Packing {
    /// Known, and not unpacked.
    Bzip2,
    /// RFC 1952.
    Gzip,
    /// The .xz file format, version 1.2.
    Xz,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// By the first bytes. A skippable frame, which may hold anything, needs the extension.
    pub(in super::super) fn detect(extension: &str, bytes: &[u8]) -> Option<Self> {
        match bytes {
            // of a block, of the end of a stream without any
            [
                b'B',
                b'Z',
                b'h',
                b'1'..=b'9',
                0x31,
                0x41,
                0x59,
                0x26,
                0x53,
                0x59,
                ..,
            ]
            | [
                b'B',
                b'Z',
                b'h',
                b'1'..=b'9',
                0x17,
                0x72,
                0x45,
                0x38,
                0x50,
                0x90,
                ..,
            ] => Some(Self::Bzip2),
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] if extension.ends_with("zst") => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bzip2 => "bzip2",
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    /// The extension around one file, and those that stand for one with `.tar` before it.
    fn extensions(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Bzip2 => ("bz2", &["tbz", "tbz2"]),
            Self::Gzip => ("gz", &["tgz"]),
            Self::Xz => ("xz", &["txz"]),
            Self::Zstd => ("zst", &["tzst"]),
        }
    }

    /// `x.tar` of `x.tar.gz` and `x.tgz`.
    fn inner_name(self, name: &str) -> String {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let (one, of_tar) = self.extensions();
        match file.rsplit_once('.') {
            Some((stem, extension)) if extension.eq_ignore_ascii_case(one) => stem.to_owned(),
            Some((stem, extension))
                if of_tar.iter().any(|tar| extension.eq_ignore_ascii_case(tar)) =>
            {
                format!("{stem}.tar")
            }
            _ => "content".to_owned(),
        }
    }
}

pub(in super::super) fn open(
    opener: &mut Opener<'_>,
    place: &Place,
    name: &str,
    bytes: &[u8],
    packing: Packing,
    depth: usize,
) -> Result<Kind, SourceError> {
    opener.meter.count(1)?;
    let mut unpacked: Box<dyn Read + '_> = match packing {
        Packing::Bzip2 => {
            return Err(SourceError::NotUnpacked {
                what: packing.name(),
            });
        }
        Packing::Gzip => Box::new(MultiGzDecoder::new(bytes)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(bytes, true, WINDOW_KIB)),
        Packing::Zstd => Box::new(Frames::new(bytes)),
    };
    let inner = packing.inner_name(name);
    let unpacked = opener.meter.watch(&mut unpacked);
    let mut unpacked = BufReader::with_capacity(64 << 10, unpacked);
    let mut head = Vec::new();
    let peeked = unpacked.by_ref().take(BLOCK).read_to_end(&mut head);
    if peeked.is_ok() && detect::is_tar(&inner, &head) {
        let mut whole = head.as_slice().chain(unpacked);
        let kind = tar::read(opener, place, &mut whole, depth)?;
        // The checksum comes after the end of the tar.
        if let Err(error) = opener.meter.pass(&mut whole) {
            let (what, why) = (packing.name(), error.to_string());
            opener.problem(place.clone(), SourceError::Damaged { what, why })?;
        }
        return Ok(kind);
    }
    // What could be unpacked of a damaged file says nothing: PEM that is cut off would look like less.
    let mut whole = head.as_slice().chain(After {
        failed: peeked.err(),
        rest: unpacked,
    });
    let place = place.part(&inner);
    read_member(opener, place, &inner, &mut whole, depth, packing.name())?;
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
