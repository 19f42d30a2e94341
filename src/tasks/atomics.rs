//! `atomics.increment`: counts in shared memory, in place, while JavaScript and other threads count there too.
//!
//! Runs on: the thread of the task and every idle thread of the pool.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{Binary, Code, Context, Element, Output, Task, TaskError};

/// Increments of a block: well below a millisecond where one thread counts, about one where all do.
const BLOCK: u64 = 20_000;

pub(super) struct Increment;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// A view of whole numbers over a SharedArrayBuffer.
    view: Binary,
    /// Which of its elements.
    #[serde(default)]
    index: usize,
    /// How many times.
    count: u64,
    /// What is added each time: 1 unless given. Wraps at the end of the element's range.
    #[serde(default = "one")]
    by: i64,
}

fn one() -> i64 {
    1
}

#[derive(Serialize)]
struct Incremented {
    /// How many times it was done.
    count: u64,
}

impl Task for Increment {
    const NAME: &'static str = "atomics.increment";
    const DESCRIPTION: &'static str =
        "Counts in a view of a SharedArrayBuffer, by atomic operations on all idle threads.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let Input { view, index, count, by } = input;
        let wrong = |option, code, expected: &str, got: &str| Err(TaskError::expected(code, option, expected, got));
        if !is_whole(view.element()) {
            let expected = "a view of whole numbers, such as an Int32Array";
            return wrong("view", Code::InvalidArgType, expected, &format!("{:?}", view.element()));
        }
        if index >= view.len() {
            return wrong("index", Code::OutOfRange, &format!("less than {}", view.len()), &index.to_string());
        }
        let Some(at) = view.shared_at(index) else {
            return wrong(
                "view",
                Code::InvalidArgType,
                "a view over a SharedArrayBuffer",
                "one over memory of its own",
            );
        };
        let place = Place(at);
        context.for_each_block(count.div_ceil(BLOCK) as usize, &|block| {
            let times = BLOCK.min(count - block as u64 * BLOCK);
            // SAFETY: the element is in bounds, aligned, and alive while `view` is. JavaScript may change it meanwhile.
            unsafe { place.add(view.element().size(), by, times) };
        })?;
        Output::of(Incremented { count })
    }
}

fn is_whole(element: Element) -> bool {
    !matches!(
        element,
        Element::Buffer | Element::ArrayBuffer | Element::Uint8Clamped | Element::Float32 | Element::Float64
    )
}

/// An element of shared memory.
struct Place(*mut u8);

// SAFETY: what it points to is changed by atomic operations only.
unsafe impl Sync for Place {}

impl Place {
    /// # Safety
    /// It points to an element of so many bytes, aligned, which lives through the call.
    unsafe fn add(&self, size: usize, by: i64, times: u64) {
        macro_rules! add {
            ($atomic:ty, $as:ty) => {{
                // SAFETY: the caller vouches for it.
                let element = unsafe { <$atomic>::from_ptr(self.0.cast()) };
                for _ in 0..times {
                    element.fetch_add(by as $as, Ordering::SeqCst);
                }
            }};
        }
        match size {
            1 => add!(AtomicU8, u8),
            2 => add!(AtomicU16, u16),
            4 => add!(AtomicU32, u32),
            _ => add!(AtomicU64, u64),
        }
    }
}
