//! CAs that the JDK no longer believes for new server certificates, whatever store they are in
//! (`jdk.security.caDistrustPolicies=SYMANTEC_TLS,ENTRUST_TLS,CAMERFIRMA_TLS,CHUNGHWA_TLS`, the default of JDK 25.0.3; older
//! updates of 17 and 21 lack the last).

use time::Date;
use time::macros::date;

use crate::Certificate;

use super::Refusal;

/// `CADistrustPolicy.checkDistrust`: the anchor is listed, and the end entity was issued after the day given for it.
pub(super) fn check(end_entity: &Certificate, anchor: &Certificate) -> Result<(), Refusal> {
    match last_day_of_issue(anchor) {
        Some(last_day) if end_entity.not_before().date() > last_day => Err(Refusal::DistrustedCa {
            certificate: anchor.clone(),
            last_day,
        }),
        _ => Ok(()),
    }
}

/// The last day on which a listed root could issue what the JDK accepts.
pub(crate) fn last_day_of_issue(anchor: &Certificate) -> Option<Date> {
    let fingerprint = anchor.fingerprint().to_string();
    let mut policies = POLICIES.iter();
    let listed = policies.find(|(roots, _)| roots.contains(&fingerprint.as_str()));
    listed.map(|(_, last_day)| *last_day)
}

/// Roots by SHA-256 fingerprint, and the last day on which they could issue.
///
/// Two CAs of Apple below Symantec's roots had until the end of 2019 (`SymantecTLSPolicy.EXEMPT_SUBCAS`); what they
/// issued has long expired, and they are treated like the rest.
const POLICIES: [(&[&str], Date); 4] = [
    (&CAMERFIRMA, date!(2025 - 04 - 15)),
    (&CHUNGHWA, date!(2026 - 03 - 17)),
    (&ENTRUST, date!(2024 - 11 - 11)),
    (&SYMANTEC, date!(2019 - 04 - 16)),
];

/// `CamerfirmaTLSPolicy`
const CAMERFIRMA: [&str; 3] = [
    "063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0",
    "0c258a12a5674aef25f28ba7dcfaeceea348e541e6f5cc4ee63b71b361606ac3",
    "136335439334a7698016a0d324de72284e079d7b5220bb8fbd747816eebebaca",
];

/// `ChunghwaTLSPolicy`; from 2027-04-20 on nothing below it counts, when what it could issue has expired.
const CHUNGHWA: [&str; 1] = ["c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5"];

/// `EntrustTLSPolicy`: Entrust and AffirmTrust
const ENTRUST: [&str; 9] = [
    "02ed0eb28c14da45165c566791700d6451d7fb56f0b2ab1d3b8eb070e56edff5",
    "0376ab1d54c5f9803ce4b2e201a0ee7eef7b57b636e8a93c9b8d4860c96f5fa7",
    "0a81ec5a929777f145904af38d5d509f66b5e2c58fcdb531058b0e17f3f0b41b",
    "43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339",
    "6dc47172e01cbcb0bf62580d895fe2b8ac9ad4f873801e0c10b9c837d21eb177",
    "70a73f7f376b60074248904534b11482d5bf0e698ecc498df52577ebf2e93b9a",
    "73c176434f1bc6d5adf45b0e76e727287c8de57616c1e6e6141a2b2cbc7d8e4c",
    "bd71fdf6da97e4cf62d1647add2581b07d79adf8397eb4ecba9c5e8488821423",
    "db3517d1f6732a2d5ab97c533ec70779ee3270a62fb4ac4238372460e6f01e88",
];

/// `SymantecTLSPolicy`: GeoTrust, thawte and VeriSign
const SYMANTEC: [&str; 16] = [
    "2399561127a57125de8cefea610ddf2fa078b5c8067f4e828290bfb860e84b3c",
    "37d51006c512eaab626421f1ec8c92013fc5f82ae98ee533eb4619b8deb4d06c",
    "3a43e220fe7f3ea9653d1e21742eac2b75c20fd8980305bc502caf8c2d9b41a1",
    "3f9f27d583204b9e09c8a3d2066c4b57d3a2479c3693650880505698105dbce9",
    "4b03f45807ad70f21bfc2cae71c9fde4604c064cf5ffb686bae5dbaad7fdd34c",
    "5edb7ac43b82a06a8761e8d7be4979ebf2611f7dd79bf91c1c6b566a219ed766",
    "69ddd7ea90bb57c93e135dc85ea6fcd5480b603239bdc454fc758b2a26cf7f79",
    "83ce3c1229688a593d485f81973c0f9195431eda37cc5e36430e79c7a888638b",
    "8d722f81a9c113c0791df136a2966db26c950a971db46b4199f4ea54b78bfb9f",
    "9acfab7e43c8d880d06b262a94deeee4b4659989c3d0caf19baf6405e41ab7df",
    "a0459b9f63b22559f5fa5d4c6db3f9f72ff19342033578f073bf1d1b46cbb912",
    "a4310d50af18a6447190372a86afaf8b951ffb431d837f1e5688b45971ed1557",
    "a4b6b3996fc2f306b3fd8681bd63413d8c5009cc4fa329c2ccf0e2fa1b140305",
    "b478b812250df878635c2aa7ec7d155eaa625ee82916e2cd294361886cd1fbd4",
    "eb04cf5eb1f39afa762f2bb120f296cba520c1b97db1589565b81cb9a17b7244",
    "ff856a2d251dcd88d36656f450126798cfabaade40799c722de4d2b5db36a73a",
];

#[cfg(test)]
mod tests {
    use crate::cert::testing::{PAST, root, self_sign, server, server_params};
    use crate::trust::TrustAnchors;

    use super::*;

    #[test]
    fn a_listed_root_counts_for_old_certificates_only() {
        let listed = |anchor: &Certificate| {
            let fingerprint = anchor.fingerprint().to_string();
            POLICIES
                .iter()
                .any(|(roots, _)| roots.contains(&fingerprint.as_str()))
        };
        let roots = TrustAnchors::mozilla();
        // Mozilla takes such roots out some years later than the JDK distrusts them
        let Some(anchor) = roots.certificates().iter().find(|anchor| listed(anchor)) else {
            return;
        };
        let new = server("h.example", &root("Any"));
        assert!(matches!(
            check(&new.certificate, anchor),
            Err(Refusal::DistrustedCa { .. })
        ));
        let mut params = server_params("h.example");
        params.not_before = PAST - time::Duration::days(10_000);
        let old = self_sign(params, crate::cert::testing::new_key());
        assert_eq!(check(&old.certificate, anchor), Ok(()));
    }

    #[test]
    fn fingerprints_are_well_formed() {
        for fingerprint in POLICIES.iter().flat_map(|(roots, _)| roots.iter()) {
            assert_eq!(fingerprint.len(), 64);
            assert!(
                fingerprint
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            );
        }
    }
}
