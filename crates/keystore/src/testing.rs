//! Small objects for the tests of this crate, made once with OpenSSL 3.0; the keys protect nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{CertificateDer, Contents, Error, Password, RandomSource, ReadOptions, ber};

pub(crate) mod bcfks;
pub(crate) mod bks;
pub(crate) mod stores;

/// Of whatever is made here.
pub(crate) const PASSWORD: &str = "changeit";

/// The DER inside one of the blocks below.
pub(crate) fn der(block: &str) -> Vec<u8> {
    let body = block.lines().filter(|line| !line.contains(['-', ':']));
    STANDARD.decode(body.collect::<String>()).unwrap()
}

/// The bytes of hexadecimal digits; anything between them is left out.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .collect();
    let pairs = digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]);
    pairs.map(|octet| octet.try_into().unwrap()).collect()
}

/// A SEQUENCE of encoded values.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    ber::encode(ber::SEQUENCE, parts)
}

/// An OCTET STRING.
pub(crate) fn octets(octets: &[u8]) -> Vec<u8> {
    ber::encode(ber::OCTET_STRING, &[octets])
}

/// Whatever the bytes are, with a password or without.
pub(crate) fn open(bytes: &[u8], password: Option<&str>) -> Result<Contents, Error> {
    let password = password.map(Password::new);
    let options = ReadOptions {
        password: password.as_ref(),
    };
    crate::read(bytes, &options)
}

/// An Ed25519 certificate with these common names and a signature of zeros.
pub(crate) fn certificate(subject: &str, issuer: &str) -> CertificateDer<'static> {
    certificate_with(subject, issuer, &[])
}

/// The same with encoded extensions.
pub(crate) fn certificate_with(
    subject: &str,
    issuer: &str,
    extensions: &[u8],
) -> CertificateDer<'static> {
    let name = |common_name: &str| {
        let text = ber::encode(0x0c, &[common_name.as_bytes()]);
        let pair = sequence(&[&[6, 3, 0x55, 4, 3], &text]);
        sequence(&[&ber::encode(ber::SET, &[&pair])])
    };
    let algorithm = sequence(&[&[6, 3, 0x2b, 0x65, 0x70]]);
    let time = |text: &str| ber::encode(ber::UTC_TIME, &[text.as_bytes()]);
    let validity = sequence(&[&time("200101000000Z"), &time("400101000000Z")]);
    let bits = |length: usize| ber::encode(ber::BIT_STRING, &[&[0], &vec![0; length]]);
    let key = sequence(&[&algorithm, &bits(32)]);
    let tbs = sequence(&[
        &ber::encode(ber::context(0), &[&ber::unsigned(2)]),
        &ber::unsigned(7),
        &algorithm,
        &name(issuer),
        &validity,
        &name(subject),
        &key,
        extensions,
    ]);
    sequence(&[&tbs, &algorithm, &bits(64)]).into()
}

/// No randomness at all: the same bytes each time.
pub(crate) struct Sevens;

impl RandomSource for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(7);
        Ok(())
    }
}

/// PKCS#12 from its parts.
pub(crate) mod pkcs12 {
    use const_oid::ObjectIdentifier;

    use super::sequence;
    use crate::{ber, oid};

    /// A file with any parts and a MAC or none.
    pub(crate) fn pfx(parts: &[&[u8]], mac_data: &[u8]) -> Vec<u8> {
        let safe = sequence(parts);
        let octets = ber::encode(ber::OCTET_STRING, &[&safe]);
        sequence(&[&ber::unsigned(3), &info(&oid::DATA, &octets), mac_data])
    }

    /// `ContentInfo`.
    pub(crate) fn info(kind: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
        sequence(&[&oid::der(kind), &ber::encode(ber::context(0), &[value])])
    }

    /// A part in the clear.
    pub(crate) fn data(bags: &[&[u8]]) -> Vec<u8> {
        let octets = ber::encode(ber::OCTET_STRING, &[&sequence(bags)]);
        info(&oid::DATA, &octets)
    }

    /// A part under a password.
    pub(crate) fn encrypted(algorithm: &[u8], octets: &[u8]) -> Vec<u8> {
        let octets = ber::encode(0x80, &[octets]);
        let content = sequence(&[&oid::der(&oid::DATA), algorithm, &octets]);
        info(
            &oid::ENCRYPTED_DATA,
            &sequence(&[&ber::unsigned(0), &content]),
        )
    }

