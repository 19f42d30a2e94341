//! What layout reads and never changes. It is shared by the threads that measure.

use std::sync::Arc;

use super::assets::Assets;
use super::fonts::Fonts;
use super::style::{Resolved, StyleSheet};
use super::survey::Survey;
use super::text::Shapers;
use crate::engine::Context;
use crate::tasks::pdf::request::Document;

#[derive(Clone, Copy)]
pub(super) struct Matter<'a> {
    pub(super) document: &'a Document,
    pub(super) styles: &'a StyleSheet<'a>,
    pub(super) fonts: &'a Fonts,
    pub(super) shapers: &'a Shapers<'a>,
    pub(super) assets: &'a Assets<'a>,
    pub(super) survey: &'a Survey<'a>,
    /// The style of a document in which nothing is said.
    pub(super) base: &'a Arc<Resolved>,
    pub(super) context: &'a Context<'a>,
}
