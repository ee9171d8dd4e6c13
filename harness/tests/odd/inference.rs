//! Comparisons and conversions that have one meaning because `std` implements them for one pair of types. They keep it only if
//! nothing that is linked with an explored program implements them for another.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

pub fn a_parsed_number_is_compared() {
    let n: u8 = 3;
    assert!(n == "3".parse().unwrap());
    assert!(n <= "3".parse().unwrap());
    assert_eq!(-7i16, "-7".parse().unwrap());
    assert_eq!(vec![1, 2].len(), "2".parse().unwrap());
    assert!(2.5f64 == "2.5".parse().unwrap());
    assert!(true == "true".parse().unwrap());
    assert_ne!('x', "y".parse().unwrap());
}

pub fn a_converted_number_is_compared() {
    let n = 7i64;
    assert_eq!(n, 7u32.into());
    assert!(7u64 == 7u8.into());
    assert!(1.5f64 == 1.5f32.into());
    assert_eq!('a', 97u8.into());
    assert_eq!(300u16, 300i32.try_into().unwrap());
    assert!(n > Default::default());
}

pub fn a_list_is_compared_with_an_empty_one() {
    let bytes: Vec<u8> = Vec::new();
    assert!(bytes == []);
    assert!(bytes[..] == []);
    assert!(&bytes[..] == []);
    assert!(VecDeque::<i32>::new() == []);
    assert!(Vec::<f32>::new() == []);
    assert!(Vec::<bool>::new() == [] && Vec::<usize>::new() == []);
    assert!([1u8, 2] == [1u8.into(), "2".parse().unwrap()]);
    assert!(bytes == Vec::new());
}

pub fn a_sum_is_compared() {
    let numbers = [1u32, 2, 3];
    assert!(6 == numbers.iter().sum::<u32>());
    let (total, product) = (6u32, 6u32);
    assert_eq!(total, numbers.iter().sum());
    assert_eq!(product, numbers.iter().copied().product());
    assert_eq!(1.5f64, [1.0f64, 0.5].iter().sum());
    assert!(total >= numbers.into_iter().sum());
}

pub fn a_text_becomes_what_is_asked_for() {
    let name: String = "name".into();
    let boxed: Box<str> = "boxed".into();
    let error: Box<dyn std::error::Error> = "error".into();
    let path: PathBuf = "path".into();
    let shared: std::sync::Arc<str> = "shared".into();
    assert_eq!(error.to_string().len() + name.len() + boxed.len() + shared.len(), 20);
    assert!(path.is_relative());
    let mut seats: BTreeMap<String, u8> = BTreeMap::new();
    seats.insert("a".into(), "1".parse().unwrap());
    assert_eq!(Some(1u8), seats.get("a").copied());
    assert!(Some("b".into()) == Some(String::from("b")));
}

pub fn a_duration_takes_one_kind_of_number() {
    assert_eq!(Duration::from_secs(1) * 3u8.into(), Duration::from_secs(3));
    assert_eq!(Duration::from_secs(9) / "3".parse().unwrap(), Duration::from_secs(3));
    assert!(Duration::ZERO == Default::default());
}

pub fn an_error_is_passed_on() -> Result<(), std::io::Error> {
    let text = String::from_utf8(vec![b'1']).map_err(std::io::Error::other)?;
    let number: u32 = text.parse().map_err(std::io::Error::other)?;
    assert!(number == 1u8.into());
    Err(std::io::ErrorKind::NotFound)
        .or_else(|kind: std::io::ErrorKind| if number == 1 { Ok(()) } else { Err(kind)? })
}
