//! The driver on libFuzzer: `FUZZ_TARGET` names the target, the arguments are libFuzzer's own.

#![no_main]
#![allow(
    unsafe_code,
    reason = "the macro exports the function that libFuzzer calls"
)]
#![allow(clippy::expect_used, reason = "nothing here is deployed")]

use std::sync::OnceLock;

use liveengage_fuzz::{Target, target};

static CHOSEN: OnceLock<&'static Target> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let chosen = CHOSEN.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
        target(&name).expect("FUZZ_TARGET names a target")
    });
    (chosen.run)(data);
});