    /// A bag with one value and its attributes, joined.
    pub(crate) fn bag(kind: &ObjectIdentifier, value: &[u8], set: &[u8]) -> Vec<u8> {
        let value = ber::encode(ber::context(0), &[value]);
        sequence(&[&oid::der(kind), &value, &ber::encode(ber::SET, &[set])])
    }

    /// The attribute friendlyName.
    pub(crate) fn friendly_name(name: &str) -> Vec<u8> {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let text = ber::encode(ber::BMP_STRING, &[&units]);
        sequence(&[
            &oid::der(&oid::FRIENDLY_NAME),
            &ber::encode(ber::SET, &[&text]),
        ])
    }

    /// A bag with one certificate.
    pub(crate) fn cert_bag(certificate: &[u8], set: &[u8]) -> Vec<u8> {
        let octets = ber::encode(ber::OCTET_STRING, &[certificate]);
        bag(&oid::CERT_BAG, &info(&oid::X509_CERTIFICATE, &octets), set)
    }
}

/// A self-signed certificate, `CN=a.example`, P-256.
pub(crate) const CERT_A: &str = "\
-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUQWWFvUexZWdBrTTeS5PsfiO4mw4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMTA5MzY1OFoYDzIxMjYxMDI4
MDkzNjU4WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASXtxRswLJ+Q/mzjzd0Jc3uBJZdOvA1VArcYu4TrzlCcmHURUjd8IKU
vwTD28Q2wkX1qlPlnwYWn6AC06ezqgHFo1MwUTAdBgNVHQ4EFgQUnAYBDqwhses2
zIld4hb+J8gp9IYwHwYDVR0jBBgwFoAUnAYBDqwhses2zIld4hb+J8gp9IYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA2i9GqM9oTv8URe2+2+pH
gOqJ4ZA/+VuLGAvhm+2cKR4CIGWcNxvOhpRuNLiDO+I+Q0IzAogNaHGusOFXxtSg
HnFe
-----END CERTIFICATE-----
";

/// Another, `CN=b.example`.
pub(crate) const CERT_B: &str = "\
-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUeJ76LNVnDascDzMEB8xVK8eWc0cwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYi5leGFtcGxlMCAXDTI2MTEyMTA5MzY1OFoYDzIxMjYxMDI4
MDkzNjU4WjAUMRIwEAYDVQQDDAliLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARW+xIktyP2jyag7GebWb3LGec5pJEnkRvM8bsQVEM2nOPsRd38dJzN
6PLw38uDAl3G5GMOvt2RHPgDUntVZ6vJo1MwUTAdBgNVHQ4EFgQU2X4QN9Zg7QIB
Kn/2g67JVjc3zaIwHwYDVR0jBBgwFoAU2X4QN9Zg7QIBKn/2g67JVjc3zaIwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAuaJUzvRrSBqSbCQAKepK
uKTAc5CE2mcYY+1L7LTbZJkCIQCjCicdZX2YkrwcH0abN78GALm6TZD2EuTwxIsX
IPWyng==
-----END CERTIFICATE-----
";

/// [`CERT_A`] with trust settings.
pub(crate) const TRUSTED: &str = "\
-----BEGIN TRUSTED CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUQWWFvUexZWdBrTTeS5PsfiO4mw4wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMTA5MzY1OFoYDzIxMjYxMDI4
MDkzNjU4WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASXtxRswLJ+Q/mzjzd0Jc3uBJZdOvA1VArcYu4TrzlCcmHURUjd8IKU
vwTD28Q2wkX1qlPlnwYWn6AC06ezqgHFo1MwUTAdBgNVHQ4EFgQUnAYBDqwhses2
zIld4hb+J8gp9IYwHwYDVR0jBBgwFoAUnAYBDqwhses2zIld4hb+J8gp9IYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA2i9GqM9oTv8URe2+2+pH
gOqJ4ZA/+VuLGAvhm+2cKR4CIGWcNxvOhpRuNLiDO+I+Q0IzAogNaHGusOFXxtSg
HnFeMAwwCgYIKwYBBQUHAwE=
-----END TRUSTED CERTIFICATE-----
";

