//! What a document says of itself: its information dictionary, the same as XMP, and the meaning of its colours.
//!
//! By ISO 32000-1, 14.3 and 14.11.5, and ISO 19005-1, 6.2.2 and 6.7.

use std::fmt::Write;

use pdf_writer::{Date, Name, Ref, Str, TextStr};

use super::file::File;
use super::settings::{Info, Moment, Settings};
use super::srgb;
use crate::engine::TaskError;

const PRODUCER: &str = "offloop";

pub(super) fn write_info(file: &mut File<'_>, info: &Info) -> Result<Ref, TaskError> {
    let id = file.reserve();
    let known: [(&[u8], Option<&str>); 6] = [
        (b"Title", info.title.as_deref()),
        (b"Author", info.author.as_deref()),
        (b"Subject", info.subject.as_deref()),
        (b"Keywords", info.keywords.as_deref()),
        (b"Creator", info.creator.as_deref()),
        (b"Producer", Some(info.producer.as_deref().unwrap_or(PRODUCER))),
    ];
    let dates: [(&[u8], Option<Moment>); 2] = [(b"CreationDate", info.creation_date), (b"ModDate", info.mod_date)];
    file.object(id, |object| {
        let mut dictionary = object.dict();
        for (name, value) in known {
            if let Some(value) = value {
                dictionary.pair(Name(name), TextStr(value));
            }
        }
        for (name, moment) in dates {
            if let Some(moment) = moment {
                dictionary.pair(Name(name), date(moment));
            }
        }
        let mut names: Vec<&str> = Vec::new();
        for (name, value) in &info.custom {
            let is_known = known.iter().any(|(other, _)| *other == name.as_bytes())
                || dates.iter().any(|(other, _)| *other == name.as_bytes());
            // A dictionary has each name once.
            if !is_known && !name.is_empty() && !name.contains('\0') && !names.contains(&name.as_str()) {
                dictionary.pair(Name(name.as_bytes()), TextStr(value));
                names.push(name);
            }
        }
    })?;
    Ok(id)
}

pub(super) fn date(moment: Moment) -> Date {
    let (year, [month, day, hour, minute, second]) = moment.parts();
    Date::new(year).month(month).day(day).hour(hour).minute(minute).second(second).utc_offset_hour(0)
}

/// Writes the information as XMP. It is never deflated, so that whoever does not know PDF can read it.
pub(super) fn write_xmp(file: &mut File<'_>, settings: &Settings) -> Result<Ref, TaskError> {
    let id = file.reserve();
    file.raw_stream(id, xmp(settings).as_bytes(), |stream| {
        stream.pair(Name(b"Type"), Name(b"Metadata")).pair(Name(b"Subtype"), Name(b"XML"));
    })?;
    Ok(id)
}

fn xmp(settings: &Settings) -> String {
    let info = &settings.info;
    let mut packet = String::from(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<rdf:Description rdf:about=\"\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n",
    );
    // Writing into a string does not fail.
    let mut add = |name: &str, before: &str, value: Option<&str>, after: &str| {
        if let Some(value) = value {
            let _ = writeln!(packet, "<{name}>{before}{}{after}</{name}>", escaped(value));
        }
    };
    add("dc:format", "", Some("application/pdf"), "");
    let (title, close) = ("<rdf:Alt><rdf:li xml:lang=\"x-default\">", "</rdf:li></rdf:Alt>");
    add("dc:title", title, info.title.as_deref(), close);
    add("dc:creator", "<rdf:Seq><rdf:li>", info.author.as_deref(), "</rdf:li></rdf:Seq>");
    add("dc:description", title, info.subject.as_deref(), close);
    add("dc:language", "<rdf:Bag><rdf:li>", settings.language.as_deref(), "</rdf:li></rdf:Bag>");
    add("pdf:Keywords", "", info.keywords.as_deref(), "");
    add("pdf:Producer", "", Some(info.producer.as_deref().unwrap_or(PRODUCER)), "");
    add("xmp:CreatorTool", "", info.creator.as_deref(), "");
    add("xmp:CreateDate", "", info.creation_date.map(iso).as_deref(), "");
    add("xmp:ModifyDate", "", info.mod_date.map(iso).as_deref(), "");
    if let Some(standard) = settings.standard {
        add("pdfaid:part", "", Some(&standard.part.to_string()), "");
        add("pdfaid:conformance", "", Some(&standard.level.letter().to_string()), "");
    }
    packet.push_str("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>");
    packet
}

fn iso(moment: Moment) -> String {
    let (year, [month, day, hour, minute, second]) = moment.parts();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // XML 1.0 has no other control characters.
            '\t' | '\n' | '\r' => escaped.push(char),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {}
            char => escaped.push(char),
        }
    }
    escaped
}

/// Writes what RGB means in the document: sRGB.
pub(super) fn write_output_intent(file: &mut File<'_>) -> Result<Ref, TaskError> {
    let (id, stream) = (file.reserve(), file.reserve());
    file.stream(stream, &srgb::profile(), |stream| {
        stream.pair(Name(b"N"), 3);
    })?;
    file.object(id, |object| {
        let mut intent = object.dict();
        intent.pair(Name(b"Type"), Name(b"OutputIntent")).pair(Name(b"S"), Name(b"GTS_PDFA1"));
        intent.pair(Name(b"OutputConditionIdentifier"), Str(b"sRGB"));
        intent.pair(Name(b"Info"), Str(b"sRGB IEC61966-2.1")).pair(Name(b"DestOutputProfile"), stream);
    })?;
    Ok(id)
}
