//! Pages: their content made in parallel and written at once, and the pages themselves at once or when all is on them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use pdf_writer::types::TabOrder;
use pdf_writer::writers::Page as PageWriter;
use pdf_writer::{Filter, Name, Obj, Rect, Ref};

use super::content::{Base, Made, Resources, Shared, made};
use super::file::deflated;
use super::fonts::Fonts;
use super::links::{Written, length, write_link};
use super::{Writer, gradients};
use crate::engine::{Context, TaskError};
use crate::tasks::pdf::font::Faces;
use crate::tasks::pdf::picture::{PictureId, Pictures};
use crate::tasks::pdf::scene::{Mark, Page};

/// A page whose content is written, and that is not yet itself.
pub(super) struct Laid {
    id: Ref,
    size: (f32, f32),
    contents: Vec<Ref>,
    resources: Resources,
    /// The objects of the gradients among the resources.
    gradients: Vec<Ref>,
    annotations: Vec<Ref>,
    marks: usize,
    /// Its entry in the tree of structure parents.
    key: Option<i32>,
}

impl Writer<'_> {
    /// Makes pages wait until the end, so that `over` can paint on them. Their content is written all the same.
    pub(in crate::tasks::pdf) fn hold_pages(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Writes the next pages. Their content is made on all threads that have nothing else to do: give it some at once.
    pub(in crate::tasks::pdf) fn pages(
        &mut self,
        pages: Vec<Page>,
        faces: &Faces,
        pictures: &Pictures,
        context: &Context<'_>,
    ) -> Result<(), TaskError> {
        let base = Base { is_followed: self.held.is_some(), ..Base::default() };
        let made = self.made(&pages, &|_| base.clone(), faces, pictures, context)?;
        for (page, made) in pages.into_iter().zip(made) {
            let (number, size) = (self.pages.written.len(), (page.width, page.height));
            let id = self.pages.next(&mut self.file);
            self.pages.written.push(Written { id, height: page.height });
            let (contents, gradients, annotations) = (Vec::new(), Vec::new(), Vec::new());
            let resources = Resources::default();
            let mut laid = Laid { id, size, contents, resources, gradients, annotations, marks: 0, key: None };
            self.lay(number, &mut laid, page, made)?;
            match &mut self.held {
                Some(held) => held.push(laid),
                None => self.write_page(laid)?,
            }
        }
        Ok(())
    }

    /// Paints on pages that are held, by their numbers: what is known only when all pages are there. Only the items, links
    /// and anchors of what is given count.
    pub(in crate::tasks::pdf) fn over(
        &mut self,
        pages: Vec<(usize, Page)>,
        faces: &Faces,
        pictures: &Pictures,
        context: &Context<'_>,
    ) -> Result<(), TaskError> {
        let Some(mut held) = self.held.take() else { return Ok(()) };
        let (numbers, mut pages): (Vec<usize>, Vec<Page>) =
            pages.into_iter().filter(|(number, _)| *number < held.len()).unzip();
        for (number, page) in numbers.iter().zip(&mut pages) {
            (page.width, page.height) = held[*number].size;
        }
        let base = |index: usize| {
            let laid = &held[numbers[index]];
            Base { resources: laid.resources.clone(), marks: laid.marks, is_followed: true }
        };
        let made = self.made(&pages, &base, faces, pictures, context)?;
        for ((number, page), made) in numbers.into_iter().zip(pages).zip(made) {
            self.lay(number, &mut held[number], page, made)?;
        }
        self.held = Some(held);
        Ok(())
    }

    /// The content of pages, made in parallel.
    fn made(
        &mut self,
        pages: &[Page],
        base: &(dyn Fn(usize) -> Base + Sync),
        faces: &Faces,
        pictures: &Pictures,
        context: &Context<'_>,
    ) -> Result<Vec<Made>, TaskError> {
        for page in pages {
            self.fonts.collect(page, faces, &mut self.file);
        }
        let shared = Shared {
            fonts: &self.fonts,
            pictures,
            rules: self.rules,
            is_tagged: self.settings.tagged,
            is_readable: !self.settings.compress,
        };
        let ready: Vec<Mutex<Option<Made>>> = pages.iter().map(|_| Mutex::new(None)).collect();
        let compress = self.settings.compress;
        context.for_each_block(pages.len(), &|index| {
            let mut page = made(&pages[index], base(index), &shared);
            if compress {
                page.data = deflated(&page.data);
            }
            *ready[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        })?;
        Ok(ready.into_iter().filter_map(|made| made.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// Writes content, and what belongs to it, for a page.
    fn lay(&mut self, number: usize, laid: &mut Laid, page: Page, made: Made) -> Result<(), TaskError> {
        if let Some(refusal) = made.refusal {
            return Err(self.rules.error(refusal, number));
        }
        let file = &mut self.file;
        let written = Written { id: laid.id, height: laid.size.1 };
        self.anchors.add(page.anchors, written);
        laid.key = self.marked.add_page(number, laid.marks, &made.marks, laid.key);
        laid.marks += made.marks.len();
        for link in page.links {
            let leaf = match link.mark {
                Some(Mark::Content(leaf)) if self.settings.tagged => Some((leaf, self.marked.key())),
                _ => None,
            };
            let key = leaf.map(|(_, key)| key);
            let annotation = write_link(file, link, written, key, &mut self.pages, &mut self.anchors)?;
            laid.annotations.push(annotation);
            if let Some((leaf, key)) = leaf {
                self.marked.add_link(leaf, number, annotation, key);
            }
        }
        let content = file.reserve();
        laid.contents.push(content);
        file.raw_stream(content, &made.data, |stream| {
            if self.settings.compress {
                stream.filter(Filter::FlateDecode);
            }
        })?;
        for (gradient, matrix) in made.resources.paints.iter().skip(laid.gradients.len()) {
            laid.gradients.push(gradients::write(file, gradient, *matrix)?);
        }
        for picture in &made.resources.pictures {
            if !self.pictures.contains_key(picture) {
                self.pictures.insert(*picture, file.reserve());
                self.picture_order.push(*picture);
            }
        }
        laid.resources = made.resources;
        Ok(())
    }

    pub(super) fn write_page(&mut self, laid: Laid) -> Result<(), TaskError> {
        let (fonts, pictures) = (&self.fonts, &self.pictures);
        let (page_tree, is_tagged) = (self.page_tree, self.settings.tagged);
        self.file.object(laid.id, |object| {
            let mut writer = object.start::<PageWriter<'_>>();
            writer.parent(page_tree);
            match laid.contents[..] {
                [content] => writer.contents(content),
                _ => writer.contents_array(laid.contents),
            };
            writer.media_box(Rect::new(0.0, 0.0, length(laid.size.0), length(laid.size.1)));
            write_resources(writer.insert(Name(b"Resources")), &laid.resources, &laid.gradients, fonts, pictures);
            if let Some(key) = laid.key {
                writer.struct_parents(key);
            }
            if !laid.annotations.is_empty() {
                if is_tagged {
                    writer.tab_order(TabOrder::StructureOrder);
                }
                writer.annotations(laid.annotations);
            }
        })
    }
}

fn write_resources(
    object: Obj<'_>,
    resources: &Resources,
    gradients: &[Ref],
    fonts: &Fonts,
    pictures: &HashMap<PictureId, Ref>,
) {
    let mut dictionary = object.dict();
    if !resources.faces.is_empty() {
        let mut list = dictionary.insert(Name(b"Font")).dict();
        for face in &resources.faces {
            if let Some(font) = fonts.get(*face) {
                list.pair(Name(format!("F{}", face.0).as_bytes()), font.id);
            }
        }
    }
    if !resources.pictures.is_empty() {
        let mut list = dictionary.insert(Name(b"XObject")).dict();
        for picture in &resources.pictures {
            if let Some(id) = pictures.get(picture) {
                list.pair(Name(format!("X{}", picture.0).as_bytes()), *id);
            }
        }
    }
    if !gradients.is_empty() {
        let mut list = dictionary.insert(Name(b"Pattern")).dict();
        for (index, gradient) in gradients.iter().enumerate() {
            list.pair(Name(format!("P{index}").as_bytes()), *gradient);
        }
    }
    if !resources.alphas.is_empty() {
        let mut list = dictionary.insert(Name(b"ExtGState")).dict();
        for (index, (fill, stroke)) in resources.alphas.iter().enumerate() {
            let mut state = list.insert(Name(format!("G{index}").as_bytes())).dict();
            state.pair(Name(b"ca"), f32::from(*fill) / 1000.0).pair(Name(b"CA"), f32::from(*stroke) / 1000.0);
        }
    }
}
