//! Files that a document names: fonts, pictures and attachments.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::engine::Binary;

/// A file by its path, or its bytes.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) enum FileSource {
    Bytes(Binary),
    Named(String),
}

impl<'de> Deserialize<'de> for FileSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = FileSource;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path or a Buffer")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<FileSource, E> {
                Ok(FileSource::Named(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FileSource, A::Error> {
                Binary::deserialize(de::value::MapAccessDeserializer::new(map)).map(FileSource::Bytes)
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// The faces of a family. A collection is given as `[path, name of the face]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::pdf) struct FontSources {
    pub(in crate::tasks::pdf) normal: Option<FontSource>,
    pub(in crate::tasks::pdf) bold: Option<FontSource>,
    pub(in crate::tasks::pdf) italics: Option<FontSource>,
    pub(in crate::tasks::pdf) bolditalics: Option<FontSource>,
}

#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) struct FontSource {
    pub(in crate::tasks::pdf) file: FileSource,
    /// The PostScript name of a face in a collection, or its number.
    pub(in crate::tasks::pdf) face: Option<String>,
}

impl<'de> Deserialize<'de> for FontSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = FontSource;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path, a Buffer, or [path, name of the face]")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<FontSource, E> {
                Ok(FontSource { file: FileSource::Named(text.to_owned()), face: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FontSource, A::Error> {
                let bytes = Binary::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(FontSource { file: FileSource::Bytes(bytes), face: None })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<FontSource, A::Error> {
                let (file, face) = Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                Ok(FontSource { file, face: Some(face) })
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::pdf) struct Attachment {
    pub(in crate::tasks::pdf) src: FileSource,
    pub(in crate::tasks::pdf) name: Option<String>,
    /// The MIME type.
    #[serde(rename = "type")]
    pub(in crate::tasks::pdf) mime: Option<String>,
    pub(in crate::tasks::pdf) description: Option<String>,
    /// ISO 8601.
    pub(in crate::tasks::pdf) creation_date: Option<String>,
    pub(in crate::tasks::pdf) modified_date: Option<String>,
    /// Not in the list of attachments that a reader shows.
    #[serde(default)]
    pub(in crate::tasks::pdf) hidden: bool,
    /// `Source`, `Data`, `Alternative`, `Supplement` or `Unspecified`.
    pub(in crate::tasks::pdf) relationship: Option<String>,
}
