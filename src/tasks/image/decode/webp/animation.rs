//! Animations, by RFC 9649: a loop count in the chunk `ANIM`, and for every frame a chunk `ANMF`, which says where on the
//! canvas its picture goes, and how.

use super::{KIND, pixels};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::decode::gif::{copy, opaque};
use crate::tasks::image::decode::{Ask, Decoded, Header, invalid};
use crate::tasks::image::raster::{Picture, Raster};

/// The bytes of a frame before its picture.
const FRAME_HEADER: usize = 16;

/// The delay of each frame in milliseconds, and how often all of it is shown, 0 for ever.
pub(super) fn timing(bytes: &[u8]) -> (Vec<u32>, u32) {
    let mut loops = 0;
    for chunk in chunks(bytes) {
        if let (b"ANIM", [_, _, _, _, low, high, ..]) = (&chunk.name, chunk.data) {
            loops = u32::from(u16::from_le_bytes([*low, *high]));
        }
    }
    (frames(bytes).map(|frame| frame.delay).collect(), loops)
}

/// The frames that are asked for, composed on the canvas.
pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let mut canvas = Raster::<u8>::new(header.width, header.height, 4)?;
    let mut result = Vec::new();
    for (number, frame) in frames(bytes).enumerate().take((ask.page + ask.pages) as usize) {
        if !frame.is_within(&canvas) {
            return Err(invalid(KIND, Code::ImageInvalid, &"a frame lies beside the canvas", context));
        }
        let mut picture = Raster::<u8>::new(frame.width, frame.height, 4)?;
        pixels::decode(frame.picture(), &mut picture, ask.fail_on, context)?;
        frame.draw(&picture, &mut canvas, context)?;
        if number >= ask.page as usize {
            let shown = if header.has_alpha { copy(&canvas)? } else { opaque(&canvas, context)? };
            result.push(Picture::Eight(shown));
        }
        if frame.is_cleared {
            frame.rows(&mut canvas).for_each(|row| row.fill(0));
        }
    }
    if result.len() < ask.pages as usize {
        let cause = format!("it has {} of {} frames", result.len(), ask.pages);
        return Err(invalid(KIND, Code::ImageInvalid, &cause, context));
    }
    Ok(Decoded { frames: result })
}

struct Frame<'a> {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    delay: u32,
    /// Whether it goes over what is there, seen through where it is transparent; otherwise it takes its place.
    is_blended: bool,
    /// Whether its part of the canvas is transparent afterwards.
    is_cleared: bool,
    chunks: &'a [u8],
}

impl<'a> Frame<'a> {
    fn of(data: &'a [u8]) -> Option<Self> {
        let (head, chunks) = data.split_first_chunk::<FRAME_HEADER>()?;
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], 0]);
        Some(Self {
            left: 2 * number(0),
            top: 2 * number(3),
            width: number(6) + 1,
            height: number(9) + 1,
            delay: number(12),
            is_blended: head[15] & 2 == 0,
            is_cleared: head[15] & 1 != 0,
            chunks,
        })
    }

    /// From its alpha or pixels on: what comes before them is not known to libwebp.
    fn picture(&self) -> &'a [u8] {
        let mut rest = Chunks(self.chunks);
        loop {
            let from = rest.0;
            match rest.next() {
                Some(chunk) if !matches!(&chunk.name, b"ALPH" | b"VP8 " | b"VP8L") => {}
                _ => return from,
            }
        }
    }

    fn is_within(&self, canvas: &Raster<u8>) -> bool {
        self.left + self.width <= canvas.width && self.top + self.height <= canvas.height
    }

    /// The parts of the canvas's rows that the frame covers.
    fn rows<'c>(&self, canvas: &'c mut Raster<u8>) -> impl Iterator<Item = &'c mut [u8]> + use<'c> {
        let [left, top, width, height] = [self.left, self.top, self.width, self.height].map(|side| side as usize);
        let row_len = canvas.row_len();
        canvas.data.chunks_exact_mut(row_len).skip(top).take(height).map(move |row| &mut row[4 * left..][..4 * width])
    }

    fn draw(&self, picture: &Raster<u8>, canvas: &mut Raster<u8>, context: &Context<'_>) -> Result<(), TaskError> {
        for (to, from) in self.rows(canvas).zip(picture.data.chunks_exact(picture.row_len())) {
            context.check()?;
            if self.is_blended {
                blend(from, to);
            } else {
                to.copy_from_slice(from);
            }
        }
        Ok(())
    }
}

/// The RFC's "alpha-blending", in whole numbers: neither side is premultiplied.
fn blend(from: &[u8], to: &mut [u8]) {
    for (from, to) in from.as_chunks::<4>().0.iter().zip(to.as_chunks_mut::<4>().0) {
        let over = u32::from(from[3]);
        // In parts of 255 * 255.
        let under = u32::from(to[3]) * (255 - over);
        let alpha = 255 * over + under;
        if under == 0 {
            *to = if over == 0 { [0; 4] } else { *from };
            continue;
        }
        for channel in 0..3 {
            let sum = u32::from(from[channel]) * 255 * over + u32::from(to[channel]) * under;
            to[channel] = ((sum + alpha / 2) / alpha) as u8;
        }
        to[3] = ((alpha + 127) / 255) as u8;
    }
}

fn frames(bytes: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    chunks(bytes).filter(|chunk| &chunk.name == b"ANMF").filter_map(|chunk| Frame::of(chunk.data))
}

/// The chunks of a file.
fn chunks(bytes: &[u8]) -> Chunks<'_> {
    Chunks(bytes.get(12..).unwrap_or_default())
}

struct Chunk<'a> {
    name: [u8; 4],
    /// As much of it as there is.
    data: &'a [u8],
}

