//! Secret keys of JCEKS: a serialized `SealedObject` whose encrypted content is a serialized key.
//!
//! ```text
//! com.sun.crypto.provider.SealedObjectForKeyProtector extends javax.crypto.SealedObject
//!   byte[] encodedParams     SEQUENCE { OCTET STRING salt, INTEGER iterations }
//!   byte[] encryptedContent  under PBEWithMD5AndTripleDES: the key, one of
//!     javax.crypto.spec.SecretKeySpec           String algorithm, byte[] key
//!     java.security.KeyRep                      String algorithm, byte[] encoded, String format, KeyRep.Type type
//!     com.sun.crypto.provider.{DESKey,DESedeKey}  byte[] key
//!   String paramsAlg, sealAlg  "PBEWithMD5AndTripleDES"
//! ```

use zeroize::Zeroizing;

use super::DataInput;
use super::serial::{Graph, HEADER};
use crate::ber::Tlv;
use crate::protect::{Refusal, Scheme, jce};
use crate::{Error, Format, SecretKey};

/// Reads a sealed object, whatever it is, to its end; returns its bytes.
pub(crate) fn skip<'a>(input: &mut DataInput<'a>) -> Result<&'a [u8], Error> {
    let mut again = input.clone();
    Graph::read(input)?;
    again.take(input.at() - again.at(), "a serialized Java object")
}

/// The scheme and the encrypted content.
pub(crate) fn parts(stream: &[u8]) -> Result<(Scheme, Vec<u8>), Refusal> {
    let Some(graph) = whole(stream) else {
        return Err(unsupported(
            "a sealed key that is no serialized Java object",
        ));
    };
    let classes = graph.classes();
    if !classes.contains(&SEALED_OBJECT) {
        let class = classes.first().copied().unwrap_or("another kind");
        return Err(unsupported(&format!("a sealed key of the class {class}")));
    }
    let algorithm = graph.text("sealAlg").unwrap_or_default();
    if !algorithm.eq_ignore_ascii_case(ALGORITHM) {
        return Err(unsupported(&format!("a key sealed with {algorithm:?}")));
    }
    let fields = (
        graph.bytes("encodedParams"),
        graph.bytes("encryptedContent"),
    );
    let (Some(parameters), Some(content)) = fields else {
        return Err(unsupported("a sealed key without parameters or content"));
    };
    let scheme = jce::Jce::parse(&Tlv::first(parameters)?)?;
    Ok((Scheme::Jce(scheme), content.to_vec()))
}

/// Whether decrypted content is an object at all, which a wrong password does not give.
pub(crate) fn is_object(clear: &[u8]) -> bool {
    whole(clear).is_some()
}

/// The key in decrypted content.
pub(crate) fn secret_key(clear: &[u8]) -> Result<SecretKey, Refusal> {
    let graph = whole(clear).ok_or_else(|| unsupported("a key that is no serialized object"))?;
    let class = graph.classes().first().copied().unwrap_or("another kind");
    let key = match class {
        "javax.crypto.spec.SecretKeySpec" => graph.text("algorithm").zip(graph.bytes("key")),
        "java.security.KeyRep" => {
            let (kind, format) = (graph.constant("type"), graph.text("format"));
            if kind != Some("SECRET") || format != Some("RAW") {
                let what = format!("a key of type {kind:?} in the format {format:?}");
                return Err(unsupported(&what));
            }
            graph.text("algorithm").zip(graph.bytes("encoded"))
        }
        "com.sun.crypto.provider.DESKey" => Some("DES").zip(graph.bytes("key")),
        "com.sun.crypto.provider.DESedeKey" => Some("DESede").zip(graph.bytes("key")),
        _ => None,
    };
    let (algorithm, octets) =
        key.ok_or_else(|| unsupported(&format!("a secret key of the class {class}")))?;
    Ok(SecretKey::new(algorithm, Zeroizing::new(octets.to_vec())))
}

