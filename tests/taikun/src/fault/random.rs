//! A stream of faults that looks like a bad day and is the same each time.

use super::Fault;

#[derive(Debug)]
pub(super) struct Random {
    state: u64,
    rate: f64,
}

impl Random {
    pub(super) fn new(seed: u64, rate: f64) -> Self {
        Self { state: seed, rate }
    }

    pub(super) fn next(&mut self) -> Option<Fault> {
        const FAULTS: [Fault; 9] = [
            Fault::DropBefore,
            Fault::DropAfter,
            Fault::ResetInBody,
            Fault::Status(500),
            Fault::Status(503),
            Fault::StatusAfter(502),
            Fault::StatusAfter(504),
            Fault::Status(429),
            Fault::Status(401),
        ];
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit into a double")]
        let share = (self.draw() >> 11) as f64 / (1_u64 << 53) as f64;
        let fault = usize::try_from(self.draw() % 9).ok().and_then(|nth| FAULTS.get(nth));
        (share < self.rate).then(|| fault.cloned()).flatten()
    }

    /// The next number, by splitmix64.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.state;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}
