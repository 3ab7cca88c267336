//! What Java, OpenSSL and rustls themselves say, wherever this program has an answer.

use crate::matrix::cells::{Cell, GOOD};
use crate::matrix::servers::Servers;
use crate::matrix::{Answer, java, openssl, rustls};
use crate::support::judge;

use super::shape::Shape;

/// More certificates would be more calls of `openssl` than anybody waits for.
const MOST_PRESENTED: usize = 20;

/// How the names of shapes begin to which these judges say yes. rustls looks at the key of a leaf in the handshake, which
/// its verifier does not see, and never at the dates of an anchor; Java takes that day for the 2nd of March. This program
/// says that a certificate with such dates is unreadable.
const EXCUSED: [(&str, &str); 6] = [
    ("rustls", "leaf: "),
    ("rustls", "a root valid to a year of five digits"),
    ("rustls", "a root valid to the 31st of February"),
    ("rustls", "a root valid to nonsense"),
    ("java", "a leaf valid to the 31st of February"),
    ("java", "a root valid to the 31st of February"),
];

/// One line for each answer that the real client does not give; `answers` are ours, in the letters of [`Shape`].
pub(super) fn disagreements(shapes: Vec<Shape>, answers: &[String]) -> Vec<String> {
    let usual = |(shape, _): &(Shape, &String)| {
        (1..=MOST_PRESENTED).contains(&shape.cell.chain.len()) && shape.cell.at == GOOD
    };
    let asked = shapes.into_iter().zip(answers).filter(usual);
    let (cells, answers): (Vec<Cell>, Vec<&String>) =
        asked.map(|(shape, answers)| (shape.cell, answers)).unzip();
    let mut columns = vec![(4, "rustls", said(rustls::ask(&cells)))];
    if judge("openssl").is_some() {
        let partial = openssl::ask(&cells, &["-partial_chain"]);
        columns.push((2, "openssl", said(openssl::ask(&cells, &[]))));
        columns.push((3, "openssl -partial_chain", said(partial)));
    }
    columns.extend(java_columns(&cells));
    let mut wrong = Vec::new();
    for (place, judge, theirs) in columns {
        for ((cell, ours), theirs) in cells.iter().zip(&answers).zip(theirs) {
            let Some(theirs) = theirs else { continue };
            let ours = &ours[place..=place];
            let excused = EXCUSED
                .iter()
                .any(|(who, what)| judge.starts_with(who) && cell.name.starts_with(what));
            let agree = ours == "?" || (ours == "y") == theirs.is_ok();
            if !agree && !excused {
                wrong.push(format!("{}: {ours}, {judge}: {theirs:?}", cell.name));
            }
        }
    }
    wrong
}

/// An answer for each cell, where there is one.
type Said = Vec<Option<Answer>>;

fn said(answers: Vec<Answer>) -> Said {
    answers.into_iter().map(Some).collect()
}

/// Java answers in a handshake only: it takes messages of 32 KiB at most (`jdk.tls.maxHandshakeMessageSize`), and a key
/// that the server does not have ends it.
fn java_columns(cells: &[Cell]) -> Vec<(usize, &'static str, Said)> {
    let Some(installed) = java::installed() else {
        return Vec::new();
    };
    let is_asked = |cell: &&Cell| {
        let length: usize = cell.chain.iter().map(|der| der.len()).sum();
        length < 32_000 && !cell.name.starts_with("leaf: ")
    };
    let asked: Vec<Cell> = cells.iter().filter(is_asked).cloned().collect();
    let servers = Servers::start(&asked);
    let ask = |program| -> Said {
        let mut answers = java::ask(program, &asked, &servers).into_iter();
        let mut answer = |cell: &&Cell| is_asked(cell).then(|| answers.next()).flatten();
        cells.iter().map(|cell| answer(&cell)).collect()
    };
    let mut columns = vec![(0, "java", ask(installed))];
    columns.extend(java::newer().map(|newer| (1, "java 21", ask(newer))));
    columns
}
