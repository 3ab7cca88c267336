//! Dates of certificates and of the bundle itself, and the same bytes for the same ones.

use std::io::{Cursor, Read as _};

use super::*;

#[test]
fn dates_are_judged_by_the_policy() {
    let authority = Authority::new("Private");
    let mut case = telegram(authority.chain("192.0.2.10"), &[&authority]);
    // The test leaf ends 2027-02-01.
    case.options.at = datetime!(2027-01-20 00:00 UTC);
    let packed = case.pack().unwrap();
    assert_eq!(found(&packed, "CERT-EXPIRING"), [Warning]);
    assert_eq!(packed.report.subjects[2].findings, packed.findings);
    assert_eq!(packed.report.subjects[2].subject, "192.0.2.10:28090");
    case.options
        .thresholds
        .warn
        .set(None, Some("3d".parse().unwrap()));
    assert_eq!(case.pack().unwrap().findings, []);
}

#[test]
fn equal_inputs_and_epoch_give_an_equal_zip() {
    let (first, second) = (Authority::new("First"), Authority::new("Second"));
    let telegram_chain = first.chain("192.0.2.10");
    let mut case = infobip(&first, &second);
    let mut other = telegram(telegram_chain, &[&first]);
    let epoch = datetime!(2026-11-20 10:11:13 UTC);
    let mut zips = Vec::new();
    for seconds in [0, 1, 86_400] {
        for case in [&mut case, &mut other] {
            case.options.at = NOW + time::Duration::seconds(seconds);
            case.options.source_date_epoch = Some(epoch);
        }
        case.hosts.reverse();
        let mut channels = vec![case.pack().unwrap(), other.pack().unwrap()];
        if seconds == 1 {
            channels.reverse();
        }
        zips.push(bundle_at(channels, epoch).unwrap().to_zip().unwrap());
    }
    assert!(zips.windows(2).all(|pair| pair[0] == pair[1]));

    let mut archive = zip::ZipArchive::new(Cursor::new(&zips[0])).unwrap();
    let mut names = Vec::new();
    let mut contents = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        assert_eq!(file.unix_mode(), Some(0o100_644));
        assert_eq!(
            file.last_modified().unwrap().to_string(),
            "2026-11-20 10:11:12"
        );
        names.push(file.name().unwrap().into_owned());
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        contents.push(bytes);
    }
    assert!(names.is_sorted());
    assert_eq!(names[0], "MANIFEST.json");
    let manifest: serde_json::Value = serde_json::from_slice(&contents[0]).unwrap();
    assert_eq!(manifest["created"], "2026-11-20T10:11:13Z");
    assert_eq!(manifest["channels"][0]["name"], "support_tg");
    assert_eq!(
        manifest["channels"][1]["hosts"][0]["fingerprints"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(manifest["version"], 1);
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), names.len() - 1);
    for (row, (name, bytes)) in listed.iter().zip(names.iter().zip(&contents).skip(1)) {
        assert_eq!(row["path"], *name);
        assert_eq!(row["size"], bytes.len());
        assert_eq!(row["sha256"], store::hex_sha256(bytes));
    }
}

#[test]
fn an_old_epoch_hides_nothing() {
    let authority = Authority::new("Private");
    let mut case = telegram(authority.chain("192.0.2.10"), &[&authority]);
    case.options.at = datetime!(2028-01-01 00:00 UTC);
    case.options.source_date_epoch = Some(NOW);
    let refusal = case.refusal();
    let ids: Vec<_> = refusal.iter().map(|found| &*found.id).collect();
    assert!(ids.contains(&"CERT-NOT-COVERED"), "{ids:?}");
    // Files that would carry a refusal are not made either.
    case.options.at = NOW;
    case.options.source_date_epoch = Some(datetime!(1990-01-01 00:00 UTC));
    let findings = case.refusal();
    let found = findings.iter().find(|found| found.id == "CERT-NOT-COVERED");
    let hint = found.unwrap().hint.as_deref().unwrap();
    assert!(hint.contains("SOURCE_DATE_EPOCH"), "{hint}");
}

#[test]
fn times_outside_of_dos_are_clamped() {
    for (time, shown) in [
        (datetime!(1970-01-01 00:00 UTC), "1980-01-01 00:00:00"),
        (datetime!(2200-01-01 00:00 UTC), "2107-12-31 23:59:58"),
    ] {
        let bundle = bundle_at(Vec::new(), time).unwrap();
        let zip = bundle.to_zip().unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        assert_eq!(
            archive
                .by_index(0)
                .unwrap()
                .last_modified()
                .unwrap()
                .to_string(),
            shown
        );
    }
}
