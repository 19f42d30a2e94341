//! Photos, drawings and codes in the flow of the content.

use std::sync::Arc;

use super::Layout;
use super::canvas::aligned;
use super::flow::shift_path;
use super::matter::Matter;
use super::place::Place;
use super::style::Resolved;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::request::{Alignment, Barcode, Cover, Node, PictureNode, Qr, Valign};
use crate::tasks::pdf::scene::{Color, Frame, Item, Link, Paint, Path, Role, Segment, Shape};

impl Matter<'_> {
    /// The place that a picture takes.
    pub(super) fn picture_size(&self, node: &PictureNode) -> (f32, f32) {
        let (width, height) = self.natural_size(node);
        let ratio = if height > 0.0 { width / height } else { 1.0 };
        if let Some([most_wide, most_tall]) = node.fit {
            let factor = (most_wide / width.max(f32::MIN_POSITIVE)).min(most_tall / height.max(f32::MIN_POSITIVE));
            return (width * factor, height * factor);
        }
        if let Some(cover) = node.cover {
            return (cover.width, cover.height);
        }
        let (mut width, mut height) = match (node.width, node.height) {
            (Some(width), Some(height)) => (width, height),
            (Some(width), None) => (width, width / ratio),
            (None, Some(height)) => (height * ratio, height),
            (None, None) => (width, height),
        };
        let [least_wide, least_tall] = node.min;
        let [most_wide, most_tall] = node.max;
        let mut set_width = |limit: Option<f32>, is_beyond: fn(f32, f32) -> bool| {
            if let Some(limit) = limit.filter(|limit| is_beyond(*limit, width)) {
                (width, height) = (limit, limit / ratio);
            }
        };
        set_width(most_wide, |limit, width| limit < width);
        set_width(most_tall.map(|tall| tall * ratio), |limit, width| limit < width);
        set_width(least_wide, |limit, width| limit > width);
        set_width(least_tall.map(|tall| tall * ratio), |limit, width| limit > width);
        (width, height)
    }

    fn natural_size(&self, node: &PictureNode) -> (f32, f32) {
        self.assets.picture_of(node).map_or((0.0, 0.0), |id| self.assets.pictures.size(id))
    }
}

impl Layout<'_> {
    pub(super) fn picture(
        &mut self,
        node: &Node,
        picture: &PictureNode,
        style: &Arc<Resolved>,
    ) -> Result<(), TaskError> {
        let matter = self.matter;
        let (width, height) = matter.picture_size(picture);
        self.next_page_unless_fits(height)?;
        let Some(id) = matter.assets.picture_of(picture) else { return Ok(()) };
        let x = self.at.x + aligned(style.alignment.unwrap_or_default(), self.at.width, width);
        let place = Frame { x, y: self.at.y, width, height };
        let opacity = style.opacity.clamp(0.0, 1.0);
        let mut items = Vec::new();
        match picture.cover {
            None => items.push(Item::Picture { picture: id, frame: place, opacity }),
            Some(cover) => {
                let frame = covering(place, matter.natural_size(picture), cover);
                items.push(Item::Save);
                items.push(Item::Clip(Path(vec![Segment::Rect(x, place.y, width, height)])));
                items.push(Item::Picture { picture: id, frame, opacity });
                items.push(Item::Restore);
            }
        }
        let alt = node.block.as_ref().and_then(|block| block.alt.as_deref());
        self.add(items, Role::Figure, alt);
        if let Some(target) = &style.link {
            let link = Link { frame: place, target: target.clone(), mark: None, title: alt.map(str::to_owned) };
            self.sheets.get_mut(self.at.page).page.links.push(link);
        }
        self.at.y += height;
        Ok(())
    }

    pub(super) fn qr(&mut self, qr: &Qr, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let Some(code) = self.matter.assets.qr(qr).map(Arc::clone) else {
            return Err(place.error(Code::PdfInvalid, "it was not made"));
        };
        self.next_page_unless_fits(code.side)?;
        let x = self.at.x + aligned(style.alignment.unwrap_or_default(), self.at.width, code.side);
        let mut items = Vec::new();
        if let Some(background) = qr.background {
            items.push(area(Path(vec![Segment::Rect(x, self.at.y, code.side, code.side)]), background));
        }
        let mut path = code.path.clone();
        shift_path(&mut path, x, self.at.y);
        items.push(area(path, qr.foreground));
        self.add(items, Role::Figure, Some(&qr.text));
        self.at.y += code.side;
        Ok(())
    }

    pub(super) fn barcode(
        &mut self,
        barcode: &Barcode,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let Some(code) = self.matter.assets.barcode(barcode).map(Arc::clone) else {
            return Err(place.error(Code::PdfInvalid, "it was not made"));
        };
        self.next_page_unless_fits(barcode.height)?;
        let x = self.at.x + aligned(style.alignment.unwrap_or_default(), self.at.width, code.width);
        let mut path = code.path.clone();
        shift_path(&mut path, x, self.at.y);
        self.add(vec![area(path, barcode.foreground)], Role::Figure, Some(&barcode.text));
        self.at.y += barcode.height;
        Ok(())
    }

    /// What is too tall for what is left of the page goes on the next, unless it is the first there.
    pub(super) fn next_page_unless_fits(&mut self, height: f32) -> Result<(), TaskError> {
        if height > self.bottom() - self.at.y + super::SLACK && self.at.y > self.top() + super::SLACK {
            self.next_page()?;
        }
        Ok(())
    }

    /// Adds a figure to the page, with the marker of a list's item if one waits.
    pub(super) fn add(&mut self, items: Vec<Item>, role: Role, alt: Option<&str>) {
        if let Some(marker) = self.marker.take() {
            let baseline = self.at.y + self.matter.base.ascent;
            marker.beside(self.at.x, baseline).into_iter().for_each(|item| self.push(item));
        }
        let mark = self.leaf(role, alt);
        if let Some(mark) = mark {
            self.push(Item::Mark(mark));
        }
        items.into_iter().for_each(|item| self.push(item));
        if mark.is_some() {
            self.push(Item::EndMark);
        }
    }
}

fn area(path: Path, color: Color) -> Item {
    Item::Shape(Shape { path, fill: Some(Paint::Color(color)), ..Shape::default() })
}

/// The frame of a picture of which only what is inside of a place is seen.
fn covering(place: Frame, (width, height): (f32, f32), cover: Cover) -> Frame {
    let factor = (place.width / width.max(f32::MIN_POSITIVE)).max(place.height / height.max(f32::MIN_POSITIVE));
    let (width, height) = (width * factor, height * factor);
    let x = match cover.align {
        Alignment::Left | Alignment::Justify => 0.0,
        Alignment::Center => (place.width - width) / 2.0,
        Alignment::Right => place.width - width,
    };
    let y = match cover.valign {
        Valign::Top => 0.0,
        Valign::Center => (place.height - height) / 2.0,
        Valign::Bottom => place.height - height,
    };
    Frame { x: place.x + x, y: place.y + y, width, height }
}