/// [`CERT_A`] and [`CERT_B`].
pub(crate) const PKCS7: &str = "\
-----BEGIN PKCS7-----
MIIDMgYJKoZIhvcNAQcCoIIDIzCCAx8CAQExADALBgkqhkiG9w0BBwGgggMHMIIB
fzCCASWgAwIBAgIUQWWFvUexZWdBrTTeS5PsfiO4mw4wCgYIKoZIzj0EAwIwFDES
MBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMTA5MzY1OFoYDzIxMjYxMDI4MDkz
NjU4WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAASXtxRswLJ+Q/mzjzd0Jc3uBJZdOvA1VArcYu4TrzlCcmHURUjd8IKUvwTD
28Q2wkX1qlPlnwYWn6AC06ezqgHFo1MwUTAdBgNVHQ4EFgQUnAYBDqwhses2zIld
4hb+J8gp9IYwHwYDVR0jBBgwFoAUnAYBDqwhses2zIld4hb+J8gp9IYwDwYDVR0T
AQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA2i9GqM9oTv8URe2+2+pHgOqJ
4ZA/+VuLGAvhm+2cKR4CIGWcNxvOhpRuNLiDO+I+Q0IzAogNaHGusOFXxtSgHnFe
MIIBgDCCASWgAwIBAgIUeJ76LNVnDascDzMEB8xVK8eWc0cwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYi5leGFtcGxlMCAXDTI2MTEyMTA5MzY1OFoYDzIxMjYxMDI4
MDkzNjU4WjAUMRIwEAYDVQQDDAliLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARW+xIktyP2jyag7GebWb3LGec5pJEnkRvM8bsQVEM2nOPsRd38dJzN
6PLw38uDAl3G5GMOvt2RHPgDUntVZ6vJo1MwUTAdBgNVHQ4EFgQU2X4QN9Zg7QIB
Kn/2g67JVjc3zaIwHwYDVR0jBBgwFoAU2X4QN9Zg7QIBKn/2g67JVjc3zaIwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAuaJUzvRrSBqSbCQAKepK
uKTAc5CE2mcYY+1L7LTbZJkCIQCjCicdZX2YkrwcH0abN78GALm6TZD2EuTwxIsX
IPWynjEA
-----END PKCS7-----
";

/// A request with the key of [`CERT_A`].
pub(crate) const REQUEST: &str = "\
-----BEGIN CERTIFICATE REQUEST-----
MIHGMG4CAQAwDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BJe3FGzAsn5D+bOPN3Qlze4Ell068DVUCtxi7hOvOUJyYdRFSN3wgpS/BMPbxDbC
RfWqU+WfBhafoALTp7OqAcWgADAKBggqhkjOPQQDAgNIADBFAiEA9yq68xd5P225
UCgsxPQihgZ9hgTVazwsi46ImGEmCzECICRnLFA7m5PfEzIZUY+Fz4tmJvavzZJu
LvekNOkclHSP
-----END CERTIFICATE REQUEST-----
";

/// An empty CRL of [`CERT_A`].
pub(crate) const CRL: &str = "\
-----BEGIN X509 CRL-----
MIGZMEAwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJYS5leGFtcGxlFw0yNjExMjEw
OTM2NThaFw0yNjEyMjEwOTM2NThaMAoGCCqGSM49BAMCA0kAMEYCIQDfjQYsvWf/
gAdfHDB13As93MHkfXA9UauokumYX09v+AIhAJ2HBegrV/76fZGRav5fcw79p+QT
mRhLQSAwA+tjNE6Q
-----END X509 CRL-----
";

/// The public key of [`CERT_A`].
pub(crate) const PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl7cUbMCyfkP5s483dCXN7gSWXTrw
NVQK3GLuE685QnJh1EVI3fCClL8Ew9vENsJF9apT5Z8GFp+gAtOns6oBxQ==
-----END PUBLIC KEY-----
";

/// PKCS#1.
pub(crate) const RSA_PUBLIC_KEY: &str = "\
-----BEGIN RSA PUBLIC KEY-----
MIGJAoGBAK/MaaOR3rfT43pbTBhZ5iEp1JWyhR6Qs137XrsHJbzs3TKe1f1bHUVb
TxZtNXPcbtODOdAqT/qaBS8iaH690LeS1hxl5MdZ1ChKEfeA+N0stZuXElB3SR0/
xAW6ohHYI2Ibwe6ZEdt0wt8ZGOJARJxgvbbPcSwIMfqV5R9LNhodAgMBAAE=
-----END RSA PUBLIC KEY-----
";

