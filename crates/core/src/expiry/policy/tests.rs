use proptest::prelude::*;

use super::*;

#[test]
fn auto_by_lifetime() {
    let table: String = [398, 200, 100, 90, 64, 47, 45]
        .map(Duration::days)
        .into_iter()
        .chain([Duration::hours(160)])
        .map(|lifetime| {
            let limits = Thresholds::default().limits(Role::EndEntity, lifetime);
            let hours = |time: Duration| time.as_seconds_f64() / 3600.0;
            format!(
                "{:6.0} h: warning below {:6.2} h, critical below {:6.2} h\n",
                hours(lifetime),
                hours(limits.warning.unwrap()),
                hours(limits.critical.unwrap())
            )
        })
        .collect();
    insta::assert_snapshot!(table, @r#"
        9552 h: warning below 720.00 h, critical below 168.00 h
        4800 h: warning below 720.00 h, critical below 168.00 h
        2400 h: warning below 600.00 h, critical below 168.00 h
        2160 h: warning below 540.00 h, critical below 168.00 h
        1536 h: warning below 384.00 h, critical below 168.00 h
        1128 h: warning below 282.00 h, critical below 141.00 h
        1080 h: warning below 270.00 h, critical below 135.00 h
         160 h: warning below  53.33 h, critical below  26.67 h
        "#);
}

#[test]
fn explicit_replaces_auto_for_all_roles() {
    let mut thresholds = Thresholds::default();
    thresholds.warn.set(None, Some("3d".parse().unwrap()));
    for role in [Role::EndEntity, Role::Intermediate, Role::Anchor] {
        let limits = thresholds.limits(role, Duration::days(398));
        assert_eq!(limits.warning, Some(Duration::days(3)));
        assert_eq!(limits.critical, Some(Duration::days(3)));
    }
}

#[test]
fn roles_have_their_own_thresholds() {
    let mut thresholds = Thresholds::default();
    for text in ["30d", "anchor=200d", "end-entity=@0:3"] {
        let one: RoleThreshold = text.parse().unwrap();
        thresholds.warn.set(one.role, one.threshold);
    }
    let severity =
        |role, left| thresholds.severity(role, Duration::days(398), Duration::days(left));
    assert_eq!(severity(Role::Anchor, 199), Some(Severity::Warning));
    assert_eq!(severity(Role::Anchor, 29), Some(Severity::Critical));
    assert_eq!(severity(Role::Intermediate, 31), None);
    assert_eq!(severity(Role::EndEntity, 4), None);
    assert_eq!(severity(Role::EndEntity, 2), Some(Severity::Critical));
    assert!("leaf=3d".parse::<RoleThreshold>().is_err());
    // what is said of one role counts more, also when it is `auto`
    let auto: RoleThreshold = "anchor=auto".parse().unwrap();
    thresholds.warn.set(auto.role, auto.threshold);
    let anchor =
        |left| thresholds.severity(Role::Anchor, Duration::days(398), Duration::days(left));
    assert_eq!(anchor(100), None);
    assert_eq!(anchor(89), Some(Severity::Warning));
}

proptest! {
    #[test]
    fn a_renewal_on_time_never_warns(seconds in 1_i64..100 * 366 * 86_400) {
        let lifetime = Duration::seconds(seconds);
        let left = if lifetime <= Duration::days(10) { lifetime / 2 } else { lifetime / 3 };
        let thresholds = Thresholds::default();
        let limits = thresholds.limits(Role::EndEntity, lifetime);
        prop_assert!(limits.warning >= limits.critical);
        prop_assert_eq!(thresholds.severity(Role::EndEntity, lifetime, left), None);
    }
}
