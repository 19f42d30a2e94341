//! A hash table of fixed size: keys are strings, values bytes or numbers, each for a time or for ever. One lock for all of
//! it, held for a look or a copy. A slot that its writer died in is empty.
//!
//! Slots are found by linear probing. What is deleted leaves a mark, which is taken away when nothing lies behind it.

use std::marker::PhantomData;
use std::ptr;

use super::attempt::Attempt;
use super::channel::soon;
use super::memory::{Memory, Word};
use super::mutex::{Mutex, Taken};
use super::owner::Owner;

const EMPTY: u32 = 0;
const USED: u32 = 1;
/// Deleted, or being written.
const GONE: u32 = 2;

/// What all share, before the slots.
#[repr(C)]
pub struct SharedMap<M: Memory> {
    lock: Mutex<M>,
    /// How many slots are used, expired ones too.
    used: M::Word32,
    /// How many marks there are of what was deleted.
    marks: M::Word32,
    _rest: [u32; 10],
}

/// What a slot begins with; then come the key and the value.
#[repr(C)]
#[derive(Clone, Copy)]
struct Head {
    state: u32,
    hash: u32,
    /// 0 for never.
    expires: u64,
    value_len: u32,
    key_len: u16,
    /// 1 for a number.
    is_number: u16,
}

/// The slots of a map, and their sizes.
#[derive(Clone, Copy)]
pub struct Slots {
    at: *mut u8,
    count: usize,
    capacity: usize,
    key_bytes: usize,
    value_bytes: usize,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Bytes(Vec<u8>),
    Number(f64),
}

/// What became of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    Stored,
    /// The new number.
    Number(f64),
    /// There is room for no more keys.
    Full,
    /// There are bytes where a number was to be added.
    NotANumber,
}

impl Slots {
    /// Bytes of the slots of a map.
    pub fn bytes(capacity: usize, key_bytes: usize, value_bytes: usize) -> usize {
        Self::count(capacity) * Self::stride(key_bytes, value_bytes)
    }

    /// # Safety
    /// So many zeroed or used bytes are there, aligned to 8, for as long as the value is used.
    pub unsafe fn new(at: *mut u8, capacity: usize, key_bytes: usize, value_bytes: usize) -> Self {
        Self { at, count: Self::count(capacity), capacity, key_bytes, value_bytes }
    }

    /// A quarter stays free, so that a search ends soon.
    fn count(capacity: usize) -> usize {
        capacity + capacity / 3 + 1
    }

    fn stride(key_bytes: usize, value_bytes: usize) -> usize {
        (size_of::<Head>() + key_bytes + value_bytes.max(8)).next_multiple_of(8)
    }

    fn slot(&self, number: usize) -> *mut u8 {
        // Within the slots, since `number` is less than `count`.
        self.at.wrapping_add(number * Self::stride(self.key_bytes, self.value_bytes))
    }

    /// Lengths are cut to what fits, whatever somebody has written over them.
    fn head(&self, number: usize) -> Head {
        // SAFETY: a slot begins with a head, of which every bit pattern is one; the memory is the lock owner's.
        let mut head = unsafe { self.slot(number).cast::<Head>().read() };
        head.key_len = head.key_len.min(self.key_bytes as u16);
        head.value_len = head.value_len.min(self.value_bytes as u32);
        head
    }

    fn set_state(&self, number: usize, state: u32) {
        // SAFETY: the state is the first word of a slot, whose memory is the lock owner's. Volatile, so that it comes before
        // and behind what else is written: a writer may die in between.
        unsafe { self.slot(number).cast::<u32>().write_volatile(state) };
    }

    fn key(&self, number: usize, head: &Head) -> &[u8] {
        // SAFETY: the key follows the head; the memory is the lock owner's.
        unsafe { std::slice::from_raw_parts(self.slot(number).add(size_of::<Head>()), head.key_len as usize) }
    }

    fn value(&self, number: usize) -> *mut u8 {
        self.slot(number).wrapping_add(size_of::<Head>() + self.key_bytes)
    }

    fn found(&self, number: usize, head: &Head) -> Found {
        let at = self.value(number);
        if head.is_number == 1 {
            // SAFETY: a slot has eight bytes at least for its value.
            return Found::Number(f64::from_bits(u64::from_le_bytes(unsafe { at.cast::<[u8; 8]>().read() })));
        }
        // SAFETY: so many bytes are the value's; the memory is the lock owner's.
        Found::Bytes(unsafe { std::slice::from_raw_parts(at, head.value_len as usize) }.to_vec())
    }

