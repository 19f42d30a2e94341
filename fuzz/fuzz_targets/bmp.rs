#![no_main]

use libfuzzer_sys::fuzz_target;
use offloop_fuzz::{Format, decode};

fuzz_target!(|bytes: &[u8]| decode(&Format::BMP, bytes));
