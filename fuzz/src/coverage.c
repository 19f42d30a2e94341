// Coverage of C code that gcc has compiled with -fsanitize-coverage=trace-pc. gcc has no other kind, and libFuzzer's own
// function of this name only complains. The linker sends the calls here (build.rs), and libFuzzer reads the counters.

#include <stdint.h>

enum { COUNTERS = 1 << 15 };

__attribute__((section("__libfuzzer_extra_counters"), aligned(64))) static uint8_t counters[COUNTERS];

#if defined(__clang__)
__attribute__((no_sanitize("coverage", "address")))
#else
__attribute__((no_sanitize_coverage, no_sanitize_address))
#endif
void __wrap___sanitizer_cov_trace_pc(void) {
  uintptr_t from = (uintptr_t)__builtin_return_address(0);
  // Fibonacci hashing: the addresses of neighbours are far apart in the table.
  counters[(uint32_t)((uint32_t)from * 2654435769u) >> (32 - 15)]++;
}

// gcc has calls for comparisons of floats too, of which libFuzzer makes nothing.
void __sanitizer_cov_trace_cmpf(float a, float b) {
  (void)a;
  (void)b;
}

void __sanitizer_cov_trace_cmpd(double a, double b) {
  (void)a;
  (void)b;
}
