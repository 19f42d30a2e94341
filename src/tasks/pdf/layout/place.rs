//! Where in the document a node is, for error messages: `content[3].table.body[2][1].image`.

use std::fmt;

use crate::engine::{Code, TaskError};

/// The way from the document down to a node, kept on the stack.
#[derive(Clone, Copy)]
pub(in crate::tasks::pdf) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(in crate::tasks::pdf) const fn root(key: &'a str) -> Self {
        Self { parent: None, step: Step::Key(key) }
    }

    pub(in crate::tasks::pdf) const fn key(&'a self, key: &'a str) -> Place<'a> {
        Place { parent: Some(self), step: Step::Key(key) }
    }

    /// Where the nodes of a stack are: in an array, or under a key.
    pub(in crate::tasks::pdf) const fn stack(&'a self, is_keyed: bool) -> Place<'a> {
        if is_keyed { self.key("stack") } else { *self }
    }

    pub(in crate::tasks::pdf) const fn index(&'a self, index: usize) -> Place<'a> {
        Place { parent: Some(self), step: Step::Index(index) }
    }

    /// An error of the node here.
    pub(in crate::tasks::pdf) fn error(&self, code: Code, cause: impl fmt::Display) -> TaskError {
        TaskError::new(code, format!("Invalid `{self}`: {cause}"))
    }

    /// An error of a file that the node names.
    pub(in crate::tasks::pdf) fn file(&self, error: TaskError) -> TaskError {
        let message = format!("Invalid `{self}`: {}", error.message);
        if error.code == Code::File { TaskError { message: message.into(), ..error } } else { error }
    }

    pub(in crate::tasks::pdf) fn depth(&self) -> usize {
        let mut depth = 0;
        let mut at = self;
        while let Some(parent) = at.parent {
            depth += 1;
            at = parent;
        }
        depth
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.parent, self.step) {
            (None, Step::Key(key)) => f.write_str(key),
            (Some(parent), Step::Key(key)) => write!(f, "{parent}.{key}"),
            (None, Step::Index(index)) => write!(f, "[{index}]"),
            (Some(parent), Step::Index(index)) => write!(f, "{parent}[{index}]"),
        }
    }
}
