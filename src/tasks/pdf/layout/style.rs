//! What text looks like at a place in the document: the default style, then what is around the place, then named styles,
//! then what the node says itself.

use std::sync::Arc;

use super::fonts::Fonts;
use crate::tasks::pdf::font::{FontStack, Shaping};
use crate::tasks::pdf::request::{
    Alignment, Decoration, DecorationStyle, Direction, Look, Margins, MaybeMargins, Node, Style, Styles, WordBreak,
};
use crate::tasks::pdf::scene::{Color, Target};

/// pdfmake's default.
const FONT: &str = "Roboto";
const FONT_SIZE: f32 = 12.0;

/// Text in superscript or subscript is this much of its size, as in pdfmake.
pub(super) const SCRIPT_SIZE: f32 = 0.58;

/// How deep styles may extend one another, so that a circle ends.
const MAX_EXTENDS: usize = 16;

/// Every property with its value.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) font: Arc<str>,
    pub(super) bold: bool,
    pub(super) italics: bool,
    /// Its faces, once the font is open.
    pub(super) stack: Option<FontStack>,
    pub(super) shaping: Shaping,
    /// Points, before it is made smaller for a script.
    pub(super) font_size: f32,
    pub(super) color: Color,
    pub(super) background: Option<Color>,
    pub(super) decoration: Vec<Decoration>,
    pub(super) decoration_color: Option<Color>,
    pub(super) decoration_style: DecorationStyle,
    pub(super) decoration_thickness: Option<f32>,
    pub(super) line_height: f32,
    pub(super) character_spacing: f32,
    /// By the direction of the text unless given.
    pub(super) alignment: Option<Alignment>,
    pub(super) leading_indent: f32,
    pub(super) no_wrap: bool,
    pub(super) break_all: bool,
    pub(super) keeps_leading_spaces: bool,
    pub(super) keeps_trailing_spaces: bool,
    pub(super) opacity: f32,
    pub(super) sup: bool,
    pub(super) sub: bool,
    pub(super) link: Option<Target>,
    pub(super) features: Arc<[String]>,
    pub(super) fill_color: Option<Color>,
    pub(super) fill_opacity: Option<f32>,
    pub(super) marker_color: Option<Color>,
    pub(super) column_gap: f32,
    pub(super) language: Option<Arc<str>>,
    pub(super) hyphenate: bool,
    pub(super) direction: Direction,
    pub(super) orphans: u32,
    pub(super) widows: u32,
    /// Of the font at its size: from the top of a line to the baseline, and from a line to the next.
    pub(super) ascent: f32,
    pub(super) height: f32,
}

impl Resolved {
    /// Points of the glyphs.
    pub(super) fn size(&self) -> f32 {
        if self.sup || self.sub { self.font_size * SCRIPT_SIZE } else { self.font_size }
    }
}

/// The styles of a document.
pub(super) struct StyleSheet<'a> {
    styles: &'a Styles,
    language: Option<Arc<str>>,
}

impl<'a> StyleSheet<'a> {
    pub(super) fn new(styles: &'a Styles, language: Option<&str>) -> Self {
        Self { styles, language: language.map(Arc::from) }
    }

    /// The style of a document in which nothing is said. Its font is not looked up yet.
    pub(super) fn base(&self, default: &Style, fonts: &Fonts) -> Arc<Resolved> {
        let mut base = Resolved {
            font: FONT.into(),
            bold: false,
            italics: false,
            stack: None,
            shaping: Shaping::default(),
            font_size: FONT_SIZE,
            color: Color::BLACK,
            background: None,
            decoration: Vec::new(),
            decoration_color: None,
            decoration_style: DecorationStyle::default(),
            decoration_thickness: None,
            line_height: 1.0,
            character_spacing: 0.0,
            alignment: None,
            leading_indent: 0.0,
            no_wrap: false,
            break_all: false,
            keeps_leading_spaces: false,
            keeps_trailing_spaces: false,
            opacity: 1.0,
            sup: false,
            sub: false,
            link: None,
            features: Arc::new([]),
            fill_color: None,
            fill_opacity: None,
            marker_color: None,
            column_gap: 0.0,
            language: self.language.clone(),
            hyphenate: false,
            direction: Direction::Auto,
            orphans: 1,
            widows: 1,
            ascent: 0.0,
            height: 0.0,
        };
        self.extend(&mut base, default, 0);
        fonts.fit(&mut base);
        Arc::new(base)
    }

    /// The style of a node inside of another.
    pub(super) fn of(&self, node: &Node, around: &Arc<Resolved>, fonts: &Fonts) -> Arc<Resolved> {
        self.with(&node.styles, node.look.as_deref(), around, fonts)
    }