    fn write(&self, number: usize, key: &[u8], hash: u32, value: &Found, expires: u64) {
        self.set_state(number, GONE);
        let (bytes, is_number) = match value {
            Found::Bytes(bytes) => (bytes.as_slice(), 0),
            Found::Number(number) => (&number.to_bits().to_le_bytes()[..], 1),
        };
        let head =
            Head { state: GONE, hash, expires, value_len: bytes.len() as u32, key_len: key.len() as u16, is_number };
        let at = self.slot(number);
        // SAFETY: head, key and value have their room in the slot, by `check`; the memory is the lock owner's.
        unsafe {
            at.cast::<Head>().write(head);
            ptr::copy_nonoverlapping(key.as_ptr(), at.add(size_of::<Head>()), key.len());
            ptr::copy_nonoverlapping(bytes.as_ptr(), self.value(number), bytes.len());
        }
        std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
        self.set_state(number, USED);
    }
}

/// A map in the hands of who has its lock.
struct Open<'a, M: Memory> {
    map: &'a SharedMap<M>,
    slots: Slots,
    now: u64,
    me: Owner,
}

impl<M: Memory> Drop for Open<'_, M> {
    fn drop(&mut self) {
        self.map.lock.unlock(self.me, 1);
    }
}

impl<M: Memory> Open<'_, M> {
    fn is_valid(&self, head: &Head) -> bool {
        head.state == USED && (head.expires == 0 || head.expires > self.now)
    }

    /// Where a key is, and else where it could be put, if there is a place.
    fn find(&self, key: &[u8], hash: u32) -> (Option<(usize, Head)>, Option<usize>) {
        let mut place = None;
        for i in 0..self.slots.count {
            let number = (hash as usize + i) % self.slots.count;
            let head = self.slots.head(number);
            if head.state == EMPTY {
                return (None, place.or(Some(number)));
            }
            if !self.is_valid(&head) {
                place = place.or(Some(number));
            } else if head.hash == hash && self.slots.key(number, &head) == key {
                return (Some((number, head)), place);
            }
        }
        (None, place)
    }

    fn put(&self, key: &[u8], hash: u32, value: &Found, expires: u64) -> Stored {
        let (found, place) = self.find(key, hash);
        let number = match (found, place) {
            (Some((number, _)), _) => number,
            (None, Some(number)) => {
                let state = self.slots.head(number).state;
                if state != USED {
                    if self.map.used.load() as usize >= self.slots.capacity {
                        // What has expired makes room, and other places.
                        return if self.sweep() == 0 { Stored::Full } else { self.put(key, hash, value, expires) };
                    }
                    self.map.used.add(1);
                    if state == GONE {
                        self.map.marks.add(u32::MAX);
                    }
                }
                number
            }
            (None, None) => return Stored::Full,
        };
        self.slots.write(number, key, hash, value, expires);
        Stored::Stored
    }

    fn remove(&self, number: usize) {
        self.slots.set_state(number, GONE);
        self.map.used.add(u32::MAX);
        self.map.marks.add(1);
        // Behind it lies nothing: then it and the marks before it stand in nobody's way.
        let count = self.slots.count;
        if self.slots.head((number + 1) % count).state == EMPTY {
            let mut number = number;
            while self.slots.head(number).state == GONE {
                self.slots.set_state(number, EMPTY);
                self.map.marks.add(u32::MAX);
                number = (number + count - 1) % count;
            }
        }
    }

    /// Puts all into their places anew, when there are so many marks that a search for what is not there takes long.
    fn tidy(&self) {
        if (self.map.marks.load() as usize) < self.slots.count / 8 {
            return;
        }
        let key = |(number, head): &(usize, Head)| self.slots.key(*number, head).to_vec();
        let all: Vec<_> =
            self.valid().map(|found| (key(&found), self.slots.found(found.0, &found.1), found.1)).collect();
        self.clear();
        for (key, value, head) in all {
            self.put(&key, head.hash, &value, head.expires);
        }
    }

    fn clear(&self) {
        (0..self.slots.count).for_each(|number| self.slots.set_state(number, EMPTY));
        self.map.used.store(0);
        self.map.marks.store(0);
    }

    /// Takes out what has expired, and says how much that was.
    fn sweep(&self) -> usize {
        let expired = |number: &usize| {
            let head = self.slots.head(*number);
            head.state == USED && !self.is_valid(&head)
        };
        let all: Vec<usize> = (0..self.slots.count).filter(expired).collect();
        all.iter().for_each(|number| self.remove(*number));
        self.tidy();
        all.len()
    }

    /// After a death: what was half written is gone already; the count may be wrong.
    fn repair(&self) {
        let count =
            |state| (0..self.slots.count).filter(|number| self.slots.head(*number).state == state).count() as u32;
        self.map.used.store(count(USED));
        self.map.marks.store(count(GONE));
    }

    fn valid(&self) -> impl Iterator<Item = (usize, Head)> {
        (0..self.slots.count).map(|number| (number, self.slots.head(number))).filter(|(_, head)| self.is_valid(head))
    }
}

