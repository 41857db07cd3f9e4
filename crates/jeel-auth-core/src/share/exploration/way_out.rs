//! No state without a way out.

use super::times::{CEILING, USABLE};
use super::world::World;
use crate::share::verdict::Want;

impl World {
    /// Each want is answered, whether the store is dead or healthy from here on.
    pub(super) fn check_way_out(&self) {
        for healthy in [false, true] {
            for of in 0..self.nodes.len() {
                if self.nodes[of].want.is_some() && !self.nodes[of].stalled {
                    self.clone().must_answer(of, healthy);
                }
            }
        }
    }

    fn must_answer(mut self, of: usize, healthy: bool) {
        let since = self.now;
        let want = self.nodes[of].want;
        let window = if want == Some(Want::Renewal) { USABLE } else { 0 };
        while self.nodes[of].want.is_some() {
            for node in &mut self.nodes {
                node.slow = !healthy;
                node.messages.retain(|_| healthy);
            }
            self.answer();
            self.pass(1);
            let waited = self.now - since;
            assert!(waited <= CEILING + window + 2, "{:?}: no way out {healthy}", self.trace);
        }
    }
}
