//! Files inside of the document.
//!
//! By ISO 32000-1, 7.11.4, and ISO 19005-3, 6.8.

use pdf_writer::{Name, Ref, Str, TextStr};

use super::file::File;
use super::metadata::date;
use super::settings::{Attachment, Relationship};
use crate::engine::TaskError;

/// What the catalog says of attachments.
#[derive(Default)]
pub(super) struct Attached {
    /// The name tree of those in the reader's list.
    pub(super) names: Option<Ref>,
    /// All of them.
    pub(super) files: Vec<Ref>,
}

pub(super) fn write(file: &mut File<'_>, attachments: &[Attachment], is_archive: bool) -> Result<Attached, TaskError> {
    let mut attached = Attached::default();
    // A name tree is in the order of its names, each of which it has once.
    let mut order: Vec<&Attachment> = attachments.iter().collect();
    order.sort_by(|one, other| one.name.cmp(&other.name));
    let mut listed: Vec<(&str, Ref)> = Vec::new();
    for attachment in order {
        let id = write_one(file, attachment, is_archive)?;
        attached.files.push(id);
        if !attachment.hidden && listed.last().is_none_or(|(name, _)| *name != attachment.name) {
            listed.push((&attachment.name, id));
        }
    }
    if !listed.is_empty() {
        let id = file.reserve();
        file.object(id, |object| {
            let mut tree = object.dict();
            let mut names = tree.insert(Name(b"Names")).array();
            for (name, id) in listed {
                names.item(Str(name.as_bytes())).item(id);
            }
        })?;
        attached.names = Some(id);
    }
    Ok(attached)
}

fn write_one(file: &mut File<'_>, attachment: &Attachment, is_archive: bool) -> Result<Ref, TaskError> {
    let (specification, stream) = (file.reserve(), file.reserve());
    // PDF/A-3 asks for a type.
    let kind = attachment.kind.as_deref().or(is_archive.then_some("application/octet-stream"));
    file.stream(stream, &attachment.bytes, |stream| {
        stream.pair(Name(b"Type"), Name(b"EmbeddedFile"));
        if let Some(kind) = kind {
            stream.pair(Name(b"Subtype"), Name(kind.as_bytes()));
        }
        let mut parameters = stream.insert(Name(b"Params")).dict();
        parameters.pair(Name(b"Size"), i32::try_from(attachment.bytes.len()).unwrap_or(i32::MAX));
        if let Some(created) = attachment.created {
            parameters.pair(Name(b"CreationDate"), date(created));
        }
        if let Some(modified) = attachment.modified {
            parameters.pair(Name(b"ModDate"), date(modified));
        }
    })?;
    file.object(specification, |object| {
        let mut dictionary = object.dict();
        dictionary.pair(Name(b"Type"), Name(b"Filespec"));
        dictionary.pair(Name(b"F"), TextStr(&attachment.name)).pair(Name(b"UF"), TextStr(&attachment.name));
        if let Some(description) = &attachment.description {
            dictionary.pair(Name(b"Desc"), TextStr(description));
        }
        let relationship: &[u8] = match attachment.relationship {
            Relationship::Alternative => b"Alternative",
            Relationship::Data => b"Data",
            Relationship::Source => b"Source",
            Relationship::Supplement => b"Supplement",
            Relationship::Unspecified => b"Unspecified",
        };
        dictionary.pair(Name(b"AFRelationship"), Name(relationship));
        let mut files = dictionary.insert(Name(b"EF")).dict();
        files.pair(Name(b"F"), stream).pair(Name(b"UF"), stream);
    })?;
    Ok(specification)
}
