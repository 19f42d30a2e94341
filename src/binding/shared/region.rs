//! Named memory, as an `ArrayBuffer` over it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Weak};

use napi::bindgen_prelude::*;
use napi::sys;
use napi_derive::napi;

use crate::shared::{Refused, Region};

#[napi(js_name = "NamedMemory")]
pub struct RegionHandle {
    region: Arc<Region>,
    #[napi(readonly)]
    pub made: bool,
}

thread_local! {
    /// Those of this thread's environment, for its `'exit'` event.
    static HERE: RefCell<HashMap<usize, Weak<Region>>> = RefCell::default();
}

#[napi]
impl RegionHandle {
    /// Opens a name among all processes of this user, or within this process; `may_be_made` where nobody has it open yet.
    /// What goes wrong is said by the error's message: `size N`, `missing`, `foreign`, or a code of the system's.
    #[napi(factory)]
    pub fn open(name: String, bytes: f64, among_processes: bool, may_be_made: bool) -> Result<Self> {
        let opened = if among_processes {
            Region::open(&name, bytes as usize, may_be_made)
        } else {
            Region::within(&name, bytes as usize)
        };
        let (region, made) = opened.map_err(|refused| {
            Error::from_reason(match refused {
                Refused::Size(bytes) => format!("size {bytes}"),
                Refused::Missing => "missing".to_owned(),
                Refused::NotOurs => "foreign".to_owned(),
                Refused::System(error) => error.to_string(),
            })
        })?;
        let region = Arc::new(region);
        HERE.with_borrow_mut(|here| here.insert(Arc::as_ptr(&region).addr(), Arc::downgrade(&region)));
        Ok(Self { region, made })
    }

    /// An `ArrayBuffer` over the memory itself, which lives as long as either. Nothing where the platform allows none.
    #[napi]
    pub fn buffer<'env>(&self, env: &'env Env) -> Option<Unknown<'env>> {
        let hint = Arc::into_raw(Arc::clone(&self.region)).cast_mut().cast::<c_void>();
        let (at, len) = (self.region.start().cast::<c_void>(), self.region.bytes());
        let mut value = ptr::null_mut();
        // SAFETY: the memory stays mapped until `release` has given the region back, which Node calls once.
        let status =
            unsafe { sys::napi_create_external_arraybuffer(env.raw(), at, len, Some(release), hint, &mut value) };
        if status != sys::Status::napi_ok {
            // SAFETY: Node has refused the memory, and gives nothing back.
            drop(unsafe { Arc::from_raw(hint.cast::<Region>()) });
            return None;
        }
        // SAFETY: a live value of this environment.
        Some(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
    }

    /// Gives up the name; the memory stays for as long as it is used.
    #[napi]
    pub fn close(&self) {
        self.region.close();
        HERE.with_borrow_mut(|here| here.remove(&Arc::as_ptr(&self.region).addr()));
    }
}

unsafe extern "C" fn release(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: `hint` is what `buffer` gave away; Node calls this once.
    drop(unsafe { Arc::from_raw(hint.cast::<Region>()) });
}

/// Gives up all names of this thread's environment, for the `'exit'` event of the process.
pub(in crate::binding) fn close_all_here() {
    HERE.with_borrow_mut(|here| {
        for region in here.drain().filter_map(|(_, region)| region.upgrade()) {
            region.close();
        }
    });
}
