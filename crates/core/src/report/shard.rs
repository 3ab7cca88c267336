//! One part of a check that several runs share.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which of how many runs this one is, counted from 0 as the indexed jobs of Kubernetes are.
///
/// As text `3/8`, the fourth of eight; as JSON `{ "index": 3, "count": 8 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Shard {
    index: u32,
    count: u32,
}

/// No run of those that share a check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not two numbers.
    #[error("{text:?} is not written INDEX/COUNT, such as 0/8")]
    NoShard {
        /// What was written.
        text: String,
    },
    /// The index is not below the count.
    #[error("there is no shard {index} of {count}: they are counted from 0")]
    OutOfRange {
        /// Which one.
        index: u32,
        /// Of how many.
        count: u32,
    },
}

impl Shard {
    /// The run with this index of so many.
    ///
    /// # Errors
    /// When the index is not below the count.
    pub fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        match index < count {
            true => Ok(Self { index, count }),
            false => Err(ShardError::OutOfRange { index, count }),
        }
    }

    /// From 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether what has this name is checked by this run. It is by exactly one of them, whatever else is checked and in
    /// which order: the digest of the name decides (SHA-256, first eight octets, modulo the count).
    pub fn holds(self, name: impl AsRef<[u8]>) -> bool {
        let digest: [u8; 32] = Sha256::digest(name.as_ref()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        number % u64::from(self.count) == u64::from(self.index)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(index, count)| Some((number(index)?, number(count)?)));
        let Some((index, count)) = numbers else {
            return Err(ShardError::NoShard {
                text: text.to_owned(),
            });
        };
        Self::new(index, count)
    }
}

/// Digits only: `+1` is no number that anybody writes here.
fn number(text: &str) -> Option<u32> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// As it is read.
#[derive(Deserialize)]
struct Fields {
    index: u32,
    count: u32,
}

impl TryFrom<Fields> for Shard {
    type Error = ShardError;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        Self::new(fields.index, fields.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_exactly_one_and_none_is_idle() {
        for count in [1, 2, 3, 8] {
            let shards: Vec<Shard> = (0..count)
                .map(|index| Shard::new(index, count).unwrap())
                .collect();
            let mut held = vec![0; shards.len()];
            for name in (0..1000).map(|number| format!("host-{number}:443")) {
                let holders = shards.iter().filter(|shard| shard.holds(&name));
                let holders: Vec<u32> = holders.map(|shard| shard.index()).collect();
                assert_eq!(holders.len(), 1, "{name}");
                held[holders[0] as usize] += 1;
            }
            let fair = 1000 / shards.len();
            assert!(held.iter().all(|held| *held > fair / 2), "{held:?}");
        }
    }

    #[test]
    fn where_a_name_belongs_does_not_change_between_versions() {
        // the runs of one job may be of different versions while it is rolled out
        let shard = |name: &str| (0..8).find(|index| Shard::new(*index, 8).unwrap().holds(name));
        assert_eq!(shard("https://example.org"), Some(0));
        assert_eq!(shard(""), Some(4));
    }

    #[test]
    fn texts() {
        assert_eq!("3/8".parse::<Shard>().unwrap().to_string(), "3/8");
        let error = |text: &str| text.parse::<Shard>().unwrap_err().to_string();
        assert_eq!(
            error("8/8"),
            "there is no shard 8 of 8: they are counted from 0"
        );
        assert_eq!(
            error("0/0"),
            "there is no shard 0 of 0: they are counted from 0"
        );
        for text in [
            "",
            "/",
            "1",
            "1/",
            "/2",
            "-1/2",
            "+1/2",
            "1/2/3",
            "1/4294967296",
        ] {
            assert_eq!(
                error(text),
                format!("{text:?} is not written INDEX/COUNT, such as 0/8")
            );
        }
        assert!(serde_json::from_str::<Shard>(r#"{"index":2,"count":2}"#).is_err());
    }
}
