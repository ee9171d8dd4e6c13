//! What the streams tell of themselves: whether they are a terminal, and their file descriptors.

use std::io;

/// Tells whether a stream is a terminal, as `std::io::IsTerminal`. `std`'s own trait cannot be implemented outside of it.
pub trait IsTerminal {
    /// Whether it is a terminal. What an explored program prints goes to none.
    fn is_terminal(&self) -> bool;
}

impl<T: io::IsTerminal> IsTerminal for T {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(self)
    }
}

/// What all handles have in common: `stream` is one with a field `real`, and so is the field `stream` of `lock`.
macro_rules! descriptors {
    ($stream:ident, $lock:ident) => {
        impl std::panic::UnwindSafe for $lock<'_> {}
        impl std::panic::RefUnwindSafe for $lock<'_> {}

        impl std::fmt::Debug for $stream {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($stream)).finish_non_exhaustive()
            }
        }

        impl std::fmt::Debug for $lock<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($lock)).finish_non_exhaustive()
            }
        }

        impl crate::io::IsTerminal for $stream {
            fn is_terminal(&self) -> bool {
                !crate::machine::context::is_exploring()
                    && std::io::IsTerminal::is_terminal(&self.real)
            }
        }

        impl crate::io::IsTerminal for $lock<'_> {
            fn is_terminal(&self) -> bool {
                crate::io::IsTerminal::is_terminal(&self.stream)
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsFd for $stream {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.real.as_fd()
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsRawFd for $stream {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.real.as_raw_fd()
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsFd for $lock<'_> {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.stream.real.as_fd()
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsRawFd for $lock<'_> {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.stream.real.as_raw_fd()
            }
        }
    };
}

pub(super) use descriptors;
