//! Swarm testing: each case draws which operations it has, and how often it does them.
//!
//! Some bugs show only where an operation is absent. A mix that has everything hardly ever does the same operation many
//! times in a row, or never verifies. So half of the cases leave some operations out and give the others weights over
//! two orders of magnitude. The other half keep the mix as it is, since most combinations need most operations. From
//! Groce, Zhang, Eide, Chen, Regehr: Swarm Testing (ISSTA 2012), where each feature is on in half of the cases; this
//! language is small, so four in five are on.

use heapproof_model::Code;
use rand::{Rng, RngExt};

/// Ten steps over two orders of magnitude, in percent: whole numbers, since powers differ between machines.
const FACTORS: [u32; 11] = [10, 16, 25, 40, 63, 100, 158, 251, 398, 631, 1_000];

/// The factors for the weights of a case, in percent; `None` where the mix stays as it is.
pub(super) fn factors(rng: &mut dyn Rng) -> Option<Vec<u32>> {
    if rng.random_bool(0.5) {
        return None;
    }
    let mut factor = || if rng.random_ratio(1, 5) { 0 } else { FACTORS[rng.random_range(0..FACTORS.len())] };
    let mut factors: Vec<u32> = Code::ALL.iter().map(|_| factor()).collect();
    // Without tables, or where nothing is ever dropped, nothing of interest happens. Settings are drawn separately.
    let kept = |code: &Code| matches!(code, Code::Table | Code::Drop) || code.is_setting();
    for code in Code::ALL.iter().filter(|code| kept(code)) {
        let factor = &mut factors[*code as usize];
        *factor = if code.is_setting() { 100 } else { (*factor).max(FACTORS[2]) };
    }
    Some(factors)
}

#[cfg(test)]
mod tests {
    use super::factors;
    use heapproof_model::Code;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn some_cases_lack_any_operation_but_the_two_that_all_need() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<Vec<u32>> = (0..400).filter_map(|_| factors(&mut rng)).collect();
        assert!((150..250).contains(&drawn.len()));
        for code in Code::ALL.iter().filter(|code| !code.is_setting()) {
            let lacking = drawn.iter().any(|factors| factors[*code as usize] == 0);
            assert_eq!(lacking, !matches!(code, Code::Table | Code::Drop), "{}", code.name());
        }
    }
}
