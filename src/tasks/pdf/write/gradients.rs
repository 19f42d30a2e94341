//! Gradients of a page as objects, which PDF has as patterns.
//!
//! By ISO 32000-1, 8.7 (patterns) and 7.10 (functions).

use pdf_writer::types::FunctionShadingType;
use pdf_writer::writers::{ExponentialFunction, ShadingPattern, StitchingFunction};
use pdf_writer::{Finish, Name, Obj, Ref};

use super::file::File;
use crate::engine::TaskError;
use crate::tasks::pdf::scene::{Color, Gradient, GradientKind};

/// Writes a gradient as a pattern.
pub(super) fn write(file: &mut File<'_>, gradient: &Gradient, matrix: [f32; 6]) -> Result<Ref, TaskError> {
    let id = file.reserve();
    file.object(id, |object| write_gradient(object, gradient, matrix))?;
    Ok(id)
}

fn write_gradient(object: Obj<'_>, gradient: &Gradient, matrix: [f32; 6]) {
    let mut pattern = object.start::<ShadingPattern<'_>>();
    pattern.matrix(matrix);
    let mut shading = pattern.function_shading();
    // In CMYK only when all of it is.
    let is_cmyk = gradient.stops.iter().all(|(_, color)| matches!(color, Color::Cmyk(_))) && !gradient.stops.is_empty();
    match gradient.kind {
        GradientKind::Linear(line) => {
            shading.shading_type(FunctionShadingType::Axial);
            shading.coords(line);
        }
        GradientKind::Radial([x1, y1, r1, x2, y2, r2]) => {
            shading.shading_type(FunctionShadingType::Radial);
            shading.coords([x1, y1, r1.max(0.0), x2, y2, r2.max(0.0)]);
        }
    }
    let space = shading.color_space();
    if is_cmyk {
        space.device_cmyk();
    } else {
        space.device_rgb();
    }
    shading.extend([true, true]);
    let stops = sorted(gradient);
    write_function(shading.insert(Name(b"Function")), &stops, is_cmyk);
    shading.finish();
    pattern.finish();
}

/// The stops from 0 to 1, rising, at least two.
fn sorted(gradient: &Gradient) -> Vec<(f32, Color)> {
    let mut stops: Vec<(f32, Color)> = Vec::with_capacity(gradient.stops.len() + 2);
    for (offset, color) in &gradient.stops {
        let last = stops.last().map_or(0.0, |stop| stop.0);
        stops.push((offset.clamp(0.0, 1.0).max(last), *color));
    }
    let (first, last) = (stops.first().copied(), stops.last().copied());
    let (first, last) = (first.unwrap_or((0.0, Color::BLACK)), last.unwrap_or((1.0, Color::BLACK)));
    if first.0 > 0.0 || stops.is_empty() {
        stops.insert(0, (0.0, first.1));
    }
    if last.0 < 1.0 || stops.len() < 2 {
        stops.push((1.0, last.1));
    }
    stops
}

fn write_function(object: Obj<'_>, stops: &[(f32, Color)], is_cmyk: bool) {
    let pairs: Vec<[(f32, Color); 2]> = stops.windows(2).filter_map(|pair| pair.first_chunk().copied()).collect();
    if let [[from, to]] = pairs[..] {
        return write_step(object.start(), from.1, to.1, is_cmyk);
    }
    let mut function = object.start::<StitchingFunction<'_>>();
    function.domain([0.0, 1.0]);
    function.bounds(pairs.iter().skip(1).map(|[from, _]| from.0));
    function.encode(pairs.iter().flat_map(|_| [0.0, 1.0]));
    let mut functions = function.insert(Name(b"Functions")).array();
    for [from, to] in &pairs {
        write_step(functions.push().start(), from.1, to.1, is_cmyk);
    }
}

/// From one colour to the next.
fn write_step(mut function: ExponentialFunction<'_>, from: Color, to: Color, is_cmyk: bool) {
    function.domain([0.0, 1.0]).n(1.0);
    if is_cmyk {
        function.c0(cmyk(from)).c1(cmyk(to));
    } else {
        function.c0(rgb(from)).c1(rgb(to));
    }
}

fn cmyk(color: Color) -> [f32; 4] {
    match color {
        Color::Cmyk(inks) => inks.map(|ink| share(f32::from(ink.min(100)) / 100.0)),
        Color::Rgb(samples) => {
            let [r, g, b] = samples.map(|sample| share(1.0 - f32::from(sample) / 255.0));
            [r, g, b, 0.0]
        }
    }
}

/// CMYK as readers without a profile show it.
fn rgb(color: Color) -> [f32; 3] {
    match color {
        Color::Rgb(samples) => samples.map(|sample| share(f32::from(sample) / 255.0)),
        Color::Cmyk(inks) => {
            let [c, m, y, k] = inks.map(|ink| f32::from(ink.min(100)) / 100.0);
            [c, m, y].map(|ink| share((1.0 - ink) * (1.0 - k)))
        }
    }
}

fn share(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}
