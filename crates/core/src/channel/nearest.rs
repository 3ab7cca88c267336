//! The known key that a misspelled one most likely means.

/// The candidate with the fewest edits; the first of equals. `None` only without candidates.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // A key longer than this is no typing error, and the work grows with the length.
    let word: Vec<char> = word.chars().take(64).flat_map(char::to_lowercase).collect();
    candidates
        .into_iter()
        .min_by_key(|candidate| distance(&word, candidate))
}

/// Levenshtein distance, one row at a time.
fn distance(word: &[char], candidate: &str) -> usize {
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (line, letter) in candidate.chars().enumerate() {
        let mut diagonal = line;
        row[0] = line + 1;
        for (column, other) in word.iter().enumerate() {
            let replaced = diagonal + usize::from(*other != letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_wins() {
        let keys = ["skill_queue", "ou", "work_time"];
        assert_eq!(nearest("skil_queue", keys), Some("skill_queue"));
        assert_eq!(nearest("OU", keys), Some("ou"));
        assert_eq!(nearest("worktime", keys), Some("work_time"));
        assert_eq!(nearest("x", []), None);
    }
}