/// Whether a key or a value is too long, and how long it may be.
#[derive(Debug, PartialEq)]
pub struct TooLong(pub usize);

impl<M: Memory> SharedMap<M> {
    pub fn owner(&self) -> &M::Word64 {
        self.lock.owner()
    }

    fn open<T>(
        &self,
        slots: Slots,
        now: u64,
        me: Owner,
        is_alive: Option<&dyn Fn(Owner) -> bool>,
        body: impl FnOnce(&Open<'_, M>) -> T,
    ) -> Attempt<'_, M, T> {
        soon(&self.lock, me, is_alive).map(|taken| {
            let open = Open { map: self, slots, now, me };
            if taken == Taken::FromDead {
                open.repair();
            }
            body(&open)
        })
    }
}

/// A map, its slots, and who uses it when.
pub struct Access<'a, M: Memory> {
    pub map: &'a SharedMap<M>,
    pub slots: Slots,
    pub me: Owner,
    /// Nanoseconds, on the clock of all.
    pub now: u64,
    pub is_alive: Option<&'a dyn Fn(Owner) -> bool>,
    pub of: PhantomData<M>,
}

impl<'a, M: Memory> Access<'a, M> {
    fn open<T>(&self, body: impl FnOnce(&Open<'_, M>) -> T) -> Attempt<'a, M, T> {
        self.map.open(self.slots, self.now, self.me, self.is_alive, body)
    }

    /// How long keys and values may be.
    pub fn check(&self, key: &[u8], value_len: usize) -> Result<(), TooLong> {
        match () {
            () if key.len() > self.slots.key_bytes => Err(TooLong(self.slots.key_bytes)),
            () if value_len > self.slots.value_bytes => Err(TooLong(self.slots.value_bytes)),
            () => Ok(()),
        }
    }

    pub fn get(&self, key: &[u8]) -> Attempt<'a, M, Option<Found>> {
        self.open(|open| open.find(key, hash(key)).0.map(|(number, head)| open.slots.found(number, &head)))
    }

    /// The key and the value have been checked. `expires` is 0 for never.
    pub fn set(&self, key: &[u8], value: &Found, expires: u64) -> Attempt<'a, M, Stored> {
        self.open(|open| open.put(key, hash(key), value, expires))
    }

    /// Adds to a number, or to 0 where there is none, which then expires.
    pub fn add(&self, key: &[u8], by: f64, expires: u64) -> Attempt<'a, M, Stored> {
        self.open(|open| {
            let (before, expires) = match open.find(key, hash(key)).0 {
                None => (0.0, expires),
                Some((number, head)) => match open.slots.found(number, &head) {
                    Found::Number(before) => (before, head.expires),
                    Found::Bytes(_) => return Stored::NotANumber,
                },
            };
            match open.put(key, hash(key), &Found::Number(before + by), expires) {
                Stored::Stored => Stored::Number(before + by),
                other => other,
            }
        })
    }

    /// Whether it was there.
    pub fn delete(&self, key: &[u8]) -> Attempt<'a, M, bool> {
        self.open(|open| {
            let found = open.find(key, hash(key)).0;
            if let Some((number, _)) = found {
                open.remove(number);
                open.tidy();
            }
            found.is_some()
        })
    }

    pub fn clear(&self) -> Attempt<'a, M, ()> {
        self.open(|open| open.clear())
    }

    pub fn keys(&self) -> Attempt<'a, M, Vec<String>> {
        self.open(|open| {
            let key =
                |(number, head): (usize, Head)| String::from_utf8_lossy(open.slots.key(number, &head)).into_owned();
            open.valid().map(key).collect()
        })
    }

    pub fn len(&self) -> Attempt<'a, M, usize> {
        self.open(|open| open.valid().count())
    }
}

/// FNV-1a, with the high half folded in: the same in every process.
fn hash(key: &[u8]) -> u32 {
    let hash = key
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 32)) as u32
}