    pub(super) fn with(
        &self,
        names: &[Arc<str>],
        look: Option<&Look>,
        around: &Arc<Resolved>,
        fonts: &Fonts,
    ) -> Arc<Resolved> {
        if names.is_empty() && look.is_none() {
            return Arc::clone(around);
        }
        let mut resolved = Resolved::clone(around);
        for style in names.iter().filter_map(|name| self.styles.get(&**name)) {
            self.extend(&mut resolved, style, 0);
        }
        if let Some(look) = look {
            resolved.say(look);
        }
        fonts.fit(&mut resolved);
        Arc::new(resolved)
    }

    fn extend(&self, resolved: &mut Resolved, style: &Style, depth: usize) {
        if depth < MAX_EXTENDS {
            for parent in style.extends.iter().filter_map(|name| self.styles.get(name)) {
                self.extend(resolved, parent, depth + 1);
            }
        }
        resolved.say(&style.look);
    }

    /// The margin of a node: its own, and side by side that of its styles.
    pub(super) fn margin(&self, node: &Node) -> Margins {
        let own = node.block.as_ref().map(|block| block.margin).unwrap_or_default();
        if node.styles.is_empty() {
            return own.resolved();
        }
        let styles = node.styles.iter().rev().filter_map(|name| self.styles.get(&**name));
        styles.fold(own, |margin, style| margin.or(self.margin_of(style, 0))).resolved()
    }

    fn margin_of(&self, style: &Style, depth: usize) -> MaybeMargins {
        if depth == MAX_EXTENDS {
            return style.margin;
        }
        let parents = style.extends.iter().rev().filter_map(|name| self.styles.get(name));
        parents.fold(style.margin, |margin, parent| margin.or(self.margin_of(parent, depth + 1)))
    }
}

impl Resolved {
    fn say(&mut self, look: &Look) {
        fn set<T: Clone>(field: &mut T, said: Option<&T>) {
            if let Some(said) = said {
                field.clone_from(said);
            }
        }
        set(&mut self.font, look.font.as_ref());
        set(&mut self.font_size, look.font_size.as_ref());
        set(&mut self.bold, look.bold.as_ref());
        set(&mut self.italics, look.italics.as_ref());
        set(&mut self.color, look.color.as_ref());
        self.background = look.background.or(self.background);
        set(&mut self.decoration, look.decoration.as_ref());
        self.decoration_color = look.decoration_color.or(self.decoration_color);
        set(&mut self.decoration_style, look.decoration_style.as_ref());
        self.decoration_thickness = look.decoration_thickness.or(self.decoration_thickness);
        set(&mut self.line_height, look.line_height.as_ref());
        set(&mut self.character_spacing, look.character_spacing.as_ref());
        self.alignment = look.alignment.or(self.alignment);
        set(&mut self.leading_indent, look.leading_indent.as_ref());
        set(&mut self.no_wrap, look.no_wrap.as_ref());
        self.break_all = look.word_break.map_or(self.break_all, |how| how == WordBreak::BreakAll);
        set(&mut self.keeps_leading_spaces, look.preserve_leading_spaces.as_ref());
        set(&mut self.keeps_trailing_spaces, look.preserve_trailing_spaces.as_ref());
        set(&mut self.opacity, look.opacity.as_ref());
        set(&mut self.sup, look.sup.as_ref());
        set(&mut self.sub, look.sub.as_ref());
        let link = look.link.as_ref().map(|uri| Target::Uri(uri.as_ref().to_owned()));
        let link =
            link.or_else(|| look.link_to_destination.as_ref().map(|name| Target::Anchor(name.as_ref().to_owned())));
        let link = link.or_else(|| look.link_to_page.map(|page| Target::Page(page.saturating_sub(1) as usize)));
        self.link = link.or_else(|| self.link.take());
        if let Some(features) = &look.font_features {
            self.features = features.as_slice().into();
        }
        self.fill_color = look.fill_color.or(self.fill_color);
        self.fill_opacity = look.fill_opacity.or(self.fill_opacity);
        self.marker_color = look.marker_color.or(self.marker_color);
        set(&mut self.column_gap, look.column_gap.as_ref());
        self.language = look.language.clone().or_else(|| self.language.take());
        set(&mut self.hyphenate, look.hyphenate.as_ref());
        set(&mut self.direction, look.direction.as_ref());
        set(&mut self.orphans, look.orphans.as_ref());
        set(&mut self.widows, look.widows.as_ref());
    }
}
