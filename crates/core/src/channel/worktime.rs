//! *Agent Work Time*: "A maximum of four working time segments (from 00:00 to 24:00) can be configured."

/// As both documents say.
pub(super) const MAX_SEGMENTS: usize = 4;

/// Everything wrong with a list of segments `HH:MM-HH:MM`: form, order, overlap, number. Segments are named by place.
pub(super) fn problems(segments: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    if segments.len() > MAX_SEGMENTS {
        problems.push(format!(
            "{} segments, at most {MAX_SEGMENTS} are possible",
            segments.len()
        ));
    }
    let mut read: Vec<(u16, u16, usize)> = Vec::new();
    for (place, text) in (1..).zip(segments) {
        match segment(text) {
            Ok((start, end)) => read.push((start, end, place)),
            Err(why) => problems.push(format!("segment {place}: {why}")),
        }
    }
    read.sort_unstable();
    for pair in read.windows(2) {
        let [(_, end, first), (start, _, second)] = pair else {
            continue;
        };
        if start < end {
            problems.push(format!("segments {first} and {second} overlap"));
        }
    }
    problems
}

/// Minutes of the day, start and end; 24:00 only as the end.
fn segment(text: &str) -> Result<(u16, u16), &'static str> {
    let (start, end) = text
        .split_once('-')
        .ok_or("a segment is written HH:MM-HH:MM")?;
    let start = minutes(start.trim())?;
    let end = minutes(end.trim())?;
    if start >= end {
        return Err("the start must be before the end");
    }
    Ok((start, end))
}

fn minutes(text: &str) -> Result<u16, &'static str> {
    let error = "a time is written HH:MM, from 00:00 to 24:00";
    let (hour, minute) = text.split_once(':').ok_or(error)?;
    let number = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain
            .then(|| digits.parse::<u16>().ok())
            .flatten()
            .ok_or(error)
    };
    match (number(hour)?, number(minute)?) {
        (24, 0) => Ok(24 * 60),
        (hour @ 0..=23, minute @ 0..=59) => Ok(hour * 60 + minute),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(segments: &[&str]) -> Vec<String> {
        let segments: Vec<String> = segments.iter().map(|text| (*text).to_owned()).collect();
        problems(&segments)
    }

    #[test]
    fn good_times_pass() {
        assert!(check(&[]).is_empty());
        assert!(check(&["00:00-24:00"]).is_empty());
        assert!(check(&["13:00-18:00", "09:00-13:00", "18:00 - 20:00", "20:00-23:59"]).is_empty());
    }

    #[test]
    fn bad_times_say_why() {
        for (segments, why) in [
            (&["9:00-10:00"][..], "HH:MM"),
            (&["09:00"], "HH:MM-HH:MM"),
            (&["24:00-24:00"], "before the end"),
            (&["10:00-09:00"], "before the end"),
            (&["00:00-24:01"], "24:00"),
            (&["00:60-02:00"], "24:00"),
            (&["09:00-12:00", "11:00-13:00"], "overlap"),
            (
                &[
                    "00:00-01:00",
                    "01:00-02:00",
                    "02:00-03:00",
                    "03:00-04:00",
                    "04:00-05:00",
                ],
                "at most 4",
            ),
        ] {
            let problems = check(segments).join("; ");
            assert!(problems.contains(why), "{segments:?}: {problems}");
        }
    }
}