/// The key of [`CERT_A`], PKCS#8.
pub(crate) const KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxSFndII6EoIKDlzR
Y52J6yPLMAqsw7mrrLWBxEAZio6hRANCAASXtxRswLJ+Q/mzjzd0Jc3uBJZdOvA1
VArcYu4TrzlCcmHURUjd8IKUvwTD28Q2wkX1qlPlnwYWn6AC06ezqgHF
-----END PRIVATE KEY-----
";

/// The same key, PBES2, password `changeit`.
pub(crate) const ENCRYPTED_KEY: &str = "\
-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgufOsqz8Q4XgIBATAM
BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQTPXBam49lzlV00nn5pkUUASBkKah
P3oI8kUFIipCkONdSBNT/j2E8LJrkGIF6cMAhfLWDTnt1B9jSJ+f5vTynUlxM9L2
mEsgmIeNe4xqFjNy+qleIbeuXFtRMX3+ii1DvYRo8nWQXBYr963A4JQsj+OTa9NO
xAsrJplO6DlG2B+4QMw3tRt8J+EwsUYWfXMl3IYDXAU8sXhy8/fCap0vPIgxSQ==
-----END ENCRYPTED PRIVATE KEY-----
";

/// The same key in OpenSSL's own form.
pub(crate) const SEC1_KEY: &str = "\
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIMUhZ3SCOhKCCg5c0WOdiesjyzAKrMO5q6y1gcRAGYqOoAoGCCqGSM49
AwEHoUQDQgAEl7cUbMCyfkP5s483dCXN7gSWXTrwNVQK3GLuE685QnJh1EVI3fCC
lL8Ew9vENsJF9apT5Z8GFp+gAtOns6oBxQ==
-----END EC PRIVATE KEY-----
";

/// PKCS#1, 1024 bits.
pub(crate) const RSA_KEY: &str = "\
-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQCvzGmjkd630+N6W0wYWeYhKdSVsoUekLNd+167ByW87N0yntX9
Wx1FW08WbTVz3G7TgznQKk/6mgUvImh+vdC3ktYcZeTHWdQoShH3gPjdLLWblxJQ
d0kdP8QFuqIR2CNiG8HumRHbdMLfGRjiQEScYL22z3EsCDH6leUfSzYaHQIDAQAB
AoGASSnOkUelJGZn1sVmTwAjGYw6MC8C3eyk6akzDK111EHT8TxPnMitzu6oZJIA
2/5SlW6YwfzKGma9X5d3W8ANu5ghRWGfzn4chliXQAxZm12U2SglHSwInfbKPe+U
G+6cmCDpzd5WrUdtTSbMAIrJV5dRvOI515P16lUkPjD0OwECQQDYKHW/mMd7XIJJ
XbXdg95CCDhLcsRgc0KXSbSL+UY2je7j55jXNy4c3Swyxtj5cGC88E4Nq4lE+/KZ
8xNt59XBAkEA0DOQYLx/Yuu6kO5xYP1KdkC2D2kFiomCZhlRCwyEApdi0Pcm1ftX
9X/k41Mtmh7We2I4cref36B7rvUCWGgzXQJADIez46pgjecb6lLTUwbs4FkHomAB
wDGOP6TXIXIOvuTVX0Kymm8pbiToBf1+4F7CTNGFRMeXynbsZj4v9yQEQQJBAMy5
1393+x8PQw4emThQ+LZdHWj70SoP2zyAKnPd47UUnWNzlCmXlD9genaaJN5G8oqy
42TScQ+Zo+U/IQZDuDUCQQCaB7k56GL8N9ebRGvsTdj8+hitt4FnBNW2Qf+C4/dU
s0E/7I+Q0+VrFGXDqlm9Ync4E+yN6A1CmLKX5CK0VwtE
-----END RSA PRIVATE KEY-----
";

/// The same under AES-128, password `changeit`.
pub(crate) const RSA_LOCKED_KEY: &str = "\
-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,ED98452CFBD32DA884B2828075035BCC

