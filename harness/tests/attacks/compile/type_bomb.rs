//! A type that doubles with each step.
#![recursion_limit = "4096"]
type A<T> = (T, T, T, T);
type B<T> = A<A<A<A<A<A<T>>>>>>;
type C<T> = B<B<B<B<T>>>>;
pub fn attack() -> usize {
    fn size<T: Default + std::fmt::Debug + Clone>() -> String {
        format!("{:?}", T::default().clone())
    }
    size::<C<C<u8>>>().len()
}
