use proptest::prelude::*;

use super::walk::NULL;
use super::*;
use crate::Format;
use crate::testing::unhex;

/// A `KeyRep` of a DES key, as JDK 17 writes it.
const KEY_REP: &str = "\
    aced0005737200146a6176612e73656375726974792e4b6579526570bdf94fb3889aa5430200044c0009616c\
    676f726974686d7400124c6a6176612f6c616e672f537472696e673b5b0007656e636f6465647400025b424c\
    0006666f726d617471007e00014c00047479706574001b4c6a6176612f73656375726974792f4b6579526570\
    2454797065\
    3b7870740003444553757200025b42acf317f8060854e002000078700000000801020204040707087400035241\
    577e7200196a6176612e73656375726974792e4b6579526570245479706500000000000000001200007872000e\
    6a6176612e6c616e672e456e756d00000000000000001200007870740006534543524554";

fn graph(bytes: &[u8]) -> Result<(Graph<'_>, usize), Error> {
    let mut input = DataInput::new(Format::Jks, bytes);
    Graph::read(&mut input).map(|graph| (graph, input.remaining()))
}

fn why(hex: &str) -> String {
    graph(&unhex(hex)).unwrap_err().to_string()
}

#[test]
fn fields_of_a_real_object() {
    let mut bytes = unhex(KEY_REP);
    bytes.extend(b"rest");
    let (graph, rest) = graph(&bytes).unwrap();
    assert_eq!(rest, 4);
    assert_eq!(graph.classes(), ["java.security.KeyRep"]);
    assert_eq!(graph.text("algorithm"), Some("DES"));
    assert_eq!(graph.text("format"), Some("RAW"));
    assert_eq!(graph.constant("type"), Some("SECRET"));
    assert_eq!(graph.bytes("encoded"), Some(&[1, 2, 2, 4, 4, 7, 7, 8][..]));
    assert_eq!(graph.bytes("algorithm"), None);
    assert_eq!(graph.text("nothing"), None);
}

#[test]
fn what_classes_write_beside_their_fields_is_walked() {
    // class "A" with a write method and an int, extended by "B", which is externalizable: blocks, a string, a null
    let hex = "aced0005 73 72 000142 0000000000000000 0c 0000 78 \
        72 000141 0000000000000000 03 0001 49 000169 7707 01020304050607 78 70 \
        00000005 7a 00000002 aabb 740001 78 70 78 7701 ff 71007e0002 78";
    let bytes = unhex(hex);
    let (graph, rest) = graph(&bytes).unwrap();
    assert_eq!((graph.classes(), rest), (vec!["B", "A"], 0));
}

#[test]
fn arrays_of_anything_are_walked() {
    // Object[] { long[] { 1 }, null, String }
    let hex = "aced0005 75 72 00135b4c6a6176612e6c616e672e4f626a6563743b 0000000000000000 02 0000 78 70 \
        00000003 75 72 00025b4a 0000000000000000 02 0000 78 70 00000001 0000000000000001 70 740001 61";
    let bytes = unhex(hex);
    let (graph, rest) = graph(&bytes).unwrap();
    assert_eq!((graph.classes(), rest), (Vec::new(), 0));
}

#[test]
fn what_fits_no_grammar_is_refused() {
    for (hex, what) in [
        ("aced0004 70", "no Java serialization stream"),
        ("aced0005 7b", "unknown tag 0x7b"),
        ("aced0005 71 007e0000", "a reference to nothing"),
        ("aced0005 71 00000000", "a reference to nothing"),
        ("aced0005 73 70", "an object without a class"),
        ("aced0005 73 7d", "the tag 0x7d in place of a class"),
        // its own superclass
        (
            "aced0005 73 72 000141 0000000000000000 02 0000 78 71 007e0000",
            "a reference to a class that is none",
        ),
        (
            "aced0005 73 72 000141 0000000000000000 04 0000 78 70",
            "an object whose length is not told",
        ),
        (
            "aced0005 75 72 000141 0000000000000000 02 0000 78 70",
            "an array of a class that is none",
        ),
        (
            "aced0005 75 72 00025b58 0000000000000000 02 0000 78 70 00000001",
            "the unknown type 0x58",
        ),
    ] {
        let why = why(hex);
        assert!(why.contains(what), "{hex}: {why}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    // arrays in arrays
    let start = unhex("aced0005 75 72 00025b5b 0000000000000000 02 0000 78 70 00000001");
    let deeper = unhex("75 71 007e0000 00000001").repeat(100_000);
    let error = graph(&[start, deeper].concat()).unwrap_err();
    assert!(error.to_string().contains("nested this deeply"));
    // superclasses of superclasses
    let class = unhex("72 000141 0000000000000000 02 0000 78").repeat(100_000);
    let error = graph(&[unhex("aced0005 73"), class].concat()).unwrap_err();
    assert!(error.to_string().contains("nested this deeply"));
    // very many of nothing
    let start = unhex("aced0005 75 72 00025b4c 0000000000000000 02 0000 78 70 7fffffff");
    let error = graph(&[start, vec![NULL; 100_000]].concat()).unwrap_err();
    assert!(error.to_string().contains("more objects than any key has"));
    // an array that lies about its length
    let why = why("aced0005 75 72 00025b4a 0000000000000000 02 0000 78 70 ffffffff");
    assert!(why.contains("cut off"), "{why}");
}

#[test]
fn an_object_cut_at_any_byte_is_cut_off() {
    let bytes = unhex(KEY_REP);
    for end in 0..bytes.len() {
        let error = graph(&bytes[..end]).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{end}: {error}");
    }
}

proptest! {
    #[test]
    fn any_change_ends_somewhere(
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut changed = unhex(KEY_REP);
        let at = place.index(changed.len());
        let end = changed.len().min(at + bytes.len());
        changed.splice(at..end, bytes);
        if let Ok((graph, _)) = graph(&changed) {
            let _ = (graph.classes(), graph.bytes("encoded"), graph.constant("type"));
        }
    }
}
