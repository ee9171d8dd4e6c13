use change::Offer;
use std::thread;

/// Whoever sees the flag sees the whole price.
fn the_price_comes_with_the_flag() {
    let offer = Offer::default();
    thread::scope(|scope| {
        scope.spawn(|| offer.publish(12, 50));
        if let Some(price) = offer.price() {
            assert_eq!(price, (12, 50), "the price that came with the flag");
        }
    });
    assert_eq!(offer.price(), Some((12, 50)), "in the end everybody sees the price");
}
