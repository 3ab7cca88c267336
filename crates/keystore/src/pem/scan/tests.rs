use proptest::prelude::*;

use super::*;

fn summary(text: &str) -> Vec<String> {
    Scanner::after(text.as_bytes(), 0)
        .map(|item| match item {
            Item::Block(block) => {
                let Lines { first, last } = block.lines;
                let bytes = String::from_utf8_lossy(&block.body.bytes).into_owned();
                format!(
                    "{first}-{last} {} {bytes} {:?}",
                    block.label, block.oddities
                )
            }
            Item::Broken { lines, label, why } => {
                format!("{}-{} {label} broken: {why}", lines.first, lines.last)
            }
            Item::Remark { line, message } => format!("{line} {message}"),
        })
        .collect()
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = "text\n\n-----BEGIN A-----\nSGVs\nbG8/\n-----END A-----\n\n-----BEGIN B-----\nSG?s\n-----END B-----\n"
                .replace('\n', end);
        assert_eq!(
            summary(&text),
            [
                "3-6 A Hello? []",
                "8-10 B broken: '?' is no base64 character (line 9)"
            ],
            "{end:?}"
        );
    }
}

#[test]
fn a_broken_block_does_not_hide_the_next() {
    assert_eq!(
        summary(
            "-----BEGIN A-----\nSGVsb\n-----BEGIN B-----\nSGVs\n-----END B-----\n-----END C-----"
        ),
        [
            "1-2 A broken: no END line",
            "3-5 B Hel []",
            "6-6 C broken: no BEGIN line before this END line",
        ]
    );
}

#[test]
fn oddities_of_the_frame() {
    assert_eq!(
        summary("-----BEGIN A-----\nSGVs\n-----END B-----"),
        ["1-3 A Hel [\"the END line says \\\"B\\\"\"]"]
    );
    assert_eq!(
        summary("-----BEGIN A-----\nSGVs\n"),
        ["1-2 A broken: no END line"]
    );
    assert_eq!(
        summary("----BEGIN PKCS7-----\nSGVs\n-----END PKCS7-----"),
        ["1-3 PKCS7 Hel [\"dashes are missing in the BEGIN line\"]"]
    );
}

#[test]
fn a_text_of_begin_lines_is_no_hard_work() {
    for text in [
        "-----BEGIN ".repeat(200_000),
        "-----BEGIN A-----".repeat(100_000),
        "-----BEGIN A-----\n".repeat(100_000),
        "-----BEGIN CERTIFICATE".repeat(100_000),
        "-----END ".repeat(200_000),
        "-----BEGIN A-----\nSGVs\\".repeat(50_000),
        "-----BEGIN A-----Proc-Type: 4".repeat(50_000),
        "-".repeat(2_000_000),
        format!("-----BEGIN A-----{}", "Proc-Type: a ".repeat(100_000)),
        format!("-----BEGIN A-----{}", "\\n\\".repeat(500_000)),
        format!("-----BEGIN A-----{}", "\"".repeat(1_000_000)),
    ] {
        let _ = Scanner::after(text.as_bytes(), 0).count();
    }
}

proptest! {
    #[test]
    fn any_text_is_scanned_to_its_end(
        text in "(-{1,11}|BEGIN |END |A|CERTIFICATE|SGVs|=|\n|\r|\\\\n|\"|> | |:){0,60}",
    ) {
        let mut last = 0;
        for item in Scanner::after(text.as_bytes(), 0) {
            let line = match item {
                Item::Block(block) => block.lines.first,
                Item::Broken { lines, .. } => lines.first,
                Item::Remark { line, .. } => line,
            };
            prop_assert!(line >= last);
            last = line;
        }
    }
}