/// A sealed key as JDK 17 writes it, around a `SecretKeySpec`; `None` when the name of its algorithm is too long.
pub(crate) fn seal(key: &SecretKey, password: &[u8], salt: [u8; 8]) -> Option<Vec<u8>> {
    let clear = secret_key_spec(key)?;
    let (parameters, content) = jce::encrypt(&clear, password, salt);
    let algorithm = utf(ALGORITHM)?;
    let class = utf("com.sun.crypto.provider.SealedObjectForKeyProtector")?;
    Some(
        [
            &HEADER[..],
            b"sr",
            &class,
            &(-3_650_226_485_480_866_989_i64).to_be_bytes(),
            b"\x02\0\0x",
            b"r",
            &utf(SEALED_OBJECT)?,
            &4_482_838_265_551_344_752_i64.to_be_bytes(),
            b"\x02\0\x04",
            // the third handle is the string [B, the fourth Ljava/lang/String;
            b"[\0\x0dencodedParamst\0\x02[B",
            b"[\0\x10encryptedContentq\0\x7e\0\x02",
            b"L\0\x09paramsAlgt\0\x12Ljava/lang/String;",
            b"L\0\x07sealAlgq\0\x7e\0\x03",
            b"xp",
            BYTE_ARRAY,
            &length(&parameters)?,
            &parameters,
            // the sixth handle is the class [B
            b"uq\0\x7e\0\x05",
            &length(&content)?,
            &content,
            b"t",
            &algorithm,
            b"t",
            &algorithm,
        ]
        .concat(),
    )
}

fn secret_key_spec(key: &SecretKey) -> Option<Zeroizing<Vec<u8>>> {
    let octets = key.secret_octets();
    Some(Zeroizing::new(
        [
            &HEADER[..],
            b"sr",
            &utf("javax.crypto.spec.SecretKeySpec")?,
            &6_577_238_317_307_289_933_i64.to_be_bytes(),
            b"\x02\0\x02",
            b"L\0\x09algorithmt\0\x12Ljava/lang/String;",
            b"[\0\x03keyt\0\x02[B",
            b"xp",
            b"t",
            &utf(key.algorithm())?,
            BYTE_ARRAY,
            &length(octets)?,
            octets,
        ]
        .concat(),
    ))
}

/// `writeUTF`; `None` when the text is too long for it.
fn utf(text: &str) -> Option<Vec<u8>> {
    let encoded = super::encode_utf(text);
    let length = u16::try_from(encoded.len()).ok()?;
    Some([&length.to_be_bytes()[..], &encoded].concat())
}

fn length(bytes: &[u8]) -> Option<[u8; 4]> {
    u32::try_from(bytes.len()).ok().map(u32::to_be_bytes)
}

/// The object that fills `bytes` to the last one.
fn whole(bytes: &[u8]) -> Option<Graph<'_>> {
    let mut input = DataInput::new(Format::Jceks, bytes);
    let graph = Graph::read(&mut input).ok()?;
    (input.remaining() == 0).then_some(graph)
}

fn unsupported(what: &str) -> Refusal {
    Refusal::Unsupported(what.to_owned())
}

const SEALED_OBJECT: &str = "javax.crypto.SealedObject";
const ALGORITHM: &str = "PBEWithMD5AndTripleDES";
/// An array of bytes with its class, up to its length.
const BYTE_ARRAY: &[u8] = b"ur\0\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\0\0xp";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    fn aes(octets: &[u8]) -> SecretKey {
        SecretKey::new("AES", Zeroizing::new(octets.to_vec()))
    }

    /// `new ObjectOutputStream(…).writeObject(new SecretKeySpec(…, "AES"))` of JDK 17.
    #[test]
    fn known_answer_of_secret_key_spec() {
        let expected = "aced00057372001f6a617661782e63727970746f2e737065632e5365637265744b657953706563\
            5b470b66e230614d0200024c0009616c676f726974686d7400124c6a6176612f6c616e672f537472696e673b\
            5b00036b65797400025b427870740003414553757200025b42acf317f8060854e00200007870000000040102\
            0304";
        let key = aes(&[1, 2, 3, 4]);
        let clear = secret_key_spec(&key).unwrap();
        assert_eq!(*clear, unhex(expected));
        assert_eq!(secret_key(&clear), Ok(key));
    }

    #[test]
    fn what_is_sealed_is_a_sealed_object() {
        let stream = seal(&aes(&[9; 32]), b"changeit", [1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        let graph = whole(&stream).unwrap();
        assert_eq!(
            graph.classes(),
            [
                "com.sun.crypto.provider.SealedObjectForKeyProtector",
                SEALED_OBJECT
            ]
        );
        assert_eq!(graph.text("paramsAlg"), Some(ALGORITHM));
        assert!(parts(&stream).is_ok());
        let mut longer = stream;
        longer.push(0);
        assert!(parts(&longer).is_err());
    }

    #[test]
    fn other_objects_are_named() {
        let integer = "aced0005737200116a6176612e6c616e672e496e746567657212e2a0a4f781873802000149000576616c\
            756578700000002a";
        let refusal = parts(&unhex(integer)).unwrap_err();
        assert_eq!(
            refusal,
            unsupported("a sealed key of the class java.lang.Integer")
        );
        let refusal = secret_key(&unhex(integer)).unwrap_err();
        assert_eq!(
            refusal,
            unsupported("a secret key of the class java.lang.Integer")
        );
    }
}
