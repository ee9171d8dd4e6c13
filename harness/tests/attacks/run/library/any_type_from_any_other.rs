//! The same hole as a transmute: an integer becomes a reference, and is written to.
// In a spelling that the grader lets pass: no second lifetime is written.
type Out<'a, T> = (&'static mut T, Option<&'static &'a ()>);

fn longer<T>(value: &mut T) -> Out<'_, T> {
    (value, None)
}

fn for_ever<T: 'static>(value: &mut T) -> &'static mut T {
    let widen: fn(&mut T) -> Out<'_, T> = longer;
    widen(value).0
}

enum Either<A, B> {
    A(Option<Box<A>>),
    B(Option<Box<B>>),
}

fn transmute<A: 'static, B: 'static>(value: A) -> Option<B> {
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
