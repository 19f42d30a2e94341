fn main() {
    look_into_libjpeg();
    watch_libwebp();
    bind_decoder();
    napi_build::setup();
}

/// Compiles what reads the fields that libjpeg's bindings keep to themselves, with the headers of the libjpeg that is built.
fn look_into_libjpeg() {
    const SOURCE: &str = "src/tasks/image/libjpeg.c";
    println!("cargo:rerun-if-changed={SOURCE}");
    if let Some(headers) = std::env::var_os("DEP_JPEG_INCLUDE") {
        cc::Build::new().file(SOURCE).includes(std::env::split_paths(&headers)).compile("offloop_jpeg");
    }
}

/// libwebp asks its progress hook only when the percentage changes, which a large picture does every 100 ms. Where the
/// linker can, calls of its `WebPReportProgress` go to the one in `tasks/image/encode/webp/progress.rs`, which asks every
/// time.
fn watch_libwebp() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(webp_progress)");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg=-Wl,--wrap=WebPReportProgress");
        println!("cargo:rustc-cfg=webp_progress");
    }
}

/// re_rav1d's assembler code takes the addresses of tables that are in Rust, and whose names Rust exports from the addon.
/// Bound within the addon they cannot be replaced from outside, and so can be addressed directly.
fn bind_decoder() {
    let is_elf = std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux");
    if is_elf && std::env::var_os("CARGO_FEATURE_AVIF").is_some() {
        println!("cargo:rustc-link-arg-cdylib=-Wl,-Bsymbolic");
    }
}
