//! Files, folders and stdin, looked at on all cores and judged in their order.

use std::path::PathBuf;

use anyhow::Result;
use trustpack_core::source::Reference;

use super::items::{Item, Items};
use super::judging::Judging;
use super::passwords::FilePasswords;
use super::reading::{Looked, Reading};
use super::round::Run;
use crate::input::{Input, PassedOver};
use crate::ordered::in_order;
use crate::render::Talk;
use crate::walk::Filter;

/// Looks at all of them, and at the files that a specification names, each relative to its folder.
///
/// # Errors
/// When the report cannot be written. What cannot be read is in the report.
pub(super) fn check(
    inputs: &[Input],
    references: &[(PathBuf, Reference)],
    filter: &Filter,
    passwords: &FilePasswords,
    run: &mut Run,
    talk: &Talk,
) -> Result<()> {
    let bar = talk.progress(None, "checking");
    let (judge, pairs) = (run.judge.clone(), std::mem::take(&mut run.pairs));
    let renewals = run.renewals.clone();
    let reading = Reading {
        passwords,
        judging: Judging {
            judge: &judge,
            pairs: &pairs,
            renewals: renewals.as_deref(),
            at: run.at,
        },
        is_repeated: run.is_repeated,
        talk: *talk,
    };
    let mut passed_over = PassedOver::default();
    let share = run.share.clone();
    let referenced = references.iter().cloned();
    let referenced =
        referenced.map(|(folder, reference)| Item::Referenced(folder, Box::new(reference)));
    let items = Items::new(inputs, filter).chain(referenced);
    let items = items.filter(|item| share.holds(item.name()));
    in_order(
        items,
        FILES_AT_ONCE,
        &|item| reading.look(item),
        &mut |looked| {
            bar.inc(1);
            match looked {
                Looked::Subjects(subjects, note) => bar.suspend(|| {
                    if let Some(note) = note {
                        talk.say(note);
                    }
                    subjects.iter().try_for_each(|one| run.file(one))
                }),
                Looked::PassedOver(name) => {
                    passed_over.add(name);
                    Ok(())
                }
                Looked::NoFile(what) => {
                    passed_over.add_other(what);
                    Ok(())
                }
                Looked::Long(long) => long.check(&reading.judging, run),
            }
        },
    )?;
    bar.finish_and_clear();
    passed_over.tell(talk);
    Ok(())
}

/// A small file is read in less time than a thread is woken.
const FILES_AT_ONCE: usize = 16;
