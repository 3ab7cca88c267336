use super::*;
use proptest::prelude::*;

#[test]
fn explicit_forms() {
    let days = Duration::days;
    let cases = [
        ("30d", Threshold::Time(days(30))),
        ("72h", Threshold::Time(days(3))),
        ("33%", Threshold::Percent(33)),
        ("30d,33%", Threshold::Lower(days(30), 33)),
        ("33% , 30d", Threshold::Lower(days(30), 33)),
        ("0d", Threshold::Time(days(0))),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for text in [
        "",
        "30",
        "d",
        "30d,7d",
        "101%",
        "-3d",
        "30 d",
        "3w",
        "99999999999d",
        "30d,",
        "٣d",
    ] {
        assert!(text.parse::<Threshold>().is_err(), "{text}");
    }
}

#[test]
fn the_lower_of_both_wins() {
    let both: Threshold = "30d,33%".parse().unwrap();
    assert_eq!(both.below(Duration::days(398)), Some(Duration::days(30)));
    assert_eq!(both.below(Duration::days(100)), Some(Duration::days(30)));
    assert_eq!(both.below(Duration::days(50)), Some(Duration::hours(396)));
}

#[test]
fn ranges_are_those_of_monitoring_plugins() {
    // range, days left, whether it is passed: the table of the guidelines
    for (text, passed, not_passed) in [
        ("10:", &[9.9, -1.0][..], &[10.0, 500.0][..]),
        ("~:10", &[10.1][..], &[10.0, -5.0][..]),
        ("10:20", &[9.0, 21.0][..], &[10.0, 20.0][..]),
        ("@10:20", &[10.0, 20.0][..], &[9.0, 21.0][..]),
        ("@20", &[0.0, 20.0][..], &[-1.0, 21.0][..]),
        ("0.5:", &[0.4][..], &[0.5][..]),
    ] {
        let threshold: Threshold = text.parse().unwrap();
        let is_passed = |days: &f64| {
            threshold.is_passed(Duration::days(90), Duration::seconds_f64(days * 86_400.0))
        };
        assert!(passed.iter().all(is_passed), "{text}");
        assert!(!not_passed.iter().any(is_passed), "{text}");
        assert_eq!(threshold.to_string().parse(), Ok(threshold), "{text}");
    }
    for text in ["10:x", "20:10", "@", "~:~", "nan:", "1e99:"] {
        assert!(text.parse::<Threshold>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_threshold_or_an_error(text in any::<String>(), seconds in any::<i64>()) {
        if let Ok(threshold) = text.parse::<Threshold>() {
            let _ = threshold.below(Duration::seconds(seconds));
        }
    }

    #[test]
    fn display_parses_back(hours in 0_u32.., percent in 0_u8..=100) {
        let time = Duration::hours(hours.into());
        for threshold in [Threshold::Lower(time, percent), Threshold::Percent(percent), Threshold::Time(time)] {
            prop_assert_eq!(threshold.to_string().parse(), Ok(threshold));
        }
    }
}
