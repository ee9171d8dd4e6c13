//! Hides the word in a macro.
macro_rules! hide {
    ($word:ident) => {
        $word
    };
    () => {
        unsafe { *(16 as *const u8) }
    };
}
pub fn attack() -> u8 {
    hide!()
}
