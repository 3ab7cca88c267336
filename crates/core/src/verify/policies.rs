//! Certificate policies (RFC 5280 section 6.1) as `PolicyChecker` of the JDK checks them by default: any policy will do,
//! mappings and anyPolicy are allowed, qualifiers in a critical extension are not.
//!
//! Java keeps a tree. Only whether it is empty decides, and nodes of one depth with one policy have the same future, so the
//! nodes of the last depth are enough (RFC 9618 section 3); a tree grows exponentially with hostile mappings.

use std::collections::{BTreeMap, BTreeSet};

use crate::Certificate;
use crate::cert::PolicyExtensions;
use crate::cert::asn1::{self, Element, Reader};

use super::pkix::is_self_issued;

/// What is known of policies between one certificate and the next, from the anchor down.
pub(super) struct Policies<'a> {
    /// `None`: the tree is empty.
    nodes: Option<Nodes<'a>>,
    /// In how many certificates more it may be empty, mappings count, anyPolicy counts.
    explicit_policy: usize,
    policy_mapping: usize,
    inhibit_any_policy: usize,
}

/// Valid policy → expected policies; both the contents of an OBJECT IDENTIFIER.
type Nodes<'a> = BTreeMap<&'a [u8], BTreeSet<&'a [u8]>>;

impl<'a> Policies<'a> {
    /// `PolicyChecker.init`; `None` when no certificate of the path demands anything, as nearly always.
    pub(super) fn of(path: &[Certificate]) -> Option<Self> {
        let demands = |certificate: &Certificate| {
            let policies = &certificate.extensions().policies;
            policies.constraints.is_some()
                || policies.mappings.is_some()
                || is_critical(certificate)
        };
        path.iter().any(demands).then(|| Self {
            nodes: Some(BTreeMap::from([(ANY, BTreeSet::from([ANY]))])),
            explicit_policy: path.len() + 1,
            policy_mapping: path.len() + 1,
            inhibit_any_policy: path.len() + 1,
        })
    }

    /// `PolicyChecker.checkPolicy`; the error is in Java's words.
    pub(super) fn check(
        &mut self,
        certificate: &'a Certificate,
        is_end_entity: bool,
    ) -> Result<(), &'static str> {
        let found = &certificate.extensions().policies;
        let self_issued = is_self_issued(certificate);
        self.nodes = match (self.nodes.take(), &found.listed) {
            (Some(above), Some(listed)) => {
                let takes_any = self.inhibit_any_policy > 0 || (!is_end_entity && self_issued);
                next_depth(&above, listed, is_critical(certificate), takes_any)?
            }
            _ => None,
        };
        if !is_end_entity {
            self.map(found)?;
        }
        let (required, inhibited) = constraints(found);
        if is_end_entity {
            // steps (a) and (b) of the wrap-up (section 6.1.5)
            self.explicit_policy = less(self.explicit_policy, self_issued);
            if required == Some(0) {
                self.explicit_policy = 0;
            }
        }
        if self.explicit_policy == 0 && self.nodes.is_none() {
            return Err("non-null policy tree required and policy tree is null");
        }
        // steps (h) to (j) of the preparation for the next (section 6.1.4)
        let lower = |counter, limit: Option<usize>| {
            let counter = less(counter, self_issued);
            limit.map_or(counter, |limit| limit.min(counter))
        };
        self.explicit_policy = lower(self.explicit_policy, required);
        self.policy_mapping = lower(self.policy_mapping, inhibited);
        self.inhibit_any_policy = lower(self.inhibit_any_policy, inhibit_any(found));
        Ok(())
    }

    /// `PolicyChecker.processPolicyMappings`, steps (a) and (b) of section 6.1.4.
    fn map(&mut self, found: &'a PolicyExtensions) -> Result<(), &'static str> {
        let Some(mappings) = &found.mappings else {
            return Ok(());
        };
        let Some(mut nodes) = self.nodes.take() else {
            return Ok(());
        };
        // no mapping is of anyPolicy, so this stays
        let has_any = nodes.contains_key(ANY);
        let mut mapped = BTreeSet::new();
        for (issuers, subjects) in pairs(mappings) {
            if issuers == ANY {
                return Err("encountered an issuerDomainPolicy of ANY_POLICY");
            }
            if subjects == ANY {
                return Err("encountered a subjectDomainPolicy of ANY_POLICY");
            }
            match nodes.get_mut(issuers) {
                Some(_) if self.policy_mapping == 0 => {
                    nodes.remove(issuers);
                }
                Some(expected) => {
                    // the first one takes the place of the policy itself
                    if mapped.insert(issuers) {
                        expected.clear();
                    }
                    expected.insert(subjects);
                }
                None if self.policy_mapping > 0 && has_any => {
                    mapped.insert(issuers);
                    nodes.insert(issuers, BTreeSet::from([subjects]));
                }
                None => {}
            }
        }
        self.nodes = (!nodes.is_empty()).then_some(nodes);
        Ok(())
    }
}

