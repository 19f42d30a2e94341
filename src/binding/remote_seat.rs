//! The seat of a worker that is a process of its own, kept by the owner: it takes calls from the crew for the process, and
//! gives back what that answers. Runs on: the owner's JS thread.

use std::ptr;
use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};
use napi_derive::napi;

use crate::engine::{Answer, Crew};

use super::crew::CrewHandle;
use super::seat::{META, answer, hand_over};

#[napi]
pub struct RemoteSeat {
    crew: Arc<Crew>,
    worker: u32,
}

#[napi]
impl RemoteSeat {
    #[napi(constructor)]
    pub fn new(crew: &CrewHandle, worker: u32) -> Self {
        Self { crew: crew.crew(), worker }
    }

    /// The next call: kind, run, place, name, flags, parcel, and the value. A worker in a process is sent no parcels.
    #[napi]
    pub fn take(&self, env: &Env) -> Result<Unknown<'_>> {
        let raw = env.raw();
        let mut list = ptr::null_mut();
        // SAFETY: on the thread of a live `env`, inside the handle scope of the call, with out pointers that live through
        // the calls.
        unsafe {
            let (value, numbers) = hand_over(raw, self.crew.take_at_once(self.worker));
            check_status!(sys::napi_create_array_with_length(raw, META + 1, &mut list))?;
            for (at, number) in (0..).zip(numbers) {
                let mut element = ptr::null_mut();
                check_status!(sys::napi_create_uint32(raw, number, &mut element))?;
                check_status!(sys::napi_set_element(raw, list, at, element))?;
            }
            if !value.is_null() {
                check_status!(sys::napi_set_element(raw, list, META as u32, value))?;
            }
            Ok(Unknown::from_raw_unchecked(raw, list))
        }
    }

    /// The name of an export by its number.
    #[napi]
    pub fn name_of(&self, name: u32) -> Option<String> {
        self.crew.name_of(name).map(|name| name.to_string())
    }

    /// The process has loaded its file and takes calls.
    #[napi]
    pub fn ready(&self) {
        self.crew.ready(self.worker);
    }

    /// Ends a run; as the `give` of a worker thread.
    #[napi]
    pub fn give(&self, run: u32, kind: u32, value: Option<Either<f64, String>>) -> bool {
        self.crew.finish(self.worker, run, answer(kind, value), kind > 3)
    }

    /// A run is this far: 2 for JSON text, 3 in the mail.
    #[napi]
    pub fn report(&self, run: u32, kind: u32, json: Option<String>) {
        let answer = json.filter(|_| kind == 2).map_or(Answer::Mail, Answer::Json);
        self.crew.report(self.worker, run, answer);
    }

    /// The worker is to be replaced: it gets no more calls.
    #[napi]
    pub fn retire(&self) {
        self.crew.retire(self.worker);
    }
}
