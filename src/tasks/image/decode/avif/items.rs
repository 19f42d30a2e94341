//! The items of an image file and what is said of them (ISO/IEC 23008-12): the box `meta`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::boxes::{Fault, Parsed, Reader};

/// More items than any picture has: a grid has at most 256 by 256 parts, and no camera writes that many.
const MAX_ITEMS: usize = 4096;

/// The box `meta`, taken apart.
pub(super) struct Items<'a> {
    file: &'a [u8],
    /// The box `idat`.
    inline: &'a [u8],
    pub(super) primary: u32,
    items: HashMap<u32, Item<'a>>,
    references: Vec<Reference>,
    properties: Vec<([u8; 4], &'a [u8])>,
}

pub(super) struct Item<'a> {
    pub(super) id: u32,
    pub(super) kind: [u8; 4],
    /// Of an item of the kind `mime`.
    pub(super) content_type: &'a [u8],
    inline: bool,
    extents: Vec<(u64, u64)>,
    /// What is said of it: numbers of properties, from 0, and whether who does not know it must not show the item.
    properties: Vec<(usize, bool)>,
}

struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

impl<'a> Items<'a> {
    /// Of a whole file.
    pub(super) fn of(file: &'a [u8]) -> Parsed<Self> {
        let Some(meta) = Reader::new(file).find(b"meta")? else {
            let is_film = Reader::new(file).find(b"moov")?.is_some();
            return Err(if is_film { Fault::unsupported("it has no still picture") } else { Fault::CUT_OFF });
        };
        let mut meta = Reader::new(meta);
        meta.version()?;
        let child = |name: &[u8; 4]| Ok(Reader::new(meta.find(name)?.unwrap_or_default()));
        let needed = |name: &[u8; 4]| meta.find(name)?.map(Reader::new).ok_or(Fault::invalid("it has no items"));
        let mut handler = needed(b"hdlr")?;
        handler.take(8)?;
        if handler.name()? != *b"pict" {
            return Err(Fault::unsupported("what it holds is no picture"));
        }
        let mut this = Self {
            file,
            inline: child(b"idat")?.rest(),
            primary: primary(needed(b"pitm")?)?,
            items: infos(needed(b"iinf")?)?,
            references: Vec::new(),
            properties: Vec::new(),
        };
        if meta.find(b"iref")?.is_some() {
            this.references = references(child(b"iref")?)?;
        }
        this.locate(needed(b"iloc")?)?;
        let described = needed(b"iprp")?;
        let mut properties = Reader::new(described.find(b"ipco")?.unwrap_or_default());
        while let Some(property) = properties.next_box()? {
            this.properties.push(property);
        }
        this.associate(Reader::new(described.find(b"ipma")?.unwrap_or_default()))?;
        Ok(this)
    }

