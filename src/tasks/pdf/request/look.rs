//! How text looks: what a node, a named style and the default style can say.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::node::Alignment;
use super::values::{MaybeMargins, OneOrMany};
use crate::tasks::pdf::scene::Color;

/// Declares a struct that has, beside its own fields, all that says how text looks. serde's own way, `flatten`, would lose
/// the place of an error in the document.
macro_rules! with_look {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$own:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase", default)]
        $vis struct $name {
            $($(#[$own])* $field: $type,)*
            font: Option<std::sync::Arc<str>>,
            font_size: Option<f32>,
            bold: Option<bool>,
            italics: Option<bool>,
            color: Option<crate::tasks::pdf::scene::Color>,
            background: Option<crate::tasks::pdf::scene::Color>,
            decoration: Option<super::values::OneOrMany<super::look::Decoration>>,
            decoration_color: Option<crate::tasks::pdf::scene::Color>,
            decoration_style: Option<super::look::DecorationStyle>,
            decoration_thickness: Option<f32>,
            line_height: Option<f32>,
            character_spacing: Option<f32>,
            alignment: Option<super::node::Alignment>,
            leading_indent: Option<f32>,
            no_wrap: Option<bool>,
            word_break: Option<super::look::WordBreak>,
            preserve_leading_spaces: Option<bool>,
            preserve_trailing_spaces: Option<bool>,
            opacity: Option<f32>,
            sup: Option<bool>,
            sub: Option<bool>,
            link: Option<std::sync::Arc<str>>,
            link_to_page: Option<u32>,
            link_to_destination: Option<std::sync::Arc<str>>,
            font_features: Option<super::values::OneOrMany<String>>,
            fill_color: Option<crate::tasks::pdf::scene::Color>,
            fill_opacity: Option<f32>,
            marker_color: Option<crate::tasks::pdf::scene::Color>,
            column_gap: Option<f32>,
            language: Option<std::sync::Arc<str>>,
            hyphenate: Option<bool>,
            direction: Option<super::look::Direction>,
            orphans: Option<u32>,
            widows: Option<u32>,
        }

        impl $name {
            /// What it says of how text looks, if it says anything.
            fn take_look(&mut self) -> Option<Box<super::look::Look>> {
                let look = super::look::Look {
                    font: self.font.take(),
                    font_size: self.font_size,
                    bold: self.bold,
                    italics: self.italics,
                    color: self.color,
                    background: self.background,
                    decoration: self.decoration.take().map(|list| list.0),
                    decoration_color: self.decoration_color,
                    decoration_style: self.decoration_style,
                    decoration_thickness: self.decoration_thickness,
                    line_height: self.line_height,
                    character_spacing: self.character_spacing,
                    alignment: self.alignment,
                    leading_indent: self.leading_indent,
                    no_wrap: self.no_wrap,
                    word_break: self.word_break,
                    preserve_leading_spaces: self.preserve_leading_spaces,
                    preserve_trailing_spaces: self.preserve_trailing_spaces,
                    opacity: self.opacity,
                    sup: self.sup,
                    sub: self.sub,
                    link: self.link.take(),
                    link_to_page: self.link_to_page,
                    link_to_destination: self.link_to_destination.take(),
                    font_features: self.font_features.take().map(|list| list.0),
                    fill_color: self.fill_color,
                    fill_opacity: self.fill_opacity,
                    marker_color: self.marker_color,
                    column_gap: self.column_gap,
                    language: self.language.take(),
                    hyphenate: self.hyphenate,
                    direction: self.direction,
                    orphans: self.orphans,
                    widows: self.widows,
                };
                (look != super::look::Look::default()).then(|| Box::new(look))
            }
        }
    };
}
pub(super) use with_look;

/// What is said of how text looks; the rest comes from what is around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) struct Look {
    pub(in crate::tasks::pdf) font: Option<Arc<str>>,
    pub(in crate::tasks::pdf) font_size: Option<f32>,
    pub(in crate::tasks::pdf) bold: Option<bool>,
    pub(in crate::tasks::pdf) italics: Option<bool>,
    pub(in crate::tasks::pdf) color: Option<Color>,
    pub(in crate::tasks::pdf) background: Option<Color>,
    pub(in crate::tasks::pdf) decoration: Option<Vec<Decoration>>,
    pub(in crate::tasks::pdf) decoration_color: Option<Color>,
    pub(in crate::tasks::pdf) decoration_style: Option<DecorationStyle>,
    pub(in crate::tasks::pdf) decoration_thickness: Option<f32>,
    /// Times the height that the font has.
    pub(in crate::tasks::pdf) line_height: Option<f32>,
    pub(in crate::tasks::pdf) character_spacing: Option<f32>,
    pub(in crate::tasks::pdf) alignment: Option<Alignment>,
    pub(in crate::tasks::pdf) leading_indent: Option<f32>,
    pub(in crate::tasks::pdf) no_wrap: Option<bool>,
    pub(in crate::tasks::pdf) word_break: Option<WordBreak>,
    pub(in crate::tasks::pdf) preserve_leading_spaces: Option<bool>,
    pub(in crate::tasks::pdf) preserve_trailing_spaces: Option<bool>,
    pub(in crate::tasks::pdf) opacity: Option<f32>,
    pub(in crate::tasks::pdf) sup: Option<bool>,
    pub(in crate::tasks::pdf) sub: Option<bool>,
    pub(in crate::tasks::pdf) link: Option<Arc<str>>,
    /// From 1.
    pub(in crate::tasks::pdf) link_to_page: Option<u32>,
    pub(in crate::tasks::pdf) link_to_destination: Option<Arc<str>>,
    pub(in crate::tasks::pdf) font_features: Option<Vec<String>>,
    pub(in crate::tasks::pdf) fill_color: Option<Color>,
    pub(in crate::tasks::pdf) fill_opacity: Option<f32>,
    pub(in crate::tasks::pdf) marker_color: Option<Color>,
    pub(in crate::tasks::pdf) column_gap: Option<f32>,
    /// BCP 47: for shaping, hyphenation and readers.
    pub(in crate::tasks::pdf) language: Option<Arc<str>>,
    pub(in crate::tasks::pdf) hyphenate: Option<bool>,
    pub(in crate::tasks::pdf) direction: Option<Direction>,
    /// The fewest lines of a paragraph at the bottom of a page, and at the top of the next.
    pub(in crate::tasks::pdf) orphans: Option<u32>,
    pub(in crate::tasks::pdf) widows: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(in crate::tasks::pdf) enum Decoration {
    Underline,
    LineThrough,
    Overline,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(in crate::tasks::pdf) enum DecorationStyle {
    #[default]
    Solid,
    Dashed,
    Dotted,
    Double,
    Wavy,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(in crate::tasks::pdf) enum WordBreak {
    #[default]
    Normal,
    BreakAll,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Direction {
    /// By the first letter that has a direction.
    #[default]
    Auto,
    Ltr,
    Rtl,
}

with_look! {
    /// A style as it is written.
    #[derive(Default)]
    struct Fields {
        extends: Option<OneOrMany<String>>,
        margin: Option<MaybeMargins>,
        margin_left: Option<f32>,
        margin_top: Option<f32>,
        margin_right: Option<f32>,
        margin_bottom: Option<f32>,
    }
}

/// A named style, or the default one.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct Style {
    pub(in crate::tasks::pdf) look: Look,
    pub(in crate::tasks::pdf) margin: MaybeMargins,
    pub(in crate::tasks::pdf) extends: Vec<String>,
}

pub(in crate::tasks::pdf) type Styles = HashMap<String, Style>;

impl<'de> Deserialize<'de> for Style {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Fields::deserialize(deserializer)?;
        let sides = [fields.margin_left, fields.margin_top, fields.margin_right, fields.margin_bottom];
        Ok(Self {
            look: fields.take_look().map(|look| *look).unwrap_or_default(),
            margin: MaybeMargins(sides).or(fields.margin.unwrap_or_default()),
            extends: fields.extends.map(|list| list.0).unwrap_or_default(),
        })
    }
}
