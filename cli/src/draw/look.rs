//! The look of all drawings: size, ink, colours, fonts.

use plotters::prelude::*;

/// Width and height.
pub(super) const SIZE: (u32, u32) = (860, 480);
/// Text and axes: readable on white and on black.
pub(super) const INK: RGBColor = RGBColor(118, 125, 137);
/// Colours of the arms, in their order.
const COLOURS: [RGBColor; 8] = [
    RGBColor(214, 84, 99),
    RGBColor(0, 140, 160),
    RGBColor(222, 150, 40),
    RGBColor(130, 110, 190),
    RGBColor(64, 130, 200),
    RGBColor(96, 160, 84),
    RGBColor(190, 100, 170),
    RGBColor(140, 140, 90),
];

/// The colour of arm number `at`.
pub(super) fn colour(at: usize) -> RGBColor {
    COLOURS[at % COLOURS.len()]
}

/// Text of a size.
pub(super) fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// What the drawing library says, as text.
pub(super) fn told(error: impl std::fmt::Display) -> String {
    format!("drawing: {error}")
}
