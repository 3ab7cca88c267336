//! Whether reports belong together, and nothing of them is missing.

use std::collections::BTreeMap;

use anyhow::Result;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::report::End;

use crate::hint::Hinted;

/// What of a check that was shared out is not there; `None` when all of it is.
///
/// # Errors
/// When reports are of different checks, or one is there twice: no counting would be right.
pub(super) fn missing(ends: &[(String, End)]) -> Result<Option<String>> {
    let mut shards: BTreeMap<u32, &str> = BTreeMap::new();
    let mut first = None;
    for (name, end) in ends {
        let count = end.shard.map(|shard| shard.count());
        let (first_name, first_count) = *first.get_or_insert((name, count));
        if count != first_count {
            let is = |count: Option<u32>| match count {
                Some(count) => format!("one of {count} shards"),
                None => "no shard".to_owned(),
            };
            let (one, other) = (is(first_count), is(count));
            let message = format!("{first_name} is {one} and {name} is {other}");
            return Err(Hinted::new(message, "name the reports of one check only").into());
        }
        let Some(shard) = end.shard else { continue };
        if let Some(earlier) = shards.insert(shard.index(), name) {
            let message = format!("shard {shard} is there twice: {earlier} and {name}");
            return Err(Hinted::new(message, "name each report once").into());
        }
    }
    let Some((_, Some(count))) = first else {
        return Ok(None);
    };
    Ok(gaps(&shards, count))
}

/// Numbers in a row are told as one; there may be billions.
fn gaps(shards: &BTreeMap<u32, &str>, count: u32) -> Option<String> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for index in shards.keys().copied().chain([count]) {
        match index - next {
            0 => {}
            1 => gaps.push(next.to_string()),
            _ => gaps.push(format!("{next} to {}", index - 1)),
        }
        next = index.saturating_add(1);
    }
    let one = gaps.len() == 1 && !gaps.iter().any(|gap| gap.contains(' '));
    let (noun, verb) = if one {
        ("shard", "is")
    } else {
        ("shards", "are")
    };
    (!gaps.is_empty()).then(|| format!("{noun} {} of {count} {verb} missing", gaps.join(", ")))
}

/// When the reports were made.
pub(super) struct Moments {
    pub oldest: OffsetDateTime,
    pub newest: OffsetDateTime,
}

/// The first and the last of them.
///
/// # Errors
/// When no report came to its end, where its time stands.
pub(super) fn moments(ends: &[(String, End)]) -> Result<Moments> {
    let all = || ends.iter().map(|(_, end)| end.at);
    match (all().min(), all().max()) {
        (Some(oldest), Some(newest)) => Ok(Moments { oldest, newest }),
        _ => {
            let hint = "its time stands at the end of a report; name at least one that is whole";
            Err(Hinted::new("no report says when it was made", hint).into())
        }
    }
}

impl Moments {
    /// That they are not of one time.
    pub(super) fn note(&self) -> Option<String> {
        let text = |moment: OffsetDateTime| {
            let text = moment.format(&Rfc3339);
            text.unwrap_or_else(|_| moment.unix_timestamp().to_string())
        };
        (self.oldest != self.newest).then(|| {
            format!(
                "note: the reports are of {} to {}; the newest counts",
                text(self.oldest),
                text(self.newest)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use trustpack_core::report::{Shard, Summary};

    use super::*;

    fn told(shards: &[Option<(u32, u32)>]) -> String {
        let ends: Vec<(String, End)> = shards
            .iter()
            .enumerate()
            .map(|(place, shard)| {
                let end = End {
                    at: OffsetDateTime::UNIX_EPOCH,
                    summary: Summary::default(),
                    shard: shard.map(|(index, count)| Shard::new(index, count).unwrap()),
                };
                (format!("{place}.jsonl"), end)
            })
            .collect();
        match missing(&ends) {
            Ok(gap) => gap.unwrap_or_default(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn what_is_missing_or_there_twice_is_told() {
        assert_eq!(told(&[]), "");
        assert_eq!(told(&[None, None]), "");
        assert_eq!(told(&[Some((1, 2)), Some((0, 2))]), "");
        assert_eq!(told(&[Some((1, 2))]), "shard 0 of 2 is missing");
        assert_eq!(
            told(&[Some((1, 8)), Some((4, 8))]),
            "shards 0, 2 to 3, 5 to 7 of 8 are missing"
        );
        assert_eq!(
            told(&[Some((4294967294, 4294967295))]),
            "shards 0 to 4294967293 of 4294967295 are missing"
        );
        assert_eq!(
            told(&[Some((1, 2)), Some((1, 2))]),
            "error: shard 1/2 is there twice: 0.jsonl and 1.jsonl"
        );
        assert_eq!(
            told(&[Some((1, 2)), Some((1, 3))]),
            "error: 0.jsonl is one of 2 shards and 1.jsonl is one of 3 shards"
        );
        assert_eq!(
            told(&[Some((1, 2)), None]),
            "error: 0.jsonl is one of 2 shards and 1.jsonl is no shard"
        );
    }
}