aFweAVRFiytSK4qYd63sH3Y9q9e+Bz0mv9WJFSb8zxj65uTmjMajx3+wJJpmquya
CX2AJTqdPjjxQx66HcFWPh2kIP2msTONUl/Rmi1M1M/sQFH/Pm7E7iRz0sbfViL9
Vxs2gXuJZ5X4TWibOHI6tE26hiPgXDpOTCp7r0d5vG1yupILQUk8mhmh4SnZFd2L
gt/K8t+RBKNU0bFzjmWgN404DYuI8slfgSxofamckNm0tOEzIv9LmYBygFvzujiO
7b6a200HsKddV1nCZdGX6OhC412itFi8goT6OgRjztqKO3BfO+3Qzmy/WdXoNSD1
1vDb78zlb/krAuRkn7NmyRHy0uda7ewYmmrMy3B0hEx5mg8AN+OTi4j9/XTpy1+9
penygNiNzObntnxYpfAg8ia0OyReY43Rud7AMKVzcAtbeNu0I9qlJwUwEXo5VN6E
LgtevqFzGixSppB0u6hrMxbZObCYhR3cJmLikY5cZar+IWLaB8vJc3LPlUtI6emv
c4GNNQVM7sRvqRxvda7XeINjkw63eZ78aDUpIutjNjMFQy+ykbY8WuBTxIiyeUoq
6V/yUS5xLXGRr+akwLqoIQ0wMaM9N00GPSDJB2kwlVb7HNUs5hbsxWuX8MHfvzwc
woVL/pwvXM4rQ1QPj2bc29/fpiklFQgMtdzFFmdYoUQfGzeo1cswwIfEsCY0DXdv
FRlBwyaMRlw2KQXPocRJCL52BPQ/4hab6SEgG+L43HgQYuXtOnv1P7MCGPkNljzC
WCOeQ4/DRQxqLrgPK0BOmD30EfYLV0i3nxTHFF7VRcYuePbwPiNkN7yx20uxsUS5
-----END RSA PRIVATE KEY-----
";

/// OpenSSL's own form.
pub(crate) const DSA_KEY: &str = "\
-----BEGIN DSA PRIVATE KEY-----
MIIBywIBAAKBgQDsjQOI4QtHlYb9z0BMhRMosBZ2nscuTwWrSctQ4mSDqJG2Lbmp
NiASSoRoZCoqOb+qJaTqoDeqFYnxxX14KFl7SMAk6AnJE+Z8HRNUyZdpjCU4LGiN
ibKoJBbjbBADAjg0qs9KvRHa86mbnHoucErTw6G8yxMI859HeBqmM5YShQIdAKrq
gtqOk8bi9hxQNifZpUyVKKAJXnAyg1KxoIsCgYA2Jkye0/t78BzbDm6rpvO9YSRd
noqRpN9eDnGiC1ldzjVbmyNUV/30qaInISPscW7ors0Q/khjNT32G4YEzhqa0hwl
LXOo1KaSV+YhWEF5jXJVtIbmxTmI2KXfUEgGuVnqeuqZ0+9dopYU3ESEQwe/2XGQ
4Ns/mtu3y6/24lG3HwKBgQCpTmBLPeEZJ6XQoy2K9ZQyfgYhEZ7xGp6DfQ+e8hkD
Y7IBjt6+Q0TP7bbo1qecVWvwThPaNbm/je7HDbW8yYdGX1cJqMTFl3bGcmvZv8OF
W888je51rR7C2D11UKBkVHb9g33LiEuT0ksQ7Snt1o/yDMjuqo3m8AJQtDCKNTJD
kQIcJkodS7AUtWUZ+PbJ382MZxC/OqmytKjY1ZoFJg==
-----END DSA PRIVATE KEY-----
";

/// `openssl spkac -key KEY -challenge hello -digest sha256`, without the name of the line.
pub(crate) const SPKAC: &str = "\
MIIBPzCBqTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEArNMLHT5EfVjmb1RtZK2LWAbAx+TYqKjCRWx6FLrYIXrsBcUS\
S6Lw/5ZNyRFktHq12NbNKFy8P49elfXHFvOXRltyUdKqsZL/cyQANzeTwZXHhCRUWNruso59g35wGMKLi/7EE5JligvtwoNV\
Zqvm7Dl1r54smjbCMARLYVLJ2wUCAwEAARYFaGVsbG8wDQYJKoZIhvcNAQELBQADgYEAi5o8am+PLglnR2aHRzc6V8BG1qYo\
mwG8qj3ESlF2dcobmggb6QF/R3z4U+AiKvgNvxDbLp9BT7ioTd4uGaDns4379F2F9c/7xXEKV8Ed8MnFHyAO043ZSxTn+EVc\
bQTH/5I8Z0e7tHw9BcalkHGPSvlwuiPch0u9LUGF2AtuRX4=";
