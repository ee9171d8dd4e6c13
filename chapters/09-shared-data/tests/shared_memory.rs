//! Values and arrays: what goes in comes out, here and in other processes.

use ch08_multiprocessing::{Message, Process, StartMethod};
use ch09_shared_data::{
    AnyArray, AnyValue, Array, CreateError, IndexError, Item, ItemError, LengthError, RawArray,
    RawValue, SetError, Slice, Typecode, Value,
};
use test_support::{trials, valgrind};

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_child_by_either_method_changes_the_parents_numbers", children_change_numbers),
            ("atomic_additions_lose_nothing", atomic_additions),
            ("every_typecode_keeps_its_extremes", extremes),
            ("whole_numbers_wrap_around", wrap_around),
            ("items_that_do_not_fit_are_refused", items_refused),
            ("text_arrays", text_arrays),
            ("indices_and_slices", indices_and_slices),
            ("raw_values", raw_values),
            ("memory_of_another_type_is_refused", other_type),
            ("an_impossible_size_is_an_error", impossible_size),
            ("debug_shows_the_contents_or_that_they_are_locked", debug),
            ("a_bare_fork_shares_the_memory", bare_fork),
            ("all_this_is_clean_under_valgrind", under_valgrind),
        ],
    );
}

fn negate((value, array): (Value<f64>, Array<i16>)) {
    value.set(-value.get());
    for cell in array.lock().unwrap().iter() {
        cell.set(-cell.get());
    }
}

fn children_change_numbers() {
    for method in [StartMethod::Spawn, StartMethod::Fork] {
        let (value, array) = (Value::new(2.5).unwrap(), Array::new([1, -2, 3]).unwrap());
        let child = Process::new(negate, (value.clone(), array.clone())).method(method);
        assert_eq!(child.start().unwrap().join().unwrap(), 0);
        assert_eq!(value.get(), -2.5);
        assert_eq!(array.to_vec(), [-1, 2, -3]);
    }
}

fn add((whole, fractions): (RawValue<u32>, RawArray<f64>)) {
    for _ in 0..10_000 {
        whole.fetch_add(1);
        fractions.fetch_add(-1, 0.5).unwrap();
    }
}

fn atomic_additions() {
    let (whole, fractions) = (RawValue::new(0).unwrap(), RawArray::zeroed(2).unwrap());
    let children: Vec<_> = (0..2)
        .map(|_| Process::new(add, (whole.clone(), fractions.clone())).start().unwrap())
        .collect();
    for child in children {
        assert_eq!(child.join().unwrap(), 0);
    }
    assert_eq!(whole.load(), 20_000);
    assert_eq!(fractions.slice(..), [0.0, 10_000.0]);
}

fn extremes() {
    for typecode in Typecode::ALL {
        let bits = 8 * typecode.size() as u32;
        let items: Vec<Item> = match typecode {
            Typecode::Char => vec![Item::Char(0), Item::Char(255)],
            Typecode::Unicode => vec!['\0'.into(), char::MAX.into()],
            Typecode::Float => vec![f64::from(f32::MAX).into(), f64::NEG_INFINITY.into()],
            Typecode::Double => vec![f64::MIN.into(), f64::MIN_POSITIVE.into()],
            _ if typecode.letter().is_ascii_lowercase() => {
                vec![Item::Int(-(1 << (bits - 1))), Item::Int((1 << (bits - 1)) - 1)]
            }
            _ => vec![Item::Int(0), Item::Int((1 << bits) - 1)],
        };
        let array = AnyArray::new(typecode, items.clone()).unwrap();
        assert_eq!(array.slice(..), items, "{typecode}");
        assert_eq!(AnyValue::new(typecode, items[1]).unwrap().get(), items[1], "{typecode}");
    }
}

fn wrap_around() {
    for (typecode, stored, read) in [
        (Typecode::SignedChar, 200, -56),
        (Typecode::UnsignedChar, 256, 0),
        (Typecode::Short, -32_769, 32_767),
        (Typecode::UnsignedInt, -1, 4_294_967_295),
        (Typecode::LongLong, 1 << 64 | 5, 5),
        (Typecode::UnsignedLongLong, -1, (1 << 64) - 1),
    ] {
        let value = AnyValue::new(typecode, Item::Int(stored)).unwrap();
        assert_eq!(value.get(), Item::Int(read), "{typecode}");
    }
}

fn items_refused() {
    let value = AnyValue::new(Typecode::Int, 7).unwrap();
    assert!(matches!(value.set(1.5), Err(ItemError::WrongType { .. })));
    assert_eq!(value.get(), Item::Int(7));

    let float = AnyValue::new(Typecode::Float, 1).unwrap();
    assert!(matches!(float.set(1e300), Err(ItemError::OutOfRange { .. })));
    assert_eq!(float.set(f64::INFINITY), Ok(()));

    for (typecode, item) in [
        (Typecode::Char, Item::Int(256)),
        (Typecode::Char, Item::Unicode('x')),
        (Typecode::Unicode, Item::Int(120)),
        (Typecode::Double, Item::Unicode('x')),
        (Typecode::UnsignedChar, Item::Char(b'x')),
    ] {
        let error = AnyValue::new(typecode, item).unwrap_err();
        assert!(matches!(error, CreateError::Item(ItemError::WrongType { .. })), "{typecode}");
    }
    let error = AnyValue::new(Typecode::Int, 1.5).unwrap_err();
    assert_eq!(error.to_string(), "1.5 is not a whole number, which typecode i needs");
}

