//! A short run of every fuzz target: all seeds, and a few thousand inputs that are made of them, the same each time. The long
//! runs are those of `fuzz/run`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr where its input is"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

#[allow(unreachable_pub, reason = "elsewhere it is a library")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::seeds;
use fuzz::targets::ALL;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The seeds of every target, from the files of this repository.
fn seeds_of(name: &str) -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<BTreeMap<&'static str, Vec<Vec<u8>>>> = OnceLock::new();
    let all = SEEDS.get_or_init(|| {
        let folders = ["fixtures", "docs/examples"].map(|folder| root().join(folder));
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let files = seeds::files(&folders).into_iter();
        let of_files = files.flat_map(|path| seeds::of_file(&path, &fs::read(&path).unwrap()));
        for (name, bytes) in seeds::others().into_iter().chain(of_files) {
            all.entry(name).or_default().push(bytes);
        }
        all
    });
    all.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// How many inputs are made for a target: so many that all take a few seconds.
fn made_for(name: &str) -> usize {
    match name {
        // keys are derived
        "round_trip" => 30,
        // signatures are checked, archives made
        "certificate" | "verify" | "zip" => 300,
        _ => 1000,
    }
}

/// Numbers as they come (xorshift, Marsaglia 2003), the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit.max(1)
    }
}

/// One damage: octets that change, go, come, or are those of another seed.
fn damage(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    const ODD: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, 0x30, b'\n', b'"'];
    let place = numbers.below(bytes.len() + 1);
    let magnitude = numbers.below(8);
    let length = 1 + numbers.below(1 << magnitude);
    let end = bytes.len().min(place + length);
    match numbers.below(6) {
        0 if place < bytes.len() => bytes[place] ^= 1 << numbers.below(8),
        1 if place < bytes.len() => bytes[place] = ODD[numbers.below(ODD.len())],
        2 => drop(bytes.drain(place..end)),
        3 => bytes.truncate(place),
        4 => {
            let copy = bytes[place..end].to_vec();
            bytes.splice(place..place, copy);
        }
        _ => {
            let from = numbers.below(other.len() + 1);
            let piece = &other[from..other.len().min(from + length)];
            bytes.splice(place..end, piece.iter().copied());
        }
    }
}

/// Keeps the input that a target failed on.
struct Tried<'a> {
    name: &'a str,
    bytes: &'a [u8],
}

impl Drop for Tried<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", self.name));
            fs::write(&path, self.bytes).unwrap();
            eprintln!("the input that failed: {}", path.display());
        }
    }
}

fn run(name: &str) {
    let target = ALL.iter().find(|target| target.name == name).unwrap();
    let attempt = |bytes: &[u8]| {
        let bytes = &bytes[..bytes.len().min(target.max_len)];
        let _tried = Tried { name, bytes };
        (target.body)(bytes);
    };
    attempt(b"");
    let seeds = seeds_of(name);
    assert!(!seeds.is_empty(), "{name} begins with nothing");
    seeds.iter().for_each(|seed| attempt(seed));
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..made_for(name) {
        let mut bytes = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(4) {
            let other = &seeds[numbers.below(seeds.len())];
            damage(&mut bytes, other, &mut numbers);
        }
        attempt(&bytes);
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn no_target_is_left_out() {
            let names: Vec<&str> = ALL.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
            let page = fs::read_to_string(root().join("docs/reliability.md")).unwrap();
            for name in names {
                assert!(page.contains(&format!("\n| `{name}` | ")), "{name}");
                let words = root().join(format!("fuzz/dictionaries/{name}.dict"));
                assert!(words.exists(), "{name}");
            }
        }
    };
}

targets! {
    detect pem der ber pkcs7 pkcs8 pkcs12 jks bks bcfks
    certificate name crl ocsp request inspect
    hello starttls proxy answers
    spec targets policy facts state report
    source zip diff verify round_trip issue
}
