//! Two functions of C libraries are ours in the fuzz targets: see `src/coverage.c`, and the addon's own `build.rs`.

fn main() {
    println!("cargo:rerun-if-changed=src/coverage.c");
    cc::Build::new().file("src/coverage.c").compile("offloop_coverage");
    println!("cargo:rustc-link-arg=-Wl,--wrap=__sanitizer_cov_trace_pc");
    println!("cargo:rustc-link-arg=-Wl,--wrap=WebPReportProgress");
}
