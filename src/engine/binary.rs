//! Binary values of a task: Buffers and typed arrays on their way in and out.
//!
//! Owned by: the ticket until the task starts, then by the task. There are three kinds of memory behind a `Binary`:
//! a copy of our own, a buffer that the caller transferred (nobody else can reach it), and a view over a
//! SharedArrayBuffer, which JavaScript goes on reading and writing. The last is never seen as a Rust slice.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The type of a view, with the numbers that the JS layer uses for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Element {
    /// A Node `Buffer`.
    Buffer = 0,
    Uint8 = 1,
    Uint8Clamped = 2,
    Int8 = 3,
    Uint16 = 4,
    Int16 = 5,
    Uint32 = 6,
    Int32 = 7,
    Float32 = 8,
    Float64 = 9,
    BigInt64 = 10,
    BigUint64 = 11,
    /// A bare `ArrayBuffer`, or a `DataView`.
    ArrayBuffer = 12,
}

impl Element {
    /// Every element type, in the order of its number.
    const ALL: [Self; 13] = [
        Self::Buffer,
        Self::Uint8,
        Self::Uint8Clamped,
        Self::Int8,
        Self::Uint16,
        Self::Int16,
        Self::Uint32,
        Self::Int32,
        Self::Float32,
        Self::Float64,
        Self::BigInt64,
        Self::BigUint64,
        Self::ArrayBuffer,
    ];

    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    /// Bytes per element.
    pub fn size(self) -> usize {
        match self {
            Self::Buffer | Self::Uint8 | Self::Uint8Clamped | Self::Int8 | Self::ArrayBuffer => 1,
            Self::Uint16 | Self::Int16 => 2,
            Self::Uint32 | Self::Int32 | Self::Float32 => 4,
            Self::Float64 | Self::BigInt64 | Self::BigUint64 => 8,
        }
    }
}

/// Keeps JS memory alive while a task may look at it. Dropped by the thread that drops the last `Binary` over it.
pub trait Lease: Send + Sync {}

/// Where the bytes are.
enum Memory {
    /// Our own copy of an input, or a result.
    Owned(Vec<u8>),
    /// An ArrayBuffer that only this task can reach: it was detached from the caller.
    Transferred { at: *const u8, len: usize, _lease: Box<dyn Lease> },
    /// A view over a SharedArrayBuffer. Aligned to its element, as every typed array is.
    Shared { at: *const u8, len: usize, _lease: Box<dyn Lease> },
}

// SAFETY: `Transferred` is memory that no other thread touches while the lease lives. `Shared` is read through atomics
// only. Both pointers stay valid while the lease lives, on whichever thread.
unsafe impl Send for Memory {}
// SAFETY: as above; no method writes.
unsafe impl Sync for Memory {}

/// A Buffer or typed array, as a task sees it.
#[derive(Clone)]
pub struct Binary {
    element: Element,
    memory: Arc<Memory>,
}

impl std::fmt::Debug for Binary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Binary({:?} × {})", self.element, self.len())
    }
}

impl Binary {
    /// A copy of the caller's bytes.
    pub fn copied_from(bytes: &[u8], element: Element) -> Self {
        Self { element, memory: Arc::new(Memory::Owned(bytes.to_vec())) }
    }

