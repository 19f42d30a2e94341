//! Ends all work when the process exits. Runs on: the JS thread.
//!
//! Cleanup hooks do not run on the main thread's `process.exit()` or after an uncaught exception; the `'exit'` event
//! comes in both. The listener is set here and not in the JS layer, because a realm such as Jest's has a `process` of
//! its own, which never hears of the exit.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::session::shut_down_all;

/// The arguments of `process.once(event, listener)`.
type Listen<'a> = FnArgs<(&'static str, Function<'a, (), ()>)>;

#[napi(module_exports)]
pub fn listen(exports: Object<'_>, env: Env) -> Result<()> {
    super::shared::export_channel(&exports, env)?;
    let process: Object<'_> = env.get_global()?.get_named_property("process")?;
    let once: Function<'_, Listen<'_>, Unknown<'_>> = process.get_named_property("once")?;
    let on_exit = env.create_function_from_closure::<(), (), _>("offloop", |_| {
        shut_down_all();
        #[cfg(unix)]
        super::children::end_all_here();
        #[cfg(unix)]
        super::shared::close_all_here();
        Ok(())
    })?;
    once.apply(process, ("exit", on_exit).into())?;
    Ok(())
}