fn text_arrays() {
    let bytes = AnyArray::new(Typecode::Char, [b'h', b'i', 0, b'x'].map(Item::Char)).unwrap();
    assert_eq!(bytes.text().unwrap(), "hi");
    let chars = AnyArray::new(Typecode::Unicode, ['男', '女']).unwrap();
    assert_eq!(chars.text().unwrap(), "男女");
    assert_eq!(AnyArray::new(Typecode::Int, [1]).unwrap().text(), None);
    assert_eq!(AnyArray::zeroed(Typecode::Unicode, 0).unwrap().text().unwrap(), "");
}

fn indices_and_slices() {
    let array = Array::new([1_u8, 2, 3]).unwrap();
    assert_eq!(array.get(3), Err(IndexError { index: 3, len: 3 }));
    assert_eq!(array.set(-4, 0), Err(IndexError { index: -4, len: 3 }));
    assert_eq!(array.set_slice(..2, &[9]), Err(LengthError { slice: 2, given: 1 }));
    array.set_slice(Slice::from(..).reversed(), &[7, 8, 9]).unwrap();
    assert_eq!(array.to_vec(), [9, 8, 7]);

    let any = AnyArray::new(Typecode::Int, [1, 2, 3]).unwrap();
    assert!(matches!(any.set(3, 0), Err(SetError::Index(_))));
    assert!(matches!(any.set_slice(..2, [1]), Err(SetError::Length(_))));
    assert!(matches!(any.set_slice(..2, [4.0, 0.5]), Err(SetError::Item(_))));
    assert_eq!(any.slice(..), [1, 2, 3].map(Item::from), "a refused slice changes nothing");

    let none = Array::<i64>::new([]).unwrap();
    assert!(none.is_empty() && none.lock().unwrap().is_empty() && none.get(0).is_err());
}

fn raw_values() {
    let value = RawValue::new(250_u8).unwrap();
    assert_eq!(value.fetch_add(10), 250);
    assert_eq!(value.swap(1), 4);
    assert_eq!(value.compare_exchange(2, 3), Err(1));
    assert_eq!(value.compare_exchange(1, 3), Ok(1));
    assert_eq!(value.fetch_update(|n| n * 5), 3);
    assert_eq!(value.load(), 15);

    let array = RawArray::new([1_i64, 2]).unwrap();
    array.set_slice(.., &[5, 6]).unwrap();
    assert!(array.set_slice(.., &[5]).is_err() && array.store(2, 0).is_err());
    assert_eq!(array.load(-2), Ok(5));
}

/// What `sent` becomes when it arrives as a `T`.
fn received<S: serde::Serialize, T: serde::de::DeserializeOwned>(sent: &S) -> Option<T> {
    Message::encode(sent).unwrap().decode().ok()
}

fn other_type() {
    let value = Value::new(1_i64).unwrap();
    assert_eq!(received::<_, Value<i64>>(&value).unwrap().get(), 1);
    assert_eq!(received::<_, AnyValue>(&value).unwrap().get(), Item::Int(1));
    assert!(received::<_, Value<u64>>(&value).is_none());
    assert!(received::<_, Value<f64>>(&value).is_none());
    assert!(received::<_, RawValue<i64>>(&value).is_none());
    assert!(received::<_, Array<i64>>(&value).is_none());

    let long = AnyArray::new(Typecode::LongLong, [1, 2]).unwrap();
    assert_eq!(received::<_, Array<i64>>(&long).unwrap().to_vec(), [1, 2]);

    // Not ours at all: it could shrink under its reader.
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let file = rustix::fs::memfd_create("test", flags).unwrap();
    assert!(received::<_, AnyArray>(&ch08_multiprocessing::Descriptor::from(file)).is_none());
}

fn impossible_size() {
    assert!(Array::<f64>::zeroed(usize::MAX).is_err());
    assert!(Array::<f64>::zeroed(usize::MAX / 8).is_err());
}

fn debug() {
    let value = Value::new(7_u8).unwrap();
    assert_eq!(format!("{value:?}"), "Value(7)");
    let guard = value.lock().unwrap();
    assert_eq!(format!("{value:?}"), "Value(7)", "held by this thread");
    std::thread::scope(|scope| {
        let text = scope.spawn(|| format!("{value:?}")).join().unwrap();
        assert_eq!(text, "Value(<locked>)");
    });
    drop(guard);
    assert_eq!(format!("{:?}", Array::new([1, 2]).unwrap()), "Array([1, 2])");
    assert_eq!(format!("{:?}", RawArray::new([1, 2]).unwrap()), "RawArray([1, 2])");
}

/// Another process without this library's help, which valgrind can follow.
fn bare_fork() {
    let (value, array) = (Value::new(1_i64).unwrap(), Array::new(0..1000).unwrap());
    let (raw, fractions) = (RawValue::new(0_u32).unwrap(), RawArray::zeroed(3).unwrap());
    // SAFETY: the tests run in the one thread that there is, so the copy is whole.
    let child = unsafe { libc::fork() };
    if child == 0 {
        for cell in array.lock().unwrap().iter() {
            cell.set(-cell.get());
        }
        raw.fetch_add(5);
        fractions.fetch_add(-1, 0.5_f64).unwrap();
        let guard = value.lock().unwrap();
        guard.set(2);
        // SAFETY: ends the copy, holding the lock, without running the parent's exit handlers.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: waits for the child above; the status is this function's own.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    assert_eq!(value.lock().unwrap_err().into_inner().get(), 2);
    assert_eq!(array.slice(997..), [-997, -998, -999]);
    assert_eq!((raw.load(), fractions.load(2)), (5, Ok(0.5)));
}

fn under_valgrind() {
    valgrind::clean(&["a_child_by_either_method", "atomic_additions"]);
}