    /// Bytes that a task made, handed to JavaScript as a `Buffer` without a copy.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Self { element: Element::Buffer, memory: Arc::new(Memory::Owned(bytes)) }
    }

    /// Memory of an ArrayBuffer that was transferred to the task.
    ///
    /// # Safety
    /// `at` must be valid for reads of `len` bytes, aligned to the element, and reached by nobody else, until `lease`
    /// is dropped.
    pub unsafe fn transferred(at: *const u8, len: usize, element: Element, lease: Box<dyn Lease>) -> Self {
        Self { element, memory: Arc::new(Memory::Transferred { at, len, _lease: lease }) }
    }

    /// A view over a SharedArrayBuffer, read in place.
    ///
    /// # Safety
    /// `at` must be valid for reads of `len` bytes, and aligned to the element, until `lease` is dropped.
    pub unsafe fn shared(at: *const u8, len: usize, element: Element, lease: Box<dyn Lease>) -> Self {
        Self { element, memory: Arc::new(Memory::Shared { at, len, _lease: lease }) }
    }

    pub fn element(&self) -> Element {
        self.element
    }

    pub fn byte_len(&self) -> usize {
        match &*self.memory {
            Memory::Owned(bytes) => bytes.len(),
            Memory::Transferred { len, .. } | Memory::Shared { len, .. } => *len,
        }
    }

    /// How many elements the view has.
    pub fn len(&self) -> usize {
        self.byte_len() / self.element.size()
    }

    pub fn is_empty(&self) -> bool {
        self.byte_len() == 0
    }

    /// The bytes in place, or `None` for shared memory, which JavaScript may be writing.
    pub fn as_slice(&self) -> Option<&[u8]> {
        match &*self.memory {
            Memory::Owned(bytes) => Some(bytes),
            // An empty ArrayBuffer may have a null pointer, which no slice may have.
            Memory::Transferred { len: 0, .. } => Some(&[]),
            Memory::Transferred { at, len, .. } => {
                // SAFETY: the caller of `transferred` promised exactly this.
                Some(unsafe { std::slice::from_raw_parts(*at, *len) })
            }
            Memory::Shared { .. } => None,
        }
    }

    /// Where an element of shared memory is, for atomic operations; `None` for memory that is not shared. It may be used as
    /// long as this value lives.
    ///
    /// # Panics
    /// When there is no such element.
    pub fn shared_at(&self, index: usize) -> Option<*mut u8> {
        assert!(index < self.len(), "past the end of a Binary");
        match &*self.memory {
            // SAFETY: within the view, by the assertion.
            Memory::Shared { at, .. } => Some(unsafe { at.add(index * self.element.size()) }.cast_mut()),
            _ => None,
        }
    }

    /// The bytes: in place where that is possible, a snapshot of shared memory.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        if let Some(bytes) = self.as_slice() {
            return Cow::Borrowed(bytes);
        }
        let mut copy = vec![0_u8; self.byte_len()];
        self.copy_bytes(0, &mut copy);
        Cow::Owned(copy)
    }

    /// Copies the bytes from `offset` on into `target`, from any kind of memory.
    pub fn copy_bytes(&self, offset: usize, target: &mut [u8]) {
        assert!(offset + target.len() <= self.byte_len(), "read past the end of a Binary");
        if let Some(bytes) = self.as_slice() {
            target.copy_from_slice(&bytes[offset..offset + target.len()]);
        } else if let Memory::Shared { at, .. } = &*self.memory {
            for (i, byte) in target.iter_mut().enumerate() {
                // SAFETY: in bounds by the assertion; the memory is valid while the lease lives; JavaScript may write
                // it, so it is read as an atomic.
                *byte = unsafe { AtomicU8::from_ptr(at.add(offset + i).cast_mut()) }.load(Ordering::Relaxed);
            }
        }
    }

    /// Reads the elements in `range` as 64-bit floats. 64-bit integers are rounded to the nearest float.
    ///
    /// # Panics
    /// When `range` is not inside the view, or `target` is not as long as `range`.
    pub fn read_f64(&self, range: Range<usize>, target: &mut [f64]) {
        assert!(range.end <= self.len() && range.len() == target.len(), "read past the end of a Binary");
        let base = match &*self.memory {
            Memory::Owned(bytes) => bytes.as_ptr(),
            Memory::Transferred { at, .. } | Memory::Shared { at, .. } => *at,
        };
        let shared = matches!(&*self.memory, Memory::Shared { .. });
        // Reads one element type; `$atomic` is the integer of the same size.
        macro_rules! read {
            ($type:ty, $atomic:ty, $to_f64:path) => {
                for (slot, i) in target.iter_mut().zip(range) {
                    // SAFETY: `i` is in bounds by the assertion above.
                    let at = unsafe { base.add(i * size_of::<$type>()) };
                    let value = if shared {
                        // SAFETY: a typed array is aligned to its element, so the atomic is; JavaScript may write the
                        // memory meanwhile, which an atomic load allows.
                        unsafe { <$atomic>::from_ptr(at.cast_mut().cast()) }.load(Ordering::Relaxed).to_ne_bytes()
                    } else {
                        // SAFETY: in bounds; nobody writes memory that is not shared. A byte array has no alignment.
                        unsafe { at.cast::<[u8; size_of::<$type>()]>().read() }
                    };
                    *slot = $to_f64(<$type>::from_ne_bytes(value));
                }
            };
        }
        match self.element {
            Element::Buffer | Element::Uint8 | Element::Uint8Clamped | Element::ArrayBuffer => {
                read!(u8, AtomicU8, f64::from)
            }
            Element::Int8 => read!(i8, AtomicU8, f64::from),
            Element::Uint16 => read!(u16, AtomicU16, f64::from),
            Element::Int16 => read!(i16, AtomicU16, f64::from),
            Element::Uint32 => read!(u32, AtomicU32, f64::from),
            Element::Int32 => read!(i32, AtomicU32, f64::from),
            Element::Float32 => read!(f32, AtomicU32, f64::from),
            Element::Float64 => read!(f64, AtomicU64, f64::from),
            Element::BigInt64 => read!(i64, AtomicU64, rounded_i64),
            Element::BigUint64 => read!(u64, AtomicU64, rounded_u64),
        }
    }

    /// The bytes as a vector of our own, for handing to JavaScript: moved when nobody else has them, else copied.
    pub fn into_vec(self) -> Vec<u8> {
        match Arc::try_unwrap(self.memory) {
            Ok(Memory::Owned(bytes)) => bytes,
            Ok(memory) => Self { element: self.element, memory: Arc::new(memory) }.bytes().into_owned(),
            Err(memory) => Self { element: self.element, memory }.bytes().into_owned(),
        }
    }
}