/// What follows of a row of chunks.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (name, rest) = self.0.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let len = u32::from_le_bytes(*len) as usize;
        let data = &rest[..len.min(rest.len())];
        self.0 = rest.get(len.next_multiple_of(2)..).unwrap_or_default();
        Some(Chunk { name: *name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::request::FailOn;

    fn decoded(bytes: &[u8], fail_on: FailOn) -> Result<Vec<Raster<u8>>, TaskError> {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let header = crate::tasks::image::decode::header(bytes, 0, &context)?;
        let ask = Ask { shrink: 1, page: 0, pages: header.pages, fail_on };
        let frames = super::super::decode(&header, bytes, &ask, &context)?.frames;
        let eight =
            |picture| if let Picture::Eight(raster) = picture { raster } else { unreachable!("WebP has 8 bits") };
        Ok(frames.into_iter().map(eight).collect())
    }

    /// A chunk with its header, at an even length.
    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut chunk = [name, &(data.len() as u32).to_le_bytes()[..], data].concat();
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    }

    /// The fixture's two frames of 60 × 40, each changed.
    fn animation(change: impl Fn(usize, &[u8]) -> Vec<u8>) -> Vec<u8> {
        let file = include_bytes!("../../../../../__test__/fixtures/formats/animated.webp");
        let mut body = b"WEBP".to_vec();
        let mut number = 0;
        for part in chunks(file) {
            let mut data = part.data.to_vec();
            if &part.name == b"VP8X" {
                // There is alpha.
                data[0] |= 0x10;
            } else if &part.name == b"ANMF" {
                data = change(number, part.data);
                number += 1;
            }
            body.extend(chunk(&part.name, &data));
        }
        chunk(b"RIFF", &body)
    }

    /// With an alpha channel of one value for all pixels, not compressed.
    fn with_alpha(frame: &[u8], alpha: u8) -> Vec<u8> {
        let (head, picture) = frame.split_at(FRAME_HEADER);
        let data = [&[0][..], &[alpha; 60 * 40]].concat();
        [head, &chunk(b"ALPH", &data), picture].concat()
    }

    #[test]
    fn frames_are_blended_cleared_and_may_have_alpha() {
        let plain = decoded(&animation(|_, frame| frame.to_vec()), FailOn::Warning).unwrap();
        assert_eq!((plain.len(), plain[0].size(), plain[0].channels), (2, (60, 40), 4));
        // The first is seen through, half; the second, of a quarter, goes over what is left of it: nothing, when it is cleared.
        for (flags, under) in [(0, 128), (1, 0), (2, 128)] {
            let file = animation(|number, frame| {
                let mut frame = with_alpha(frame, [128, 64][number]);
                frame[15] = flags;
                frame
            });
            let frames = decoded(&file, FailOn::Warning).unwrap();
            assert!(
                frames[0].data.chunks(4).zip(plain[0].data.chunks(4)).all(|(a, b)| a[..3] == b[..3] && a[3] == 128)
            );
            let blended = if flags == 2 { 64 } else { 64 + (f64::from(under) * 191.0 / 255.0).round() as u8 };
            assert!(frames[1].data.chunks(4).all(|pixel| pixel[3] == blended), "{flags}: {:?}", &frames[1].data[..4]);
        }
    }

    #[test]
    fn a_frame_that_is_not_as_it_says_is_invalid() {
        let broken = [
            // Narrower than its picture, with alpha and without: image-webp panicked there.
            animation(|_, frame| with_alpha(&[&frame[..6], &[30, 0, 0], &frame[9..]].concat(), 9)),
            animation(|_, frame| [&frame[..6], &[30, 0, 0], &frame[9..]].concat()),
            // Beside the canvas.
            animation(|_, frame| [&[1], &frame[1..]].concat()),
            // Without a picture, and with nothing of it.
            animation(|_, frame| frame[..FRAME_HEADER].to_vec()),
            animation(|_, frame| [&frame[..FRAME_HEADER], b"VP8 \xff\xff\xff\xff"].concat()),
        ];
        for (number, file) in broken.iter().enumerate() {
            for fail_on in [FailOn::None, FailOn::Warning] {
                assert_eq!(decoded(file, fail_on).unwrap_err().code, Code::ImageInvalid, "{number}");
            }
        }
    }

    #[test]
    fn a_frame_that_is_cut_off_passes_where_nothing_fails() {
        let file = animation(|_, frame| frame[..frame.len() / 2].to_vec());
        assert_eq!(decoded(&file, FailOn::Warning).unwrap_err().code, Code::ImageInvalid);
        assert_eq!(decoded(&file, FailOn::None).unwrap().len(), 2);
    }

    #[test]
    fn blending_is_that_of_the_rfc() {
        let over = |from: [u8; 4], to: [u8; 4]| {
            let mut result = to;
            blend(&from, &mut result);
            result
        };
        assert_eq!(over([10, 20, 30, 255], [1, 2, 3, 255]), [10, 20, 30, 255]);
        assert_eq!(over([10, 20, 30, 0], [1, 2, 3, 255]), [1, 2, 3, 255]);
        assert_eq!(over([10, 20, 30, 0], [1, 2, 3, 0]), [0; 4]);
        assert_eq!(over([10, 20, 30, 40], [1, 2, 3, 0]), [10, 20, 30, 40]);
        assert_eq!(over([200, 0, 100, 51], [100, 100, 100, 255]), [120, 80, 100, 255]);
        // 128 over 128 is 192; the upper colour has two thirds of it.
        assert_eq!(over([255, 0, 0, 128], [0, 255, 0, 128]), [170, 85, 0, 192]);
    }
}
