//! Name constraints of intermediates and of roots.

use super::Defect;
use crate::matrix::cells::HOST;
use crate::matrix::der::{name, sequence};
use crate::matrix::extensions::{
    ALT_NAMES, Extension, NAME_CONSTRAINTS, constraints, directory, general_name, host_constraints,
    network,
};
use crate::matrix::pki::{Change, issuing, leaf, root};

/// A leaf for the names, below a CA and below a root with these name constraints.
pub(super) fn defects() -> Vec<Defect> {
    let four = || vec![network("127.0.0.0", "255.0.0.0")];
    let elsewhere = || vec![network("10.0.0.0", "255.0.0.0")];
    let outer = || directory(&sequence(&[&name("")[2..]]));
    let other = || directory(&name("Somebody else"));
    let cases: Vec<(&str, &str, &[&str], Extension)> = vec![
        (
            "permit the host",
            HOST,
            &[HOST],
            host_constraints(&[HOST], &[]),
        ),
        (
            "permit the domain",
            HOST,
            &[HOST],
            host_constraints(&["trustpack.test"], &[]),
        ),
        (
            "permit below the domain",
            HOST,
            &[HOST],
            host_constraints(&[".trustpack.test"], &[]),
        ),
        (
            "permit in upper case",
            HOST,
            &[HOST],
            host_constraints(&["TRUSTPACK.TEST"], &[]),
        ),
        (
            "permit another domain",
            HOST,
            &[HOST],
            host_constraints(&["elsewhere.test"], &[]),
        ),
        (
            "permit half a label",
            HOST,
            &[HOST],
            host_constraints(&["pack.test"], &[]),
        ),
        (
            "permit everything",
            HOST,
            &[HOST],
            host_constraints(&[""], &[]),
        ),
        (
            "exclude the domain",
            HOST,
            &[HOST],
            host_constraints(&[], &["trustpack.test"]),
        ),
        (
            "exclude another domain",
            HOST,
            &[HOST],
            host_constraints(&[], &["elsewhere.test"]),
        ),
        (
            "exclude everything",
            HOST,
            &[HOST],
            host_constraints(&[], &[""]),
        ),
        (
            "permit and exclude",
            HOST,
            &[HOST],
            host_constraints(&["test"], &["trustpack.test"]),
        ),
        (
            "permit one of two names",
            HOST,
            &[HOST, "elsewhere.test"],
            host_constraints(&["trustpack.test"], &[]),
        ),
        (
            "permit the domain of a wildcard",
            HOST,
            &["*.trustpack.test"],
            host_constraints(&["trustpack.test"], &[]),
        ),
        (
            "permit one host of a wildcard",
            HOST,
            &["*.trustpack.test"],
            host_constraints(&[HOST], &[]),
        ),
        (
            "exclude one host of a wildcard",
            HOST,
            &["*.trustpack.test"],
            host_constraints(&[], &["www.trustpack.test"]),
        ),
        (
            "permit the address",
            "127.0.0.1",
            &["127.0.0.1"],
            constraints(&four(), &[]),
        ),
        (
            "permit another address",
            "127.0.0.1",
            &["127.0.0.1"],
            constraints(&elsewhere(), &[]),
        ),
        (
            "exclude the address",
            "127.0.0.1",
            &["127.0.0.1"],
            constraints(&[], &four()),
        ),
        (
            "permit addresses, a host asks",
            HOST,
            &[HOST],
            constraints(&elsewhere(), &[]),
        ),
        (
            "permit hosts, an address asks",
            "127.0.0.1",
            &["127.0.0.1"],
            host_constraints(&["trustpack.test"], &[]),
        ),
        (
            "permit the directory",
            HOST,
            &[HOST],
            constraints(&[outer()], &[]),
        ),
        (
            "permit another directory",
            HOST,
            &[HOST],
            constraints(&[other()], &[]),
        ),
        (
            "exclude the directory",
            HOST,
            &[HOST],
            constraints(&[], &[outer()]),
        ),
        (
            "permit a mail domain",
            HOST,
            &[HOST],
            constraints(&[general_name("@a.test")], &[]),
        ),
        (
            "are empty",
            HOST,
            &[HOST],
            Extension::new(NAME_CONSTRAINTS, true, sequence(&[])),
        ),
    ];
    let mut defects = Vec::new();
    for (what, host, names, extension) in cases {
        let change: Change<'_> = &|draft| draft.set(extension.clone());
        let sound = root("Root", &|_| {});
        let spoilt = root("Root", change);
        for (place, top, middle) in [
            ("intermediate", &sound, issuing("Issuing", &sound, change)),
            ("root", &spoilt, issuing("Issuing", &spoilt, &|_| {})),
        ] {
            let name = format!("constraints of the {place} {what}");
            let end = leaf(names, Some(&middle), &|_| {});
            defects.push(Defect::new(name, &[&end, &middle], top).host(host));
        }
    }
    defects.extend(common_names());
    defects
}

/// Name constraints against a host that only the common name has.
fn common_names() -> Vec<Defect> {
    let cases = [
        ("constraints permit the common name", "trustpack.test"),
        (
            "constraints permit another than the common name",
            "elsewhere.test",
        ),
    ];
    let defect = |(name, domain): (&'static str, &str)| {
        let root = root("Root", &|_| {});
        let middle = issuing("Issuing", &root, &|draft| {
            draft.set(host_constraints(&[domain], &[]));
        });
        let end = leaf(&[HOST], Some(&middle), &|draft| draft.remove(ALT_NAMES));
        Defect::new(name, &[&end, &middle], &root)
    };
    cases.into_iter().map(defect).collect()
}
