//! Elements whose type is known at run time only.

use crate::item::{Item, ItemError};
use crate::region::Region;
use ch08_multiprocessing::RLockGuard;
use std::cell::Cell;

/// Loads an element. The guard shows that the region's lock is held.
pub(crate) fn load(region: &Region, position: usize, _held: &RLockGuard<'_>) -> Item {
    let bits = match region.typecode().size() {
        1 => cell::<u8>(region, position).get().into(),
        2 => cell::<u16>(region, position).get().into(),
        4 => cell::<u32>(region, position).get().into(),
        _ => cell::<u64>(region, position).get(),
    };
    Item::from_bits(bits, region.typecode())
}

/// Stores an element. The guard shows that the region's lock is held.
pub(crate) fn store(
    region: &Region,
    position: usize,
    item: Item,
    _held: &RLockGuard<'_>,
) -> Result<(), ItemError> {
    let bits = item.to_bits(region.typecode())?;
    match region.typecode().size() {
        1 => cell::<u8>(region, position).set(bits as u8),
        2 => cell::<u16>(region, position).set(bits as u16),
        4 => cell::<u32>(region, position).set(bits as u32),
        _ => cell::<u64>(region, position).set(bits),
    }
    Ok(())
}

/// The element, as a whole number of the same size. Only for as long as the
/// region's lock is held.
fn cell<B: Copy>(region: &Region, position: usize) -> &Cell<B> {
    assert!(position < region.len() && size_of::<B>() == region.typecode().size());
    // SAFETY: the element lies in the region, which is aligned for it, and B
    // is a number of its size. Whoever touches it holds the region's lock, as
    // the two callers' guards show, and neither lets the cell out.
    unsafe { &*region.elements().cast::<Cell<B>>().add(position) }
}
