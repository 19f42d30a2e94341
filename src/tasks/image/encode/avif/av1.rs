//! AV1 by rav1e, on the thread of the task.

use rav1e::prelude::{
    ChromaSamplePosition, ChromaSampling, ColorDescription, ColorPrimaries, Config, Context as Encoder, EncoderConfig,
    EncoderStatus, MatrixCoefficients, Pixel, PixelRange, Rational, SceneDetectionSpeed, SpeedSettings,
    TransferCharacteristics, Tune,
};

use super::planes::Fill;
use super::watch::watched;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::request;

/// A coded picture.
pub(super) struct Stream {
    pub(super) bytes: Vec<u8>,
    /// What the box `av1C` says.
    pub(super) configuration: Vec<u8>,
    pub(super) monochrome: bool,
}

/// Encodes the planes that `fill` writes.
pub(super) fn encode<P: Pixel>(
    (width, height): (u32, u32),
    sampling: ChromaSampling,
    options: &request::Avif,
    fill: &dyn Fill<P>,
    context: &Context<'_>,
) -> Result<Stream, TaskError> {
    let bits = options.bitdepth as usize;
    let quantizer = quantizer(options.quality.0);
    let config = Config::new().with_threads(1).with_encoder_config(EncoderConfig {
        width: width as usize,
        height: height as usize,
        sample_aspect_ratio: Rational::new(1, 1),
        time_base: Rational::new(1, 1),
        bit_depth: bits,
        chroma_sampling: sampling,
        chroma_sample_position: ChromaSamplePosition::Unknown,
        pixel_range: PixelRange::Full,
        color_description: (sampling != ChromaSampling::Cs400).then_some(ColorDescription {
            color_primaries: ColorPrimaries::BT709,
            transfer_characteristics: TransferCharacteristics::SRGB,
            matrix_coefficients: MatrixCoefficients::BT601,
        }),
        still_picture: true,
        quantizer,
        min_quantizer: quantizer as u8,
        tune: Tune::Psychovisual,
        tiles: 1,
        speed_settings: speed(options.effort.0),
        ..EncoderConfig::default()
    });
    let failed =
        |cause: &dyn std::fmt::Display| TaskError::new(Code::TaskFailed, format!("Cannot encode the AVIF: {cause}"));
    let mut encoder: Encoder<P> = config.new_context().map_err(|error| failed(&error))?;
    let mut frame = encoder.new_frame();
    fill.fill(&mut frame.planes, context)?;
    let encoded = watched(context, move || {
        encoder.send_frame(frame)?;
        encoder.flush();
        let mut bytes = Vec::new();
        loop {
            match encoder.receive_packet() {
                Ok(packet) => bytes.extend(packet.data),
                Err(EncoderStatus::Encoded) => {}
                Err(EncoderStatus::LimitReached) => return Ok((bytes, encoder.container_sequence_header())),
                Err(status) => return Err(status),
            }
        }
    })?;
    let (bytes, mut configuration) = encoded.map_err(|status| failed(&status))?;
    let monochrome = sampling == ChromaSampling::Cs400;
    if monochrome && let Some(flags) = configuration.get_mut(2) {
        // By the specification chroma that is not there is halved both ways; rav1e says so of its width only.
        *flags |= 0b1100;
    }
    Ok(Stream { bytes, configuration, monochrome })
}

/// sharp's quality, and the index of the quantiser with which rav1e comes closest to what sharp makes of photos with it.
const QUALITIES: [(u64, u64); 6] = [(1, 240), (30, 184), (50, 145), (70, 96), (90, 40), (100, 10)];

/// Between two known qualities on a straight line.
fn quantizer(quality: u64) -> usize {
    let next = QUALITIES.iter().position(|(known, _)| quality <= *known).unwrap_or(QUALITIES.len() - 1).max(1);
    let ((low, coarse), (high, fine)) = (QUALITIES[next - 1], QUALITIES[next]);
    (coarse - (coarse - fine) * (quality - low) / (high - low)) as usize
}

/// sharp's effort, 0 (fast) to 9 (small), is rav1e's speed, 10 to 1.
fn speed(effort: u64) -> SpeedSettings {
    let mut settings = SpeedSettings::from_preset((10 - effort) as u8);
    // These are of use for films only.
    settings.multiref = false;
    settings.rdo_lookahead_frames = 1;
    settings.scene_detection_mode = SceneDetectionSpeed::None;
    settings.motion.include_near_mvs = false;
    settings.motion.use_satd_subpel = false;
    settings
}
