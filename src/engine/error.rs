//! Why a task failed, as a value: a stable code and a sentence for people.
//!
//! Runs on: any thread. The JS layer maps the code to an error class; it never parses the sentence.

use std::borrow::Cow;
use std::fmt;

/// The stable codes that a native task can fail with. Node's own names where Node has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// An option or its JSON has the wrong type or is missing.
    InvalidArgType,
    /// An option has the right type and a value that cannot be used.
    InvalidArgValue,
    /// A number is outside its range.
    OutOfRange,
    /// No task has this name.
    TaskUnknown,
    /// The task ran and failed; the message says why.
    TaskFailed,
    /// The task panicked: a defect in the task, not in the input.
    TaskPanicked,
    /// The task ran longer than its `timeout`.
    TaskTimeout,
    /// The task waited longer than its `queueTimeout`.
    QueueTimeout,
    /// The queue is at its bound in tasks or in bytes.
    QueueFull,
    /// The pool was closed or destroyed.
    PoolClosed,
    /// The caller aborted the task.
    Aborted,
    /// A file could not be opened, read or written.
    File,
    /// An expression cannot be parsed.
    ExpressionSyntax,
    /// The bytes are no image that can be read, or the image is broken or cut off.
    ImageInvalid,
    /// The image has more pixels, or needs more memory, than the limit allows.
    ImageTooLarge,
    /// The image's format is known but cannot be read or written here.
    ImageUnsupported,
    /// The document cannot be made as it is: a reference without a target, something its standard forbids.
    PdfInvalid,
    /// A font is broken, has no such face, or must not be embedded.
    PdfFontInvalid,
    /// A picture of a document is broken or of a format that is not read.
    PdfImageInvalid,
    /// The document has more pages, is nested deeper, or has larger pictures than the limit allows.
    PdfTooLarge,
}

impl Code {
    /// The code as JavaScript sees it in `error.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgType => "ERR_INVALID_ARG_TYPE",
            Self::InvalidArgValue => "ERR_INVALID_ARG_VALUE",
            Self::OutOfRange => "ERR_OUT_OF_RANGE",
            Self::TaskUnknown => "ERR_TASK_UNKNOWN",
            Self::TaskFailed => "ERR_TASK_FAILED",
            Self::TaskPanicked => "ERR_TASK_PANICKED",
            Self::TaskTimeout => "ERR_TASK_TIMEOUT",
            Self::QueueTimeout => "ERR_QUEUE_TIMEOUT",
            Self::QueueFull => "ERR_QUEUE_FULL",
            Self::PoolClosed => "ERR_POOL_CLOSED",
            Self::Aborted => "ABORT_ERR",
            Self::File => "ERR_FILE",
            Self::ExpressionSyntax => "ERR_EXPRESSION_SYNTAX",
            Self::ImageInvalid => "ERR_IMAGE_INVALID",
            Self::ImageTooLarge => "ERR_IMAGE_TOO_LARGE",
            Self::ImageUnsupported => "ERR_IMAGE_UNSUPPORTED",
            Self::PdfInvalid => "ERR_PDF_INVALID",
            Self::PdfFontInvalid => "ERR_PDF_FONT_INVALID",
            Self::PdfImageInvalid => "ERR_PDF_IMAGE_INVALID",
            Self::PdfTooLarge => "ERR_PDF_TOO_LARGE",
        }
    }
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError {
    pub code: Code,
    /// A sentence without a final full stop, as Node's own errors have it.
    pub message: Cow<'static, str>,
    /// The operating system's name for the cause (`ENOENT`, `EACCES`), when a file was the cause.
    pub errno: Option<&'static str>,
}

impl TaskError {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), errno: None }
    }

    /// ``Expected `size` to be an integer >= 1, got `0` (number)``: the one form of a validation message.
    pub fn expected(code: Code, option: &str, expected: &str, got: &str) -> Self {
        Self::new(code, format!("Expected `{option}` to be {expected}, got {got}"))
    }

    /// A file operation that failed, named by what was done to which path.
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let mut failed = Self::new(Code::File, format!("Cannot {action} `{}`: {error}", path.display()));
        failed.errno = errno_name(error);
        failed
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for TaskError {}

/// Node's name for an operating system error, for the kinds that users handle by name.
fn errno_name(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind as Kind;
    Some(match error.kind() {
        Kind::NotFound => "ENOENT",
        Kind::PermissionDenied => "EACCES",
        Kind::AlreadyExists => "EEXIST",
        Kind::IsADirectory => "EISDIR",
        Kind::NotADirectory => "ENOTDIR",
        Kind::StorageFull => "ENOSPC",
        Kind::ReadOnlyFilesystem => "EROFS",
        Kind::InvalidFilename => "ENAMETOOLONG",
        _ => return None,
    })
}
