//! Loops over tiles of elements, for the SIMD instructions that this processor has. The published binary is built for
//! the oldest processors of its platform; these loops are compiled once more for each level above, and chosen at run
//! time.
//!
//! A level changes how many elements an instruction takes, never what it computes: no level fuses a product and a sum.

/// Elements that a loop handles at a time, a multiple of every SIMD width. So few that the tiles of an expression stay
/// in the first-level cache, and that the processor begins with the next step before it is through with the last: a
/// step that waits for the divider hides the others.
pub(super) const TILE: usize = 64;

/// The values of some consecutive elements.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Tile(pub [f64; TILE]);

/// `from + k * step` for the k from `first` on: the values of `i` in a tile.
pub(super) struct Ramp {
    pub first: f64,
    pub from: f64,
    pub step: f64,
}

impl Ramp {
    #[inline(always)]
    fn at(&self, lane: usize) -> f64 {
        self.from + (self.first + LANE_NUMBERS.0[lane]) * self.step
    }
}

const LANE_NUMBERS: Tile = {
    let mut numbers = [0.0; TILE];
    let mut lane = 0;
    while lane < TILE {
        numbers[lane] = lane as f64;
        lane += 1;
    }
    Tile(numbers)
};

/// A level that this processor has: only `BASELINE` and `available` make one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level(Instructions);

#[derive(Clone, Copy, Debug)]
enum Instructions {
    /// What every processor of the platform has: SSE2, or NEON on Arm.
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What is computed of each element alone. `of` must be `#[inline(always)]`, as must all of it that is to be
/// vectorised.
pub(super) trait Elementwise {
    fn of(x: f64, y: f64, z: f64) -> f64;

    /// Whether `of` cannot compute this element, and `rarely` has to.
    #[inline(always)]
    fn is_rare(_x: f64, _y: f64) -> bool {
        false
    }

    fn rarely(x: f64, _y: f64) -> f64 {
        x
    }
}

/// Any other loop. `run` must be `#[inline(always)]`. What it writes and what it reads are apart, which lets it be
/// vectorised.
pub(super) trait Loop {
    type Target;
    type Source;
    fn run(target: &mut Self::Target, source: &Self::Source);
}

impl Level {
    pub(super) const BASELINE: Self = Self(Instructions::Baseline);

    /// Every level that this processor has, the widest last.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wider = {
            let avx2 = is_x86_feature_detected!("avx2");
            let avx512 = avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            [avx2.then_some(Self(Instructions::Avx2)), avx512.then_some(Self(Instructions::Avx512))]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let wider = [None];
        std::iter::once(Self::BASELINE).chain(wider.into_iter().flatten())
    }

    pub(super) fn widest() -> Self {
        Self::available().last().unwrap_or(Self::BASELINE)
    }

    /// The loop that computes a tile, element by element.
    pub(super) fn over_tiles<E: Elementwise>(self) -> TileKernel {
        TileKernel(match self.0 {
            Instructions::Baseline => each::<E>,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => each_with_avx2::<E>,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => each_with_avx512::<E>,
        })
    }

    /// The same loop over the values of `i`, which are made on the way instead of being written and read again.
    pub(super) fn over_ramps<E: Elementwise>(self) -> RampKernel {
        RampKernel(match self.0 {
            Instructions::Baseline => each_of_ramp::<E>,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => each_of_ramp_with_avx2::<E>,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => each_of_ramp_with_avx512::<E>,
        })
    }

    /// Runs a loop with the instructions of this level.
    pub(super) fn run<L: Loop>(self, target: &mut L::Target, source: &L::Source) {
        match self.0 {
            Instructions::Baseline => run_with_baseline::<L>(target, source),
            // SAFETY: `available` made this level, having found that the processor has AVX2.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { run_with_avx2::<L>(target, source) },
            // SAFETY: as above, with the three sets of AVX-512.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { run_with_avx512::<L>(target, source) },
        }
    }
}

/// Computes a tile out of up to three, with the instructions of the level that made it.
#[derive(Clone, Copy)]
pub(super) struct TileKernel(unsafe fn(&Tile, &Tile, &Tile, &mut Tile));

impl TileKernel {
    pub(super) fn run(self, [x, y, z]: [&Tile; 3], to: &mut Tile) {
        // SAFETY: what is unsafe about the function is that the processor must have its instructions; it has, since the
        // level was there to make this.
        unsafe { (self.0)(x, y, z, to) }
    }
}

/// Computes a tile out of the values of `i`, likewise.
#[derive(Clone, Copy)]
pub(super) struct RampKernel(unsafe fn(&Ramp, &mut Tile));

impl RampKernel {
    pub(super) fn run(self, ramp: &Ramp, to: &mut Tile) {
        // SAFETY: as for `TileKernel`.
        unsafe { (self.0)(ramp, to) }
    }
}

#[inline(always)]
fn each<E: Elementwise>(x: &Tile, y: &Tile, z: &Tile, to: &mut Tile) {
    for i in 0..TILE {
        to.0[i] = E::of(x.0[i], y.0[i], z.0[i]);
    }
    set_rare::<E>(|i| (x.0[i], y.0[i]), to);
}

#[inline(always)]
fn each_of_ramp<E: Elementwise>(ramp: &Ramp, to: &mut Tile) {
    for i in 0..TILE {
        let x = ramp.at(i);
        to.0[i] = E::of(x, x, x);
    }
    set_rare::<E>(|i| (ramp.at(i), ramp.at(i)), to);
}

#[inline(always)]
fn set_rare<E: Elementwise>(operands: impl Fn(usize) -> (f64, f64), to: &mut Tile) {
    let is_rare = |i: usize| {
        let (x, y) = operands(i);
        E::is_rare(x, y)
    };
    if (0..TILE).fold(false, |any, i| any | is_rare(i)) {
        for i in (0..TILE).filter(|i| is_rare(*i)) {
            let (x, y) = operands(i);
            to.0[i] = E::rarely(x, y);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn each_with_avx2<E: Elementwise>(x: &Tile, y: &Tile, z: &Tile, to: &mut Tile) {
    each::<E>(x, y, z, to);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn each_with_avx512<E: Elementwise>(x: &Tile, y: &Tile, z: &Tile, to: &mut Tile) {
    each::<E>(x, y, z, to);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn each_of_ramp_with_avx2<E: Elementwise>(ramp: &Ramp, to: &mut Tile) {
    each_of_ramp::<E>(ramp, to);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn each_of_ramp_with_avx512<E: Elementwise>(ramp: &Ramp, to: &mut Tile) {
    each_of_ramp::<E>(ramp, to);
}

/// Never inlined, or the compiler starts on this loop before it has seen which level it is for.
#[inline(never)]
fn run_with_baseline<L: Loop>(target: &mut L::Target, source: &L::Source) {
    L::run(target, source);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_with_avx2<L: Loop>(target: &mut L::Target, source: &L::Source) {
    L::run(target, source);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn run_with_avx512<L: Loop>(target: &mut L::Target, source: &L::Source) {
    L::run(target, source);
}
