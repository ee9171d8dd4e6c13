//! Python's indices and slices: negative ones count from the end.

use std::ops::{Range, RangeFrom, RangeFull, RangeTo};
use thiserror::Error;

/// The index lies outside the array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("index {index} is outside an array of {len} elements")]
pub struct IndexError {
    /// The index asked for.
    pub index: isize,
    /// How many elements there are.
    pub len: usize,
}

/// The elements given do not fill the slice: an array in shared memory cannot
/// grow or shrink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the slice has {slice} elements, but {given} were given")]
pub struct LengthError {
    /// How many elements the slice has.
    pub slice: usize,
    /// How many were given.
    pub given: usize,
}

/// Which elements: Python's `start:stop:step`.
///
/// Made from a Rust range of `isize`, where a negative end counts from the
/// end of the array. As in Python, ends outside the array are moved to its
/// edge.
///
/// ```
/// use ch09_shared_data::{Array, Slice};
/// let array = Array::new([0, 1, 2, 3, 4, 5])?;
/// assert_eq!(array.slice(-2..), [4, 5]);                                // a[-2:]
/// assert_eq!(array.slice(Slice::from(1..).step_by(2)), [1, 3, 5]);      // a[1::2]
/// assert_eq!(array.slice(Slice::from(..).reversed()), [5, 4, 3, 2, 1, 0]); // a[::-1]
/// assert_eq!(array.slice(2..100), [2, 3, 4, 5]);                        // a[2:100]
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
}

impl Slice {
    /// `start:stop:step` in full. With a negative step, it runs from `start`
    /// down to the element after `stop`.
    ///
    /// ```
    /// # use ch09_shared_data::{RawArray, Slice};
    /// let numbers = RawArray::new([0, 1, 2, 3])?;
    /// assert_eq!(numbers.slice(Slice::new(Some(-2), None, 1)), [2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `step` is 0.
    pub fn new(start: Option<isize>, stop: Option<isize>, step: isize) -> Slice {
        assert_ne!(step, 0, "the step of a slice cannot be 0");
        Slice { start, stop, step }
    }

    /// Every `step`-th element.
    ///
    /// ```
    /// # use ch09_shared_data::{RawArray, Slice};
    /// let numbers = RawArray::new([0, 1, 2, 3])?;
    /// assert_eq!(numbers.slice(Slice::from(..).step_by(2)), [0, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `step` is 0.
    pub fn step_by(self, step: isize) -> Slice {
        Slice::new(self.start, self.stop, step)
    }

    /// The step with its sign turned: `[..].reversed()` is `[::-1]`.
    ///
    /// ```
    /// # use ch09_shared_data::{RawArray, Slice};
    /// let numbers = RawArray::new([0, 1, 2, 3])?;
    /// assert_eq!(numbers.slice(Slice::from(..).reversed()), [3, 2, 1, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reversed(self) -> Slice {
        Slice { step: self.step.saturating_neg(), ..self }
    }

    /// The positions that it means in an array of `len` elements. Follows
    /// CPython's `PySlice_AdjustIndices`.
    pub(crate) fn positions(self, len: usize) -> impl ExactSizeIterator<Item = usize> {
        // No allocation is larger than isize::MAX bytes.
        let len = len as isize;
        let down = self.step < 0;
        let (lowest, highest) = if down { (-1, len - 1) } else { (0, len) };
        let adjust = |end: Option<isize>, default| match end {
            None => default,
            Some(end) if end < 0 => end.saturating_add(len).max(lowest),
            Some(end) => end.min(highest),
        };
        let start = adjust(self.start, if down { highest } else { lowest });
        let stop = adjust(self.stop, if down { lowest } else { highest });
        let distance = if down { start - stop } else { stop - start };
        let count = match distance {
            ..=0 => 0,
            distance => (distance as usize - 1) / self.step.unsigned_abs() + 1,
        };
        (0..count).map(move |i| (start + i as isize * self.step) as usize)
    }
}

/// The position that an index means in an array of `len` elements.
pub(crate) fn position(index: isize, len: usize) -> Result<usize, IndexError> {
    let position = if index < 0 { index.checked_add_unsigned(len) } else { Some(index) };
    match position.map(usize::try_from) {
        Some(Ok(position)) if position < len => Ok(position),
        _ => Err(IndexError { index, len }),
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Slice {
        Slice::new(None, None, 1)
    }
}

impl From<Range<isize>> for Slice {
    fn from(range: Range<isize>) -> Slice {
        Slice::new(Some(range.start), Some(range.end), 1)
    }
}

impl From<RangeFrom<isize>> for Slice {
    fn from(range: RangeFrom<isize>) -> Slice {
        Slice::new(Some(range.start), None, 1)
    }
}

impl From<RangeTo<isize>> for Slice {
    fn from(range: RangeTo<isize>) -> Slice {
        Slice::new(None, Some(range.end), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Slice, position};

    /// What Python's `list(range(len))[start:stop:step]` is, by the definition
    /// in its reference manual rather than by arithmetic.
    fn by_definition(len: isize, slice: Slice) -> Vec<usize> {
        let clamp = |end: isize, low: isize, high: isize| {
            (if end < 0 { end + len } else { end }).clamp(low, high)
        };
        let mut positions = Vec::new();
        if slice.step > 0 {
            let stop = slice.stop.map_or(len, |end| clamp(end, 0, len));
            let mut i = slice.start.map_or(0, |end| clamp(end, 0, len));
            while i < stop {
                positions.push(i as usize);
                i += slice.step;
            }
        } else {
            let stop = slice.stop.map_or(-1, |end| clamp(end, -1, len - 1));
            let mut i = slice.start.map_or(len - 1, |end| clamp(end, -1, len - 1));
            while i > stop {
                positions.push(i as usize);
                i += slice.step;
            }
        }
        positions
    }

    #[test]
    fn every_small_slice_means_what_python_means() {
        let ends: Vec<Option<isize>> = (-6..=6).map(Some).chain([None]).collect();
        for len in 0..=4_isize {
            for &start in &ends {
                for &stop in &ends {
                    for step in [-3, -2, -1, 1, 2, 3] {
                        let slice = Slice::new(start, stop, step);
                        let positions: Vec<usize> = slice.positions(len as usize).collect();
                        assert_eq!(positions, by_definition(len, slice), "{len} {slice:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn extreme_ends_do_not_overflow() {
        for step in [isize::MIN, -1, 1, isize::MAX] {
            for end in [isize::MIN, isize::MAX] {
                let slice = Slice::new(Some(end), Some(-1 - end), step);
                assert!(slice.positions(3).all(|position| position < 3));
            }
        }
    }

    #[test]
    fn an_index_counts_from_either_end() {
        assert_eq!(position(0, 3), Ok(0));
        assert_eq!(position(-1, 3), Ok(2));
        assert_eq!(position(-3, 3), Ok(0));
        for outside in [3, -4, isize::MIN, isize::MAX] {
            assert!(position(outside, 3).is_err());
        }
        assert!(position(0, 0).is_err());
    }
}
