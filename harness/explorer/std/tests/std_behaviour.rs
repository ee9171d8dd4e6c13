//! Outside of executions the stand-in does what `std` does: `std_behaviour/` is compiled against both, and what it observes is
//! compared.

/// Runs the same file against both.
macro_rules! the_same {
    ($($name:ident)*) => {$(
        mod $name {
            mod real {
                use ::std as lib;
                include!(concat!("std_behaviour/", stringify!($name), ".rs"));
            }

            mod stand_in {
                use ::explore_std as lib;
                include!(concat!("std_behaviour/", stringify!($name), ".rs"));
            }

            #[test]
            fn behaves_as_std_does() {
                let (real, stand_in) = (real::observed(), stand_in::observed());
                assert!(!real.is_empty());
                for (real, stand_in) in real.iter().zip(&stand_in) {
                    assert_eq!(stand_in, real, "the stand-in, and std");
                }
                assert_eq!(stand_in.len(), real.len());
            }
        }
    )*};
}

the_same!(sync mpsc atomic thread time);

/// What a panic says.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}
