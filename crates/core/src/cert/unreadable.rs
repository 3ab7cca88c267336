//! Why bytes are no certificate or list, in words of people.

use x509_parser::asn1_rs::Error as BerError;
use x509_parser::error::X509Error;
use x509_parser::nom;

/// What is wrong, where the parser gave up.
pub(crate) fn why(error: nom::Err<X509Error>) -> String {
    let part = match X509Error::from(error) {
        X509Error::InvalidVersion => "its version is none of X.509",
        X509Error::InvalidSerial => "its serial number is broken",
        X509Error::InvalidAlgorithmIdentifier => "an algorithm in it is broken",
        X509Error::InvalidX509Name => "a name in it is broken",
        X509Error::InvalidDate => "a date in it is broken",
        X509Error::InvalidSPKI => "its public key is broken",
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => {
            "its extensions are broken"
        }
        X509Error::InvalidSignatureValue => "its signature is broken",
        X509Error::Der(BerError::Incomplete(_)) => "it ends too early",
        _ => "it is no well-formed ASN.1 of its kind, or was changed",
    };
    part.to_owned()
}
