//! Countries: the code, and how it is written.

use super::{PAGE, has_other_tag};
use crate::lint::rules::when;
use crate::lint::view::{Attribute, COUNTRY, PRINTABLE_STRING};
use crate::lint::{Of, Rule};
use crate::report::Severity::{Critical, Warning};
use crate::text::escape;

const COUNTRY_NAME: &str = "RFC 5280 appendix A.1 (X520countryName)";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
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
            Some(format!("no country has the code {}", escape(&wrong)))
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
];

fn not_printable(of: &str) -> String {
    format!("the country of {of} is no PrintableString")
}

/// ISO 3166-1 alpha-2, and XX, which the Baseline Requirements allow for what has none.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB \
    GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM \
    KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC \
    NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
    YT ZA ZM ZW XX";
