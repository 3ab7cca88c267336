//! What a public CA or a strict client would refuse of a certificate as it was issued.

use super::{Page, Step, critical, note, run, step, warning};

const LOOK: Step = run(
    "See which rules say so, each with its section, and the certificate itself:",
    &[
        "trustpack lint FILE",
        "trustpack lint FILE --json",
        "trustpack inspect FILE",
    ],
);

const ISSUED_AGAIN: Step = step("Correct the profile or the request, and have it issued again.");

const BASELINE: &str = "Baseline Requirements of the CA/Browser Forum for TLS server certificates";

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "LINT-ACCESS",
        title: "what says where to ask about revocation and for the issuer is wrong or missing",
        severities: &[
            critical(
                "authorityInfoAccess is critical; a distribution point is incomplete; of a public certificate also: missing, or no \
                 http URL",
            ),
            warning(
                "cRLDistributionPoints is critical, an address is internal, or the issuer's certificate cannot be fetched",
            ),
            note("a public CA below a root has no authorityInfoAccess"),
        ],
        meaning: "Clients read in a certificate where its revocation list lies, which OCSP responder answers, and where the \
            certificate of its issuer is.",
        consequence: "Clients that do not know an extension refuse a certificate in which it is critical. Without addresses \
            revocation is not noticed, and a chain that a server sends incomplete is not completed.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &["RFC 5280 sections 4.2.1.13 and 4.2.2.1", BASELINE],
        verbs: LINTED,
    },
    Page {
        id: "LINT-ALT-NAME",
        title: "the alternative names are missing or not of the form that clients take",
        severities: &[
            critical(
                "there are none, or one cannot be what it is said to be; of a public certificate also an internal name",
            ),
            warning("subjectAltName is critical beside a subject"),
            note("a name is there twice"),
        ],
        meaning: "subjectAltName says for which hosts a certificate is: DNS names of letters, digits and hyphens with a wildcard as \
            the whole first part at most, and addresses as four or sixteen octets. A public one has names of the public DNS \
            only, and its common name is one of them, spelled the same.",
        consequence: "Browsers refuse a certificate without alternative names. A name that is wrongly written fits no host, or makes \
            a client refuse the whole certificate. Public CAs must revoke what they issued so, within days.",
        look: &[LOOK],
        remedy: &[
            step(
                "Write each host into subjectAltName, as DNS name or as address, and the common name the same way or not at all.",
            ),
            step("For internal names use a CA of your own, and judge with --profile private."),
        ],
        sources: &["RFC 5280 section 4.2.1.6", "RFC 9525 section 6", BASELINE],
        verbs: LINTED,
    },
    Page {
        id: "LINT-AUTHORITY",
        title: "what makes a certificate that of a CA, or limits it, is wrong",
        severities: &[
            critical(
                "basicConstraints is not critical, or contradicts the rest; nameConstraints is empty, or in a server's certificate",
            ),
            warning("nameConstraints is not critical"),
            note("a root has a path length"),
        ],
        meaning: "basicConstraints says that a certificate is a CA's, and how many others may follow; nameConstraints for which names \
            it may issue. Both bind only clients that must understand them, which is what critical means.",
        consequence: "Strict clients refuse every certificate below such a CA; lenient ones let it issue what it should not.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &["RFC 5280 sections 4.2.1.9 and 4.2.1.10", BASELINE],
        verbs: LINTED,
    },
    Page {
        id: "LINT-DATES",
        title: "the dates of a certificate are over, or not written as they must be",
        severities: &[critical("always")],
        meaning: "Dates until 2049 are a UTCTime, later ones a GeneralizedTime, both with seconds and a Z at their end. --at says \
            what counts as now.",
        consequence: "Strict parsers refuse the whole certificate; nothing accepts one outside its dates.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &["RFC 5280 section 4.1.2.5"],
        verbs: LINTED,
    },
    Page {
        id: "LINT-EXTENDED-USAGE",
        title: "what a certificate is good for is missing, or more than it should be",
        severities: &[
            critical(
                "extendedKeyUsage is empty; of a public certificate also: missing, critical, or with purposes that do not go together",
            ),
            warning("it is critical and allows everything"),
            note("a public CA below a root may issue for every purpose"),
        ],
        meaning: "extendedKeyUsage names the purposes of a certificate, and forbids all others. A public server certificate is for \
            servers, from 2027-03-15 on for nothing else.",
        consequence: "Clients refuse a certificate that is not for their purpose: `unsupported certificate purpose`.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 section 4.2.1.12",
            BASELINE,
            "Chrome Root Program Policy 1.8",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-EXTENSION",
        title: "an extension is there twice, badly written, or critical and unknown",
        severities: &[
            critical("always, but for what follows"),
            warning(
                "issuerAltName is critical, or an OCSP responder's certificate must itself be asked about",
            ),
        ],
        meaning: "Each extension stands once, in DER, in a certificate of version 3. Who meets a critical one that he does not know \
            must refuse the certificate.",
        consequence: "Strict parsers (Java, Go, rustls) refuse the whole certificate.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 sections 4.1.2.8, 4.1.2.9 and 4.2",
            "X.690 section 10",
            "RFC 6962",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-KEY",
        title: "the public key is weak, or not of a kind that clients take",
        severities: &[
            critical(
                "it is too short, can be derived, or is no key at all; of a public certificate also: another kind or curve than is allowed",
            ),
            warning("the exponent of an RSA key is unusual"),
        ],
        meaning: "An RSA key has 2048 bits or more, a modulus that is the product of two large primes far apart, and an odd exponent, \
            usually 65537. A public certificate has an RSA key or one on P-256, P-384 or P-521.",
        consequence: "Whoever derives the private key can pose as its owner. Clients refuse short keys and kinds that they do not know.",
        look: &[LOOK],
        remedy: &[step(
            "Make a new key with a current tool, and have the certificate issued for it.",
        )],
        sources: &[
            BASELINE,
            "NIST SP 800-57 part 1, table 2",
            "RFC 3279 section 2.3.1, RFC 5480 section 2",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-KEY-IDENTIFIER",
        title: "the identifiers that lead from a certificate to its issuer are missing or wrong",
        severities: &[
            critical("one is critical, or missing where it must be"),
            warning("a public certificate names its issuer by key and by serial number"),
            note("a certificate that is no CA has no subjectKeyIdentifier"),
        ],
        meaning: "authorityKeyIdentifier names the key that signed, subjectKeyIdentifier the key that is certified. By them clients \
            find the issuer among several of the same name.",
        consequence: "Where a CA has had several keys, chains are not found, or found in a slow and unforeseen way.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 sections 4.2.1.1 and 4.2.1.2",
            "Mozilla Root Store Policy section 5.2",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-KEY-USAGE",
        title: "the key usage is missing, badly written, or does not go with the key",
        severities: &[
            critical("it contradicts the key, the purpose, or whether it is a CA's"),
            warning("it is not critical"),
            note("a public CA cannot sign OCSP responses itself"),
        ],
        meaning: "keyUsage says what the key may do: sign handshakes, encipher keys, sign certificates. RSA keys do not agree on keys, \
            and keys on curves do not encipher.",
        consequence: "Clients refuse a CA that may not sign, and a server whose key may not do what the handshake needs.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 section 4.2.1.3",
            "RFC 3279 section 2.3.1, RFC 5480 section 3, RFC 8813 section 3",
            BASELINE,
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-LIFETIME",
        title: "a public server certificate is made for longer than was allowed",
        severities: &[
            critical("it exceeds the limit of the day on which it was issued"),
            warning("it is made for the whole of the limit"),
        ],
        meaning: "As CERT-LIFETIME: 39 months until 2018-03-01, then 825 days, 398 from 2020-09-01, 200 from 2026-03-15, 100 from \
            2027-03-15, 47 from 2029-03-15.",
        consequence: "Browsers and Apple's systems refuse it. A certificate that uses the limit up to its last second is refused by \
            those who count a day otherwise.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "Baseline Requirements section 6.3.2",
            "ballots 193, SC-31 and SC-081v3",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-NAME",
        title: "a distinguished name is empty, too long, or badly written",
        severities: &[
            critical(
                "a name is missing or longer than its bound, a string has another type or other characters than it may have",
            ),
            warning("an old string type, blanks at an end, several common names"),
            note("several attributes in one part, or a common name in a public server certificate"),
        ],
        meaning: "Attributes of names have upper bounds (64 characters of a common name, two letters of a country) and string types \
            (PrintableString and UTF8String). Public CAs write only what they have validated, each attribute once.",
        consequence: "Names that are written in two ways do not match, so that a chain is not found. Strict parsers refuse the \
            certificate.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 sections 4.1.2.4 and 4.1.2.6 and appendix A.1",
            "X.520",
            BASELINE,
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-POLICIES",
        title: "the policies of a certificate are missing, or do not go with its subject",
        severities: &[
            critical(
                "none, one twice, or in a public certificate one that the subject contradicts",
            ),
            warning("critical where it should not be, or with a notice that nobody reads"),
        ],
        meaning: "The policies say how a public CA has validated the subject: the domain only, an organization, a person. The subject \
            then has what was validated, and nothing else.",
        consequence: "Public CAs must revoke such a certificate within days. Clients that check policies refuse it.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14",
            BASELINE,
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-SERIAL",
        title: "the serial number of a certificate is not what it must be",
        severities: &[
            critical("it is zero, negative, or longer than 20 octets"),
            warning("that of a public certificate is too short to be random"),
        ],
        meaning: "A serial number is positive, unique to its CA, and has 20 octets at most. Public CAs put 64 random bits into it, so \
            that nobody can foresee what will be signed.",
        consequence: "Strict parsers refuse the certificate, and revocation by serial number goes astray.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 section 4.1.2.2",
            "Baseline Requirements section 7.1",
        ],
        verbs: LINTED,
    },
    Page {
        id: "LINT-SIGNATURE",
        title: "the algorithm of the signature is weak, or not written as it must be",
        severities: &[critical(
            "a digest that can be forged, two algorithms that differ, parameters other than are prescribed; of a public certificate \
             also one that is not allowed",
        )],
        meaning: "The algorithm stands in a certificate twice, and must be the same. Signatures with RSA have NULL as parameters, those \
            on curves none. MD5 and SHA-1 can be forged.",
        consequence: "Clients refuse the certificate, by rule or because they parse strictly.",
        look: &[LOOK],
        remedy: &[ISSUED_AGAIN],
        sources: &[
            "RFC 5280 section 4.1.1.2",
            "RFC 4055, RFC 5758, RFC 6151",
            BASELINE,
        ],
        verbs: LINTED,
    },
];

const LINTED: &[&str] = &["lint"];
