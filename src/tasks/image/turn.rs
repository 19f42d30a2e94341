//! Quarter turns and mirrorings: the eight ways in which EXIF lets a picture lie.

/// What is done to a picture: it is mirrored along the diagonal (rows become columns), then left to right, then upside
/// down, each or not. Every one of EXIF's eight orientations is one of these eight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Turn {
    transpose: bool,
    flop: bool,
    flip: bool,
}

/// A rectangle in pixels and parts of pixels, the unit of the picture that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rectangle {
    /// All of a picture.
    pub(super) fn of((width, height): (u32, u32)) -> Self {
        Self { left: 0.0, top: 0.0, width: f64::from(width), height: f64::from(height) }
    }
}

impl Turn {
    /// What makes a picture with this EXIF orientation upright. By the EXIF specification, tag 0x0112.
    pub(super) fn of_exif(orientation: u8) -> Self {
        let (transpose, flop, flip) = match orientation {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transpose, flop, flip }
    }

    /// Quarter turns clockwise.
    pub(super) fn quarters(count: i64) -> Self {
        Self::of_exif([1, 6, 3, 8][count.rem_euclid(4) as usize])
    }

    pub(super) fn mirrored(flop: bool, flip: bool) -> Self {
        Self { transpose: false, flop, flip }
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }

    /// This turn, and then another.
    pub(super) fn then(self, next: Self) -> Self {
        // Mirrorings before a transposition are the other mirrorings after it.
        let (flop, flip) = if next.transpose { (self.flip, self.flop) } else { (self.flop, self.flip) };
        Self { transpose: self.transpose != next.transpose, flop: flop != next.flop, flip: flip != next.flip }
    }

    /// The size that a picture of this size has afterwards.
    pub(super) fn size<T>(self, (width, height): (T, T)) -> (T, T) {
        if self.transpose { (height, width) } else { (width, height) }
    }

    /// Where the pixels of the turned picture are in a picture of this size, counted row by row: the first one, the step to
    /// the one on its right, and the step to the one below it.
    pub(super) fn walk(self, (width, height): (u32, u32)) -> (isize, isize, isize) {
        let (width, height) = (width as isize, height as isize);
        // Along a row and down a column, before and after the transposition.
        let (mut right, mut below) = if self.transpose { (width, 1) } else { (1, width) };
        let (across, down) = if self.transpose { (height, width) } else { (width, height) };
        let mut start = 0;
        if self.flop {
            start += (across - 1) * right;
            right = -right;
        }
        if self.flip {
            start += (down - 1) * below;
            below = -below;
        }
        (start, right, below)
    }

    /// What undoes the turn.
    pub(super) fn inverse(self) -> Self {
        let (flop, flip) = if self.transpose { (self.flip, self.flop) } else { (self.flop, self.flip) };
        Self { transpose: self.transpose, flop, flip }
    }

    /// Where a rectangle of a picture of this size is afterwards.
    pub(super) fn rectangle(self, of: Rectangle, (width, height): (u32, u32)) -> Rectangle {
        let mut to = of;
        let (width, height) = self.size((f64::from(width), f64::from(height)));
        if self.transpose {
            to = Rectangle { left: of.top, top: of.left, width: of.height, height: of.width };
        }
        if self.flop {
            to.left = width - to.left - to.width;
        }
        if self.flip {
            to.top = height - to.top - to.height;
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Turn> {
        (1..=8).map(Turn::of_exif)
    }

    #[test]
    fn an_inverse_undoes() {
        let part = Rectangle { left: 3.0, top: 5.5, width: 7.0, height: 2.0 };
        for turn in all() {
            assert!(turn.then(turn.inverse()).is_none() && turn.inverse().then(turn).is_none(), "{turn:?}");
            let there = turn.rectangle(part, (20, 30));
            assert_eq!(turn.inverse().rectangle(there, turn.size((20, 30))), part);
        }
    }

    #[test]
    fn turns_add_up() {
        let part = Rectangle { left: 3.0, top: 5.5, width: 7.0, height: 2.0 };
        for (first, second) in all().flat_map(|first| all().map(move |second| (first, second))) {
            let both = first.then(second);
            let step = second.rectangle(first.rectangle(part, (20, 30)), first.size((20, 30)));
            assert_eq!(both.rectangle(part, (20, 30)), step, "{first:?} {second:?}");
        }
        assert_eq!(Turn::quarters(1).then(Turn::quarters(-1)), Turn::default());
        assert_eq!(Turn::quarters(2), Turn::mirrored(true, true));
    }
}