fn rounded_i64(value: i64) -> f64 {
    value as f64
}

fn rounded_u64(value: u64) -> f64 {
    value as f64
}

// In the JSON text of a task a binary value stands as `{"$binary": n}`, the n-th of the list that travels beside the
// text. serde has no way to hand that list to a derived `Deserialize`, so it waits here, on the thread that decodes.
thread_local! {
    static BESIDE: RefCell<Vec<Binary>> = const { RefCell::new(Vec::new()) };
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Placeholder {
    #[serde(rename = "$binary")]
    index: usize,
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = |_| serde::de::Error::custom("expected a Buffer or typed array");
        let index = Placeholder::deserialize(deserializer).map_err(expected)?.index;
        let found = BESIDE.with_borrow(|binaries| binaries.get(index).cloned());
        found.ok_or_else(|| serde::de::Error::custom("expected a Buffer or typed array"))
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let index = BESIDE.with_borrow_mut(|binaries| {
            binaries.push(self.clone());
            binaries.len() - 1
        });
        Placeholder { index }.serialize(serializer)
    }
}

impl JsonSchema for Binary {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Binary".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "a Buffer, typed array, ArrayBuffer or SharedArrayBuffer view" })
    }
}

/// Decodes with `binaries` beside the JSON text; encodes likewise, and returns the list that was gathered.
pub(super) fn beside<T>(binaries: Vec<Binary>, code: impl FnOnce() -> T) -> (T, Vec<Binary>) {
    let outer = BESIDE.replace(binaries);
    let result = code();
    (result, BESIDE.replace(outer))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;
    impl Lease for Nothing {}

    #[test]
    fn elements_are_read_as_floats_from_every_kind_of_memory() {
        let source: Vec<u8> = [1.5_f64, -2.0, 1e300].iter().flat_map(|value| value.to_ne_bytes()).collect();
        let copy = Binary::copied_from(&source, Element::Float64);
        let at = copy.as_slice().unwrap().as_ptr();
        // SAFETY: `copy` outlives both views and is aligned as the allocator aligns, to 8 at least.
        let views = unsafe {
            [
                Binary::transferred(at, 24, Element::Float64, Box::new(Nothing)),
                Binary::shared(at, 24, Element::Float64, Box::new(Nothing)),
            ]
        };
        for view in views.iter().chain([&copy]) {
            let mut out = [0.0; 2];
            view.read_f64(1..3, &mut out);
            assert_eq!(out, [-2.0, 1e300]);
            assert_eq!(&*view.bytes(), &source[..]);
        }
    }

    #[test]
    fn integers_keep_their_sign_and_size() {
        for (element, bytes, value) in [
            (Element::Int8, vec![0xff], -1.0),
            (Element::Uint8, vec![0xff], 255.0),
            (Element::Int16, (-300_i16).to_ne_bytes().to_vec(), -300.0),
            (Element::Uint32, 4_000_000_000_u32.to_ne_bytes().to_vec(), 4e9),
            (Element::Float32, 0.5_f32.to_ne_bytes().to_vec(), 0.5),
            (Element::BigInt64, (-(1_i64 << 40)).to_ne_bytes().to_vec(), -(2_f64.powi(40))),
        ] {
            let mut out = [0.0];
            Binary::copied_from(&bytes, element).read_f64(0..1, &mut out);
            assert_eq!(out[0], value, "{element:?}");
        }
    }

    #[test]
    fn the_element_number_is_its_place_in_the_list() {
        for (number, element) in Element::ALL.into_iter().enumerate() {
            assert_eq!(element as usize, number);
        }
    }
}
