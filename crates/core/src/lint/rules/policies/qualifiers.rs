//! What stands beside a policy: the address of a practice statement, and notices to users.

use time::macros::date;

use super::{ANY_POLICY, PAGE, POLICIES};
use crate::cert::asn1::{self, Element, Reader};
use crate::lint::Rule;
use crate::lint::rules::when;
use crate::lint::view::{
    BMP_STRING, CERTIFICATE_POLICIES, IA5_STRING, UTF8_STRING, VISIBLE_STRING, View,
};
use crate::report::Severity::{Critical, Warning};

const CPS: &str = "1.3.6.1.5.5.7.2.1";
const USER_NOTICE: &str = "1.3.6.1.5.5.7.2.2";

pub(in crate::lint::rules) const RULES: &[Rule] = &[
    Rule::new(PAGE, "policies-any-qualifier", Critical, POLICIES, |view| {
        let is_wrong = qualifiers(view).any(|(policy, qualifier)| {
            policy == ANY_POLICY
                && !matches!(qualifier_id(&qualifier).as_deref(), Some(CPS | USER_NOTICE))
        });
        when(
            is_wrong,
            "anyPolicy has a qualifier other than a CPS or a user notice",
        )
    }),
    Rule::new(
        PAGE,
        "policies-qualifier",
        Critical,
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            let is_wrong = qualifiers(view)
                .any(|(_, qualifier)| qualifier_id(&qualifier).as_deref() != Some(CPS));
            when(is_wrong, "a policy has a qualifier other than a CPS")
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "policies-cps-form",
        Critical,
        "Baseline Requirements section 7.1.2.7.9",
        |view| {
            let is_wrong = qualifiers(view).any(|(_, qualifier)| {
                qualifier_id(&qualifier).as_deref() == Some(CPS)
                    && !qualifier_text(&qualifier).is_some_and(|text| {
                        text.starts_with(b"http://") || text.starts_with(b"https://")
                    })
            });
            when(is_wrong, "the CPS of a policy is no http or https URL")
        },
    )
    .public()
    .from(date!(2023 - 09 - 15)),
    Rule::new(
        PAGE,
        "policies-notice-reference",
        Warning,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| part.tag == asn1::SEQUENCE);
            when(
                is_wrong,
                "a user notice has a reference, which nobody can follow",
            )
        },
    ),
    Rule::new(
        PAGE,
        "policies-notice-too-long",
        Critical,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| match part.tag {
                BMP_STRING => part.value.len() > 400,
                UTF8_STRING | VISIBLE_STRING | IA5_STRING => {
                    String::from_utf8_lossy(part.value).chars().count() > 200
                }
                _ => false,
            });
            when(
                is_wrong,
                "the text of a user notice has more than 200 characters",
            )
        },
    )
    .from(date!(2013 - 01 - 01)),
    Rule::new(PAGE, "policies-notice-ia5", Critical, POLICIES, |view| {
        let is_wrong = notices(view).any(|part| part.tag == IA5_STRING);
        when(is_wrong, "the text of a user notice is an IA5String")
    })
    .from(date!(2013 - 01 - 01)),
    Rule::new(
        PAGE,
        "policies-notice-not-utf8",
        Warning,
        POLICIES,
        |view| {
            let is_wrong =
                notices(view).any(|part| matches!(part.tag, BMP_STRING | VISIBLE_STRING));
            when(is_wrong, "the text of a user notice is no UTF8String")
        },
    )
    .from(date!(2013 - 01 - 01)),
    Rule::new(
        PAGE,
        "policies-notice-controls",
        Warning,
        POLICIES,
        |view| {
            let is_wrong = notices(view).any(|part| {
                part.tag == UTF8_STRING
                    && String::from_utf8_lossy(part.value)
                        .chars()
                        .any(char::is_control)
            });
            when(is_wrong, "the text of a user notice has control characters")
        },
    )
    .from(date!(2013 - 01 - 01)),
];

/// Each qualifier with the policy that it belongs to.
fn qualifiers<'a>(view: &View<'a>) -> impl Iterator<Item = (String, Element<'a>)> + use<'a> {
    let policies = view.elements(CERTIFICATE_POLICIES).into_iter();
    policies.flat_map(|policy| {
        let mut fields = Reader::new(policy.value);
        let oid = fields.expect_tag(asn1::OBJECT_IDENTIFIER);
        let oid = oid
            .and_then(|oid| asn1::dotted_oid(oid.value))
            .unwrap_or_default();
        let list = fields
            .expect_tag(asn1::SEQUENCE)
            .map(|list| Reader::new(list.value));
        let each = list.into_iter().flatten();
        each.map(|qualifier| (oid.clone(), qualifier))
            .collect::<Vec<_>>()
    })
}

fn qualifier_id(qualifier: &Element<'_>) -> Option<String> {
    let oid = Reader::new(qualifier.value).expect_tag(asn1::OBJECT_IDENTIFIER)?;
    asn1::dotted_oid(oid.value)
}

fn qualifier_text<'a>(qualifier: &Element<'a>) -> Option<&'a [u8]> {
    Reader::new(qualifier.value).nth(1).map(|text| text.value)
}

/// The parts of user notices: a reference is a sequence, a text a string.
fn notices<'a>(view: &View<'a>) -> impl Iterator<Item = Element<'a>> + use<'a> {
    let notices =
        qualifiers(view).filter(|(_, one)| qualifier_id(one).as_deref() == Some(USER_NOTICE));
    notices.flat_map(|(_, qualifier)| {
        let notice = Reader::new(qualifier.value).nth(1);
        notice
            .map(|notice| Reader::new(notice.value))
            .into_iter()
            .flatten()
    })
}
