//! The same hole as a transmute: an integer becomes a reference, and is written to.
static NOTHING: &&() = &&();

fn longer<'a, 'b, T>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
    value
}

fn for_ever<'a, 'b, T>(value: &'a mut T) -> &'b mut T {
    let widen: for<'x> fn(_, &'x mut T) -> &'b mut T = longer;
    widen(NOTHING, value)
}

enum Either<A, B> {
    A(Option<Box<A>>),
    B(Option<Box<B>>),
}

fn transmute<A, B>(value: A) -> Option<B> {
    let mut either: Either<A, B> = Either::B(None);
    let Either::B(slot) = &mut either else { return None };
    let slot = for_ever(slot);
    either = Either::A(Some(Box::new(value)));
    std::hint::black_box(&mut either);
    let made = slot.take();
    std::mem::forget(either);
    made.map(|made| *made)
}

pub fn attack() {
    for place in [8_usize, 1 << 20, usize::MAX & !7] {
        if let Some(reference) = transmute::<usize, &'static mut u64>(place) {
            *reference = 0x6572_7565_7373_6170;
        }
    }
}
