//! What OpenSSL and rustls themselves say, wherever this program has an answer.

use crate::matrix::cells::{Cell, GOOD};
use crate::matrix::{openssl, rustls};
use crate::support::judge;

use super::shape::Shape;

/// More certificates would be more calls of `openssl` than anybody waits for.
const MOST_PRESENTED: usize = 20;

/// How the names of shapes begin to which rustls' verifier says yes: the key of a leaf is looked at in the handshake; the
/// dates of an anchor are not even read, whereas this program reads no certificate without dates.
const EXCUSED: [&str; 4] = [
    "leaf: ",
    "a root valid to a year of five digits",
    "a root valid to the 31st of February",
    "a root valid to nonsense",
];

/// One line for each answer that the real client does not give; `answers` are ours, in the letters of [`Shape`].
pub(super) fn disagreements(shapes: Vec<Shape>, answers: &[String]) -> Vec<String> {
    let usual = |(shape, _): &(Shape, &String)| {
        (1..=MOST_PRESENTED).contains(&shape.cell.chain.len()) && shape.cell.at == GOOD
    };
    let asked = shapes.into_iter().zip(answers).filter(usual);
    let (cells, answers): (Vec<Cell>, Vec<&String>) =
        asked.map(|(shape, answers)| (shape.cell, answers)).unzip();
    let mut columns = vec![(4, "rustls", rustls::ask(&cells))];
    if judge("openssl").is_some() {
        let partial = openssl::ask(&cells, &["-partial_chain"]);
        columns.push((2, "openssl", openssl::ask(&cells, &[])));
        columns.push((3, "openssl -partial_chain", partial));
    }
    let mut wrong = Vec::new();
    for (place, judge, theirs) in columns {
        for ((cell, ours), theirs) in cells.iter().zip(&answers).zip(theirs) {
            let ours = &ours[place..=place];
            let excused = judge == "rustls" && EXCUSED.iter().any(|one| cell.name.starts_with(one));
            let agree = ours == "?" || (ours == "y") == theirs.is_ok();
            if !agree && !excused {
                wrong.push(format!("{}: {ours}, {judge}: {theirs:?}", cell.name));
            }
        }
    }
    wrong
}
