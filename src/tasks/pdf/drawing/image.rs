//! Pictures: as large as they are asked to be, at the cursor or anywhere.

use super::Drawer;
use super::request::Image;
use crate::tasks::pdf::request::{Alignment, Valign};
use crate::tasks::pdf::scene::{Anchor, Frame, Item, Target};

impl Drawer<'_> {
    pub(super) fn image(&mut self, image: &Image) {
        let Some(picture) = self.assets.image(&image.src) else { return };
        let natural = self.assets.pictures.size(picture);
        let (width, height) = size_of(image, natural);
        let (mut x, mut y) = (image.x.unwrap_or(self.x), image.y.unwrap_or(self.y));
        if let Some([room_x, room_y]) = image.fit.or(image.cover) {
            x += match image.align {
                None | Some(Alignment::Left | Alignment::Justify) => 0.0,
                Some(Alignment::Center) => (room_x - width) / 2.0,
                Some(Alignment::Right) => room_x - width,
            };
            y += match image.valign {
                None | Some(Valign::Top) => 0.0,
                Some(Valign::Center) => (room_y - height) / 2.0,
                Some(Valign::Bottom) => room_y - height,
            };
        }
        if let Some(link) = &image.link {
            self.link([x, y, width, height], link.into());
        }
        if let Some(name) = &image.go_to {
            self.link([x, y, width, height], Target::Anchor(name.clone()));
        }
        if let Some(name) = &image.destination {
            self.sheets.push_anchor(Anchor { name: name.clone(), x, y });
        }
        let opacity = image.opacity.unwrap_or(self.pen.fill_opacity).clamp(0.0, 1.0);
        let mark = self.figure_mark(image.alt.as_deref());
        self.push_marked(mark, vec![Item::Picture { picture, frame: Frame { x, y, width, height }, opacity }]);
        if image.in_flow {
            self.y += height;
        }
    }
}

fn size_of(image: &Image, (width, height): (f32, f32)) -> (f32, f32) {
    let ratio = if height > 0.0 && width > 0.0 { width / height } else { 1.0 };
    let given = |length: Option<f32>| length.filter(|length| *length > 0.0);
    match (given(image.width), given(image.height)) {
        (Some(width), Some(height)) => return (width, height),
        (Some(width), None) => return (width, width / ratio),
        (None, Some(height)) => return (height * ratio, height),
        (None, None) => {}
    }
    if let Some(scale) = given(image.scale) {
        return (width * scale, height * scale);
    }
    let by_width = |room: [f32; 2]| (room[0], room[0] / ratio);
    let by_height = |room: [f32; 2]| (room[1] * ratio, room[1]);
    match (image.fit, image.cover) {
        (Some(room), _) if ratio * room[1] > room[0] => by_width(room),
        (Some(room), _) => by_height(room),
        (None, Some(room)) if ratio * room[1] > room[0] => by_height(room),
        (None, Some(room)) => by_width(room),
        (None, None) => (width, height),
    }
}
