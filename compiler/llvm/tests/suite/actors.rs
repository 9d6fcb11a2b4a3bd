//! Actors that wait: in their entry frame without a stack, elsewhere with it.

use crate::common::{WAYS, can_run, link, options, run};
use mesh_core::{Level, optimise};
use mesh_report::SourceMap;

#[test]
fn a_parked_actor_has_no_stack_and_goes_on_on_any() {
    for (target, release) in WAYS {
        let mut program = crate::common::program(include_str!("../actors.core"));
        let level = if release {
            Level::Release
        } else {
            Level::Development
        };
        optimise(&mut program, level);
        let executable = link(&program, &SourceMap::new(), &options(target, release));
        if !can_run(target) {
            continue;
        }
        let environment = [("ACTORS", "1"), ("STATS", "1")];
        let outcome = run(&executable, target, 0, &environment);
        let mut lines = outcome.output.lines();
        // Each of the twenty actors starts from its number; its answers to `Get` sum up 1 to 100. The
        // first one answers 7 while it handles another message. The four numbers that go round stand
        // as they began after 100 rounds, and once further in the first actor.
        let sums = 20 * (1..=100).map(|n| n * (n + 1) / 2).sum::<i64>() + 100 * 190;
        let ends = 20 * (5050 + 2) + 190 + 19 * 1_000_000 + 4_000_000;
        let names = "w".repeat(20);
        assert_eq!(lines.next(), Some(&*format!("{sums}7{names}{ends}")));
        let stats: Vec<u64> = lines
            .next()
            .into_iter()
            .flat_map(|line| line.split(' ').filter_map(|word| word.parse().ok()))
            .collect();
        let [parked, waited, stacks, kept] = stats[..] else {
            panic!("{outcome:?}");
        };
        assert!(parked > 2000, "{outcome:?}");
        // `main` waits for twenty answers, an actor within a message once.
        assert!((1..=21).contains(&waited), "{outcome:?}");
        // The one that runs, and `main`'s; for a time that of the actor within a message.
        assert!(stacks <= 3, "{outcome:?}");
        assert_eq!(kept, 0, "{outcome:?}");
    }
}
