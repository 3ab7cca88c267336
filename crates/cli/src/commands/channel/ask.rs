//! The questions of `trustpack channel new`.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::Result;
use trustpack_core::channel::{Field, Kind, SpecErrorKind, name_problem, questions, value_problem};
use trustpack_core::report::{Finding, escape};

use super::new::settings;
use crate::args::ChannelNew;
use crate::hint::Hinted;

/// Somebody who answers, line by line.
pub(super) struct Asking<R, W> {
    answers: R,
    questions: W,
}

impl<R: BufRead, W: Write> Asking<R, W> {
    pub(super) fn new(answers: R, questions: W) -> Self {
        Self { answers, questions }
    }

    /// Asks for whatever the flags do not say. An empty answer leaves a value open.
    pub(super) fn all(
        &mut self,
        arguments: &ChannelNew,
    ) -> Result<(Kind, String, BTreeMap<String, String>)> {
        let kind = self.kind(arguments)?;
        let name = match &arguments.name {
            Some(name) => match name_problem(name) {
                None => name.clone(),
                Some(problem) => {
                    let hint = problem.hint.unwrap_or_default();
                    return Err(Hinted::new(problem.message, hint).into());
                }
            },
            None => self.name()?,
        };
        let mut values = settings(arguments, kind)?;
        let open = questions(kind).filter(|field| !values.contains_key(&field.path()));
        let open: Vec<&Field> = open.collect();
        if !open.is_empty() {
            self.say("An empty answer leaves a value open.")?;
        }
        for (place, field) in (1..).zip(&open) {
            self.explain(field, place, open.len())?;
            if let Some(value) = self.value(kind, field)? {
                values.insert(field.path(), value);
            }
        }
        Ok((kind, name, values))
    }

    fn kind(&mut self, arguments: &ChannelNew) -> Result<Kind> {
        let mut words = [
            arguments.kind.clone(),
            arguments.provider.clone(),
            arguments.method.clone(),
        ];
        loop {
            let [kind, provider, method] = &words;
            // Without a type there is nothing to be right or wrong yet.
            let word = kind.as_deref().unwrap_or_default();
            let error = match Kind::from_words(word, provider.as_deref(), method.as_deref()) {
                Ok(kind) => return Ok(kind),
                Err(error) => error,
            };
            let (key, options) = match &error {
                SpecErrorKind::WordMissing { key, options } => (*key, options.clone()),
                SpecErrorKind::WordUnknown {
                    key,
                    options,
                    nearest,
                    ..
                } => {
                    if kind.is_some() {
                        self.say(&format!("{error}"))?;
                    }
                    if let Some(nearest) = nearest.filter(|_| kind.is_some()) {
                        self.say(&format!("hint: the nearest is {nearest}"))?;
                    }
                    (*key, options.clone())
                }
                _ => return Err(Hinted::new(error.to_string(), "leave the flag out").into()),
            };
            let question = format!("{} ({}): ", key.replace('_', " "), options.join(", "));
            let answer = self.line(&question)?;
            let place = ["type", "provider", "verification_method"]
                .iter()
                .position(|word| *word == key);
            if let Some(word) = place.and_then(|place| words.get_mut(place)) {
                *word = Some(answer);
            }
        }
    }

    fn name(&mut self) -> Result<String> {
        loop {
            let name = self.line("Channel Name: ")?;
            match name_problem(&name) {
                None => return Ok(name),
                Some(problem) => self.refuse(&problem)?,
            }
        }
    }

    /// What is asked, and where the answer comes from: lines of its own, since both are long.
    fn explain(&mut self, field: &Field, place: usize, count: usize) -> Result<()> {
        self.say("")?;
        self.say(&format!(
            "{} ({}), {place} of {count}",
            field.label,
            field.path()
        ))?;
        self.say(&format!("  {}", field.from))?;
        match (field.is_secret(), field.example) {
            (true, _) => self.say("  write env:NAME, file:PATH or prompt, never the secret itself"),
            (_, "") => Ok(()),
            (_, example) => self.say(&format!("  such as {example}")),
        }
    }

    fn value(&mut self, kind: Kind, field: &Field) -> Result<Option<String>> {
        let path = field.path();
        loop {
            let answer = self.line("> ")?;
            if answer.is_empty() {
                return Ok(None);
            }
            match value_problem(kind, &path, &answer) {
                None => return Ok(Some(answer)),
                Some(problem) => self.refuse(&problem)?,
            }
        }
    }

    fn refuse(&mut self, problem: &Finding) -> Result<()> {
        self.say(&problem.message)?;
        match &problem.hint {
            Some(hint) => self.say(&format!("hint: {hint}")),
            None => Ok(()),
        }
    }

    fn say(&mut self, text: &str) -> Result<()> {
        writeln!(self.questions, "{}", escape(text))?;
        Ok(())
    }

    fn line(&mut self, question: &str) -> Result<String> {
        write!(self.questions, "{}", escape(question))?;
        self.questions.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            // What comes next is no answer.
            self.say("")?;
            return Err(Hinted::new(
                "the answers end before the questions",
                "give what is known as flags; an empty line leaves a value open",
            )
            .into());
        }
        Ok(line.trim().to_owned())
    }
}