    pub(super) fn item(&self, id: u32) -> Parsed<&Item<'a>> {
        self.items.get(&id).ok_or(Fault::invalid("it names an item that is not there"))
    }

    /// The properties of an item, and whether they must be known.
    pub(super) fn properties<'i>(&'i self, item: &'i Item<'a>) -> impl Iterator<Item = ([u8; 4], &'a [u8], bool)> + 'i {
        let known = item.properties.iter().filter_map(|(number, must)| Some((self.properties.get(*number)?, must)));
        known.map(|((name, inside), must)| (*name, *inside, *must))
    }

    pub(super) fn property(&self, item: &Item<'a>, wanted: &[u8; 4]) -> Option<Reader<'a>> {
        self.properties(item).find(|(name, ..)| name == wanted).map(|(_, inside, _)| Reader::new(inside))
    }

    /// What an item refers to.
    pub(super) fn targets(&self, from: u32, kind: &[u8; 4]) -> &[u32] {
        let found = self.references.iter().find(|reference| reference.from == from && reference.kind == *kind);
        found.map_or(&[], |reference| &reference.to)
    }

    /// The items that refer to one.
    pub(super) fn sources<'i>(&'i self, to: u32, kind: &'i [u8; 4]) -> impl Iterator<Item = &'i Item<'a>> {
        let found = self.references.iter().filter(move |found| found.kind == *kind && found.to.contains(&to));
        found.filter_map(|reference| self.item(reference.from).ok())
    }

    /// The bytes of an item.
    pub(super) fn bytes(&self, item: &Item<'a>) -> Parsed<Cow<'a, [u8]>> {
        let source = if item.inline { self.inline } else { self.file };
        let part = |(offset, len): (u64, u64)| {
            let offset = usize::try_from(offset).map_err(|_| Fault::CUT_OFF)?;
            let rest = source.get(offset..).ok_or(Fault::CUT_OFF)?;
            // A length of 0 is all that follows.
            let len = if len == 0 { rest.len() } else { usize::try_from(len).map_err(|_| Fault::CUT_OFF)? };
            rest.get(..len).ok_or(Fault::CUT_OFF)
        };
        match item.extents[..] {
            [] => Err(Fault::invalid("an item has no bytes")),
            [extent] => part(extent).map(Cow::Borrowed),
            _ => {
                let mut bytes = Vec::new();
                for extent in &item.extents {
                    bytes.extend_from_slice(part(*extent)?);
                    // Extents that lie over one another make much of little.
                    if bytes.len() > source.len() {
                        return Err(Fault::invalid("an item is larger than the file"));
                    }
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// The box `iloc`: where items are.
    fn locate(&mut self, mut reader: Reader<'_>) -> Parsed<()> {
        let (version, _) = reader.version()?;
        let sizes = reader.u16()?;
        let size = |shift: u16| usize::from(sizes >> shift & 15);
        let (offset_size, length_size, base_size) = (size(12), size(8), size(4));
        let index_size = if version > 0 { size(0) } else { 0 };
        if version > 2 || offset_size.max(length_size).max(base_size).max(index_size) > 8 {
            return Err(Fault::unsupported("its list of places is of a version that is not known"));
        }
        let wide = if version == 2 { 4 } else { 2 };
        for _ in 0..reader.number(wide)? {
            let id = reader.number(wide)? as u32;
            let method = if version > 0 { reader.u16()? & 15 } else { 0 };
            reader.u16()?;
            let base = reader.number(base_size)?;
            let count = reader.u16()?;
            let mut extents = Vec::new();
            for _ in 0..count {
                reader.number(index_size)?;
                let offset = base.checked_add(reader.number(offset_size)?).ok_or(Fault::CUT_OFF)?;
                extents.push((offset, reader.number(length_size)?));
                // Else an extent that takes no bytes here could be repeated without end.
                if offset_size + length_size == 0 {
                    break;
                }
            }
            if let Some(item) = self.items.get_mut(&id) {
                // From other items' bytes: such an item is never the picture.
                let known = method < 2;
                (item.inline, item.extents) = (method == 1, if known { extents } else { Vec::new() });
            }
        }
        Ok(())
    }

    /// The box `ipma`: which properties belong to which item.
    fn associate(&mut self, mut reader: Reader<'_>) -> Parsed<()> {
        let (version, flags) = reader.version()?;
        let wide = if version > 0 { 4 } else { 2 };
        for _ in 0..reader.u32()? {
            let id = reader.number(wide)? as u32;
            let mut properties = Vec::new();
            for _ in 0..reader.u8()? {
                let (number, must) = if flags & 1 == 1 {
                    let both = reader.u16()?;
                    (both & 0x7fff, both >> 15 == 1)
                } else {
                    let both = u16::from(reader.u8()?);
                    (both & 0x7f, both >> 7 == 1)
                };
                // 0 is none.
                properties.extend(number.checked_sub(1).map(|number| (usize::from(number), must)));
            }
            if let Some(item) = self.items.get_mut(&id) {
                item.properties = properties;
            }
        }
        Ok(())
    }
}

/// The box `pitm`.
fn primary(mut reader: Reader<'_>) -> Parsed<u32> {
    let (version, _) = reader.version()?;
    Ok(reader.number(if version == 0 { 2 } else { 4 })? as u32)
}

/// The box `iinf`: the items.
fn infos(mut reader: Reader<'_>) -> Parsed<HashMap<u32, Item<'_>>> {
    let (version, _) = reader.version()?;
    reader.number(if version == 0 { 2 } else { 4 })?;
    let mut items = HashMap::new();
    while let Some((name, inside)) = reader.next_box()? {
        let mut entry = Reader::new(inside);
        let (version, _) = entry.version()?;
        if name != *b"infe" || version < 2 {
            continue;
        }
        if items.len() == MAX_ITEMS {
            return Err(Fault::unsupported("it has too many items"));
        }
        let id = entry.number(if version == 2 { 2 } else { 4 })? as u32;
        entry.u16()?;
        let kind = entry.name()?;
        let mut content_type = &[][..];
        if kind == *b"mime" {
            entry.text()?;
            content_type = entry.text()?;
        }
        let item = Item { id, kind, content_type, inline: false, extents: Vec::new(), properties: Vec::new() };
        items.insert(id, item);
    }
    Ok(items)
}

/// The box `iref`.
fn references(mut reader: Reader<'_>) -> Parsed<Vec<Reference>> {
    let (version, _) = reader.version()?;
    let wide = if version == 0 { 2 } else { 4 };
    let mut references = Vec::new();
    while let Some((kind, inside)) = reader.next_box()? {
        let mut entry = Reader::new(inside);
        let from = entry.number(wide)? as u32;
        let count = entry.u16()?;
        let to = (0..count).map(|_| Ok(entry.number(wide)? as u32)).collect::<Parsed<_>>()?;
        references.push(Reference { kind, from, to });
    }
    Ok(references)
}