/// `PolicyChecker.processPolicies`, step (d) of section 6.1.3.
fn next_depth<'a>(
    above: &Nodes<'a>,
    listed: &'a [u8],
    is_critical: bool,
    takes_any: bool,
) -> Result<Option<Nodes<'a>>, &'static str> {
    let expected: BTreeSet<&[u8]> = above.values().flatten().copied().collect();
    let mut nodes = Nodes::new();
    let mut lists_any = false;
    for (policy, has_qualifiers) in policies(listed) {
        if policy == ANY {
            lists_any = true;
            continue;
        }
        if is_critical && has_qualifiers {
            return Err("critical policy qualifiers present in certificate");
        }
        if expected.contains(policy) || expected.contains(ANY) {
            nodes.insert(policy, BTreeSet::from([policy]));
        }
    }
    if lists_any && takes_any {
        for policy in expected {
            nodes
                .entry(policy)
                .or_insert_with(|| BTreeSet::from([policy]));
        }
    }
    Ok((!nodes.is_empty()).then_some(nodes))
}

fn less(counter: usize, self_issued: bool) -> usize {
    counter.saturating_sub(usize::from(!self_issued))
}

fn is_critical(certificate: &Certificate) -> bool {
    let critical = &certificate.extensions().critical;
    critical.iter().any(|oid| oid == "2.5.29.32")
}

/// `SEQUENCE OF SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE OPTIONAL }`
fn policies(listed: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let list = Reader::inside(listed, asn1::SEQUENCE);
    list.into_iter().flatten().filter_map(|information| {
        let mut fields = Reader::new(information.value);
        let policy = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
        Some((policy, !fields.is_empty()))
    })
}

/// `SEQUENCE OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`
fn pairs(mappings: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let list = Reader::inside(mappings, asn1::SEQUENCE);
    list.into_iter().flatten().filter_map(|mapping| {
        let mut fields = Reader::new(mapping.value);
        let issuers = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
        let subjects = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?.value;
        Some((issuers, subjects))
    })
}

/// `SEQUENCE { requireExplicitPolicy [0] INTEGER OPTIONAL, inhibitPolicyMapping [1] INTEGER OPTIONAL }`
fn constraints(found: &PolicyExtensions) -> (Option<usize>, Option<usize>) {
    let value = found.constraints.as_deref().unwrap_or_default();
    let field = |tag| {
        let mut fields = Reader::inside(value, asn1::SEQUENCE)?;
        fields.find(|field| field.tag == tag).and_then(number)
    };
    (field(0x80), field(0x81))
}

fn inhibit_any(found: &PolicyExtensions) -> Option<usize> {
    let value = found.inhibit_any.as_deref()?;
    Reader::new(value)
        .expect_tag(asn1::INTEGER)
        .and_then(number)
}

/// "SkipCerts ::= INTEGER (0..MAX)"; none is negative, and the longest path is far below the rest.
fn number(element: Element<'_>) -> Option<usize> {
    match asn1::shortest_integer(element.value) {
        [first, ..] if first & 0x80 != 0 => None,
        [one] => Some(usize::from(*one)),
        [] => None,
        _ => Some(usize::MAX),
    }
}

/// anyPolicy, 2.5.29.32.0.
const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0];
