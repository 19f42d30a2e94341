//! Shared maps. Runs on: the JS thread, which their lock may hold up for as long as a copy takes.

use std::marker::PhantomData;

use napi::bindgen_prelude::*;
use napi::sys;
use napi_derive::napi;

use crate::binding::values::{self, array_buffer, bytes_of};
use crate::shared::watch::Check;
use crate::shared::{Access, Attempt, Found, Real, SharedMap, Slots, Stored, me, now};

use super::{Words, answer, care};

const NANOS_PER_MS: f64 = 1e6;

/// What `set` and `add` answer beside a number of the caller's: there is room for no more keys.
const FULL: f64 = 0.0;
const STORED: f64 = 1.0;
const NOT_A_NUMBER: f64 = 2.0;

#[napi(js_name = "SharedMap")]
pub struct MapHandle {
    map: &'static SharedMap<Real>,
    slots: Slots,
    /// What the last call has found.
    found: std::cell::RefCell<Option<Found>>,
}

#[napi]
impl MapHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>, capacity: u32, key_bytes: u32, value_bytes: u32) -> Result<Self> {
        let (map, rest) = Words::of(env, memory)?.part()?;
        let [capacity, key_bytes, value_bytes] = [capacity, key_bytes, value_bytes].map(|size| size as usize);
        rest.behind(Slots::bytes(capacity, key_bytes, value_bytes))?;
        // SAFETY: the memory is there, aligned, and lives as long as the object.
        let slots = unsafe { Slots::new(rest.at, capacity, key_bytes, value_bytes) };
        Ok(Self { map, slots, found: Default::default() })
    }

    fn access(&self, cares: bool) -> Access<'static, Real> {
        Access { map: self.map, slots: self.slots, me: me(), now: now(), is_alive: care(cares), of: PhantomData }
    }

    fn answer<T>(&self, attempt: Attempt<'_, Real, T>, done: impl FnOnce(T) -> f64) -> f64 {
        answer(attempt, Check::one(self.map.owner()), done)
    }

    /// 1 when it is there (`found` has it), 0 when it is not, -1 to wait.
    #[napi]
    pub fn get(&self, key: String, cares: bool) -> f64 {
        self.answer(self.access(cares).get(key.as_bytes()), |found| {
            let is_there = found.is_some();
            self.found.replace(found);
            f64::from(u8::from(is_there))
        })
    }

    /// What `get` has found: a number, or an `ArrayBuffer`.
    #[napi]
    pub fn found<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        let raw = env.raw();
        // SAFETY: on the thread of a live `env`, inside the scope of this call, with values of this environment.
        unsafe {
            let value: sys::napi_value = match self.found.take() {
                None => values::undefined(raw),
                Some(Found::Number(number)) => values::number(raw, number),
                Some(Found::Bytes(bytes)) => array_buffer(raw, bytes),
            };
            Ok(Unknown::from_raw_unchecked(raw, value))
        }
    }

    /// 1 when it is stored, 0 when the map is full, -1 to wait. `ttl` is in milliseconds, 0 for ever.
    #[napi]
    pub fn set(&self, env: Env, key: String, value: Either<f64, Unknown<'_>>, ttl: f64, cares: bool) -> Result<f64> {
        let value = match value {
            Either::A(number) => Found::Number(number),
            Either::B(view) => {
                let (at, len) = bytes_of(env, view)?;
                let mut bytes = vec![0; len];
                // SAFETY: Node says that `len` bytes are there, and the vector has as many; no JavaScript of this thread runs
                // meanwhile.
                unsafe { std::ptr::copy(at, bytes.as_mut_ptr(), len) };
                Found::Bytes(bytes)
            }
        };
        let access = self.access(cares);
        let len = if let Found::Bytes(bytes) = &value { bytes.len() } else { 0 };
        access.check(key.as_bytes(), len).map_err(|_| Error::from_reason("The key or the value is too long"))?;
        Ok(self.answer(access.set(key.as_bytes(), &value, expires(ttl)), |stored| {
            if stored == Stored::Stored { STORED } else { FULL }
        }))
    }

    /// As for `set`, and 2 when there are bytes. `found` has the new number.
    #[napi]
    pub fn add(&self, key: String, by: f64, ttl: f64, cares: bool) -> Result<f64> {
        let access = self.access(cares);
        access.check(key.as_bytes(), 0).map_err(|_| Error::from_reason("The key is too long"))?;
        Ok(self.answer(access.add(key.as_bytes(), by, expires(ttl)), |stored| match stored {
            Stored::Number(number) => {
                self.found.replace(Some(Found::Number(number)));
                STORED
            }
            Stored::NotANumber => NOT_A_NUMBER,
            Stored::Full | Stored::Stored => FULL,
        }))
    }

    /// 1 when it was there, 0 when it was not, -1 to wait.
    #[napi]
    pub fn delete(&self, key: String, cares: bool) -> f64 {
        self.answer(self.access(cares).delete(key.as_bytes()), |was| f64::from(u8::from(was)))
    }

    /// 1, or -1 to wait.
    #[napi]
    pub fn clear(&self, cares: bool) -> f64 {
        self.answer(self.access(cares).clear(), |()| 1.0)
    }

    /// How many there are, or -1 to wait.
    #[napi]
    pub fn len(&self, cares: bool) -> f64 {
        self.answer(self.access(cares).len(), |len| len as f64)
    }

    /// All keys; nothing to wait.
    #[napi]
    pub fn keys(&self, cares: bool) -> Option<Vec<String>> {
        let mut all = None;
        self.answer(self.access(cares).keys(), |keys| {
            all = Some(keys);
            1.0
        });
        all
    }

    /// Bytes of such a map.
    #[napi]
    pub fn bytes(capacity: u32, key_bytes: u32, value_bytes: u32) -> f64 {
        let slots = Slots::bytes(capacity as usize, key_bytes as usize, value_bytes as usize);
        (size_of::<SharedMap<Real>>() + slots) as f64
    }
}

fn expires(ttl: f64) -> u64 {
    if ttl > 0.0 { now().saturating_add((ttl * NANOS_PER_MS) as u64) } else { 0 }
}
