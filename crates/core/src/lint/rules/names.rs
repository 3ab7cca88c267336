//! Distinguished names.

use std::collections::BTreeSet;

use time::macros::date;

use super::when;
use crate::lint::view::{
    Attribute, BMP_STRING, COMMON_NAME, COUNTRY, EMAIL, EMAIL_ADDRESS, GIVEN_NAME, IA5_STRING,
    LOCALITY, ORGANIZATION, ORGANIZATIONAL_UNIT, POSTAL_CODE, PRINTABLE_STRING, SERIAL_NUMBER,
    STATE, STREET, SUBJECT_ALT_NAME, SURNAME, TELETEX_STRING, UTF8_STRING, View,
};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Note, Warning};

const PAGE: &str = "LINT-NAME";
const BOUNDS: &str = "RFC 5280 appendix A.1 (upper bounds), X.520";
const COUNTRY_NAME: &str = "RFC 5280 appendix A.1 (X520countryName)";
const SUBJECT: &str = "Baseline Requirements section 7.1.4";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        PAGE,
        "issuer-empty",
        Critical,
        "RFC 5280 section 4.1.2.4",
        |view| when(view.issuer.is_empty(), "the issuer has no name"),
    ),
    Rule::new(
        PAGE,
        "authority-subject-empty",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| when(view.subject.is_empty(), "a CA has no name"),
    )
    .of(Of::Authority),
    Rule::new(
        PAGE,
        "subject-empty-without-alt-name",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| {
            when(
                view.subject.is_empty() && !view.has(SUBJECT_ALT_NAME),
                "it has neither a subject nor alternative names",
            )
        },
    ),
    Rule::new(PAGE, "common-name-too-long", Critical, BOUNDS, |view| {
        too_long(view, COMMON_NAME, 64)
    }),
    Rule::new(PAGE, "organization-too-long", Critical, BOUNDS, |view| {
        too_long(view, ORGANIZATION, 64)
    }),
    Rule::new(
        PAGE,
        "organizational-unit-too-long",
        Critical,
        BOUNDS,
        |view| too_long(view, ORGANIZATIONAL_UNIT, 64),
    ),
    Rule::new(PAGE, "locality-too-long", Critical, BOUNDS, |view| {
        too_long(view, LOCALITY, 128)
    }),
    Rule::new(PAGE, "state-too-long", Critical, BOUNDS, |view| {
        too_long(view, STATE, 128)
    }),
    Rule::new(PAGE, "street-too-long", Critical, BOUNDS, |view| {
        too_long(view, STREET, 128)
    }),
    Rule::new(PAGE, "postal-code-too-long", Critical, BOUNDS, |view| {
        too_long(view, POSTAL_CODE, 40)
    }),
    Rule::new(PAGE, "serial-number-too-long", Critical, BOUNDS, |view| {
        too_long(view, SERIAL_NUMBER, 64)
    }),
    Rule::new(PAGE, "surname-too-long", Critical, BOUNDS, |view| {
        too_long(view, SURNAME, 32_768)
    }),
    Rule::new(PAGE, "given-name-too-long", Critical, BOUNDS, |view| {
        too_long(view, GIVEN_NAME, 32_768)
    }),
    Rule::new(PAGE, "surname-long", Warning, BOUNDS, |view| {
        too_long(view, SURNAME, 64)
    }),
    Rule::new(PAGE, "given-name-long", Warning, BOUNDS, |view| {
        too_long(view, GIVEN_NAME, 64)
    }),
    Rule::new(PAGE, "email-address-too-long", Critical, BOUNDS, |view| {
        too_long(view, EMAIL_ADDRESS, 255)
    }),
    Rule::new(
        PAGE,
        "country-not-printable-string",
        Critical,
        COUNTRY_NAME,
        |view| {
            has_other_tag(&view.subject, COUNTRY, &[PRINTABLE_STRING])
                .then(|| not_printable("the subject"))
        },
    ),
    Rule::new(
        PAGE,
        "issuer-country-not-printable-string",
        Critical,
        COUNTRY_NAME,
        |view| {
            has_other_tag(&view.issuer, COUNTRY, &[PRINTABLE_STRING])
                .then(|| not_printable("the issuer"))
        },
    ),
    Rule::new(
        PAGE,
        "country-not-two-letters",
        Critical,
        COUNTRY_NAME,
        |view| {
            let is_code =
                |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            let mut codes = view.subject_of(COUNTRY).filter_map(Attribute::text);
            when(
                codes.any(|text| !is_code(&text)),
                "the country is no code of two letters",
            )
        },
    ),
    Rule::new(
        PAGE,
        "country-unknown",
        Critical,
        "Baseline Requirements section 7.1.4.2, ISO 3166-1",
        |view| {
            let mut codes = view.subject_of(COUNTRY).filter_map(Attribute::text);
            let wrong = codes.find(|code| {
                let code = code.to_ascii_uppercase();
                !COUNTRIES.split(' ').any(|known| known == code)
            })?;
            Some(format!(
                "no country has the code {}",
                crate::text::escape(&wrong)
            ))
        },
    )
    .public()
    .of(Of::EndEntity),
    Rule::new(PAGE, "country-lower-case", Warning, "ISO 3166-1", |view| {
        let mut codes = view.subject_of(COUNTRY).filter_map(Attribute::text);
        when(
            codes.any(|text| text != text.to_uppercase()),
            "the country is not in upper case",
        )
    }),
    Rule::new(
        PAGE,
        "string-type",
        Critical,
        "RFC 5280 section 4.1.2.4",
        |view| {
            let wrong = directory_strings(view).find(|one| {
                ![
                    PRINTABLE_STRING,
                    UTF8_STRING,
                    TELETEX_STRING,
                    BMP_STRING,
                    UNIVERSAL_STRING,
                ]
                .contains(&one.tag)
            })?;
            Some(format!(
                "{} is of a type that no DirectoryString has",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "string-type-old",
        Warning,
        "RFC 5280 section 4.1.2.4",
        |view| {
            let wrong = directory_strings(view)
                .find(|one| [TELETEX_STRING, BMP_STRING, UNIVERSAL_STRING].contains(&one.tag))?;
            Some(format!(
                "{} is neither a PrintableString nor a UTF8String",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "string-type-public",
        Critical,
        "Baseline Requirements section 7.1.4.2",
        |view| {
            let mut fixed = [
                (COUNTRY, PRINTABLE_STRING),
                (SERIAL_NUMBER, PRINTABLE_STRING),
                (JURISDICTION_COUNTRY, PRINTABLE_STRING),
            ]
            .iter();
            let is_wrong = fixed.any(|(oid, tag)| has_other_tag(&view.subject, oid, &[*tag]))
                || DIRECTORY
                    .iter()
                    .chain(&PUBLIC_DIRECTORY)
                    .any(|oid| has_other_tag(&view.subject, oid, &[PRINTABLE_STRING, UTF8_STRING]))
                || has_other_tag(&view.subject, DOMAIN_COMPONENT, &[IA5_STRING]);
            when(
                is_wrong,
                "an attribute of the subject has another string type than is prescribed",
            )
        },
    )
    .public()
    .of(Of::EndEntity)
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "printable-string-characters",
        Critical,
        "X.680 section 41.4",
        |view| {
            let is_allowed =
                |octet: &u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(octet);
            let wrong = view
                .subject
                .iter()
                .find(|one| one.tag == PRINTABLE_STRING && !one.value.iter().all(is_allowed))?;
            Some(format!(
                "{} has characters that a PrintableString cannot have",
                name(wrong)
            ))
        },
    ),
    Rule::new(
        PAGE,
        "subject-control-characters",
        Critical,
        "RFC 5280 section 4.1.2.6, X.520",
        |view| {
            let is_control = |text: String| text.chars().any(char::is_control);
            let wrong = view
                .subject
                .iter()
                .find(|one| one.text().is_some_and(is_control))?;
            Some(format!("{} has control characters", name(wrong)))
        },
    ),
    Rule::new(
        PAGE,
        "subject-leading-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.subject, |text| text.starts_with(char::is_whitespace))
                .map(|one| format!("{one} of the subject begins with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "subject-trailing-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.subject, |text| text.ends_with(char::is_whitespace))
                .map(|one| format!("{one} of the subject ends with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "issuer-leading-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.issuer, |text| text.starts_with(char::is_whitespace))
                .map(|one| format!("{one} of the issuer begins with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "issuer-trailing-space",
        Warning,
        "X.520 section 6.1",
        |view| {
            edge(&view.issuer, |text| text.ends_with(char::is_whitespace))
                .map(|one| format!("{one} of the issuer ends with a blank"))
        },
    ),
    Rule::new(
        PAGE,
        "subject-several-in-one",
        Note,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            when(
                shares_rdn(&view.subject),
                "a part of the subject has several attributes",
            )
        },
    ),
    Rule::new(
        PAGE,
        "issuer-several-in-one",
        Note,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            when(
                shares_rdn(&view.issuer),
                "a part of the issuer has several attributes",
            )
        },
    ),
    Rule::new(
        PAGE,
        "subject-attribute-twice",
        Critical,
        "Baseline Requirements section 7.1.4.1",
        |view| {
            let mut seen = BTreeSet::new();
            let once = view
                .subject
                .iter()
                .filter(|one| ![DOMAIN_COMPONENT, STREET].contains(&one.oid.as_str()));
            let mut once = once;
            let twice = once.find(|one| !seen.insert(one.oid.as_str()))?;
            Some(format!("{} is there twice", name(twice)))
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::forum(
        PAGE,
        "organizational-unit",
        "Baseline Requirements section 7.1.2.7.2",
        |view| {
            when(
                view.subject_of(ORGANIZATIONAL_UNIT).next().is_some(),
                "the subject has an organizational unit",
            )
        },
    )
    .from(date!(2022 - 09 - 01)),
    Rule::new(PAGE, "subject-says-nothing", Critical, SUBJECT, |view| {
        let is_nothing =
            |text: String| !text.is_empty() && text.chars().all(|letter| " .-".contains(letter));
        let wrong = view
            .subject
            .iter()
            .find(|one| one.text().is_some_and(is_nothing))?;
        Some(format!(
            "{} has nothing but a dot, a hyphen or a blank",
            name(wrong)
        ))
    })
    .public(),
    Rule::new(PAGE, "common-names-several", Warning, SUBJECT, |view| {
        when(
            view.subject_of(COMMON_NAME).count() > 1,
            "the subject has several common names",
        )
    })
    .of(Of::EndEntity),
    Rule::new(
        PAGE,
        "common-name-deprecated",
        Note,
        "Baseline Requirements section 7.1.4.3",
        |view| {
            when(
                view.subject_of(COMMON_NAME).next().is_some(),
                "the subject has a common name, which no browser reads",
            )
        },
    )
    .public()
    .of(Of::Server),
    Rule::new(
        PAGE,
        "email-address-not-in-alt-names",
        Critical,
        "RFC 5280 section 4.1.2.6",
        |view| {
            let addresses: Vec<&str> = view.names(EMAIL).collect();
            let mut emails = view.subject_of(EMAIL_ADDRESS).filter_map(Attribute::text);
            when(
                emails.any(|email| !addresses.contains(&email.as_str())),
                "the e-mail address of the subject is not among the alternative names",
            )
        },
    ),
];

const UNIVERSAL_STRING: u8 = 0x1c;
const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";

/// Attributes that are a DirectoryString (RFC 5280 appendix A.1).
const DIRECTORY: [&str; 9] = [
    COMMON_NAME,
    SURNAME,
    LOCALITY,
    STATE,
    STREET,
    ORGANIZATION,
    ORGANIZATIONAL_UNIT,
    POSTAL_CODE,
    GIVEN_NAME,
];

const JURISDICTION_COUNTRY: &str = "1.3.6.1.4.1.311.60.2.1.3";

/// Further ones in public certificates: businessCategory, organizationIdentifier, locality and state of the jurisdiction.
const PUBLIC_DIRECTORY: [&str; 4] = [
    "2.5.4.15",
    "2.5.4.97",
    "1.3.6.1.4.1.311.60.2.1.1",
    "1.3.6.1.4.1.311.60.2.1.2",
];

fn directory_strings<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Attribute<'a>> {
    let all = view.subject.iter();
    all.filter(|one| DIRECTORY.contains(&one.oid.as_str()))
}

fn name<'v>(attribute: &'v Attribute<'_>) -> &'v str {
    crate::decode::name(&attribute.oid).unwrap_or(&attribute.oid)
}

fn not_printable(of: &str) -> String {
    format!("the country of {of} is no PrintableString")
}

fn too_long(view: &View<'_>, oid: &str, most: usize) -> Option<String> {
    let mut texts = view.subject_of(oid).filter_map(Attribute::text);
    let length = texts.find_map(|text| {
        let length = text.chars().count();
        (length > most).then_some(length)
    })?;
    let name = crate::decode::name(oid).unwrap_or(oid);
    Some(format!(
        "{name} has {length} characters, and {most} are the most"
    ))
}

fn has_other_tag(attributes: &[Attribute<'_>], oid: &str, tags: &[u8]) -> bool {
    let mut named = attributes.iter().filter(|one| one.oid == oid);
    named.any(|one| !tags.contains(&one.tag))
}

fn edge(attributes: &[Attribute<'_>], is_wrong: fn(&str) -> bool) -> Option<String> {
    let wrong = |one: &&Attribute<'_>| one.text().is_some_and(|text| is_wrong(&text));
    let wrong = attributes.iter().find(wrong)?;
    Some(name(wrong).to_owned())
}

fn shares_rdn(attributes: &[Attribute<'_>]) -> bool {
    let mut pairs = attributes.windows(2);
    pairs.any(|pair| matches!(pair, [one, other] if one.rdn == other.rdn))
}

/// ISO 3166-1 alpha-2, and XX, which the Baseline Requirements allow for what has none.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB \
    GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM \
    KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC \
    NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
    YT ZA ZM ZW XX";
