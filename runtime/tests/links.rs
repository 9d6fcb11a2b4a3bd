//! Links between two actors whose messages cross in every way: an exit meets a link that stands, once,
//! and never one that was ended before.

use mesh_runtime::actor::links::Links;
use mesh_runtime::message::LinkNumbers;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What one side tells the other.
#[derive(Clone, Copy, Debug)]
enum Told {
    Link(u64),
    Unlink(LinkNumbers),
    Exit(LinkNumbers),
}

/// One of the two actors, with the pids 0 and 1.
#[derive(Default)]
struct Side {
    links: Links,
    arriving: VecDeque<Told>,
    ended: bool,
    /// The numbers of the link that may stand as far as it knows: what it told and what it heard
    /// since it last ended one.
    told: Option<u64>,
    heard: Option<u64>,
    /// Exits of the other that it had to follow.
    exits: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Link(usize),
    Unlink(usize),
    End(usize),
    /// The oldest message to this side arrives.
    Arrive(usize),
}

#[derive(Default)]
struct Two([Side; 2]);

impl Two {
    /// A message to a side: one that has ended answers a link as the runtime does then.
    fn tell(&mut self, to: usize, told: Told) {
        if !self.0[to].ended {
            self.0[to].arriving.push_back(told);
        } else if let Told::Link(number) = told {
            self.tell(
                1 - to,
                Told::Exit(LinkNumbers {
                    own: 0,
                    peer: number,
                }),
            );
        }
    }

    fn step(&mut self, step: Step) {
        let (Step::Link(at) | Step::Unlink(at) | Step::End(at) | Step::Arrive(at)) = step;
        let other = 1 - at;
        let side = &mut self.0[at];
        if side.ended {
            return;
        }
        match step {
            Step::Link(_) => {
                if let Some(number) = side.links.link(other as u64) {
                    side.told = Some(number);
                    self.tell(other, Told::Link(number));
                }
            }
            Step::Unlink(_) => {
                (side.told, side.heard) = (None, None);
                if let Some(link) = side.links.unlink(other as u64) {
                    self.tell(other, Told::Unlink(link));
                }
            }
            Step::End(_) => {
                side.ended = true;
                let arriving = std::mem::take(&mut side.arriving);
                for link in side.links.take_links().into_values() {
                    self.tell(other, Told::Exit(link));
                }
                // What meets the closed queue.
                for told in arriving {
                    self.tell(at, told);
                }
            }
            Step::Arrive(_) => match side.arriving.pop_front() {
                Some(Told::Link(number)) => {
                    side.links.linked(other as u64, number);
                    side.heard = Some(number);
                }
                Some(Told::Unlink(link)) => side.links.unlinked(other as u64, link),
                Some(Told::Exit(link)) if side.links.exited(other as u64, link) => {
                    let meant = [(side.told, link.peer), (side.heard, link.own)];
                    let stood = meant.iter().any(|(mine, other)| *mine == Some(*other));
                    assert!(stood, "this side had ended that link");
                    (side.told, side.heard) = (None, None);
                    side.exits += 1;
                }
                Some(Told::Exit(_)) | None => {}
            },
        }
    }

    fn settle(&mut self) {
        while let Some(at) = (0..2).find(|at| !self.0[*at].arriving.is_empty()) {
            self.step(Step::Arrive(at));
        }
    }

    /// Whether each side has a link, when it ends.
    fn linked(mut self) -> [bool; 2] {
        [0, 1].map(|at| !self.0[at].links.take_links().is_empty())
    }
}

fn steps(end: u32) -> impl Strategy<Value = Vec<Step>> {
    let step = (0..2_usize).prop_flat_map(move |at| {
        prop_oneof![
            3 => Just(Step::Link(at)),
            2 => Just(Step::Unlink(at)),
            end => Just(Step::End(at)),
            6 => Just(Step::Arrive(at)),
        ]
    });
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_sides_agree_in_the_end(steps in steps(0)) {
        let mut two = Two::default();
        steps.into_iter().for_each(|step| two.step(step));
        two.settle();
        let [one, other] = two.linked();
        prop_assert_eq!(one, other);
    }

    #[test]
    fn no_exit_meets_a_link_that_was_ended(steps in steps(1)) {
        let mut two = Two::default();
        // The sides assert it.
        steps.into_iter().for_each(|step| two.step(step));
        two.settle();
    }

    #[test]
    fn each_end_is_heard_once_by_one_that_stays_linked(
        steps in steps(1),
        linker in 0..2_usize,
    ) {
        let mut two = Two::default();
        two.step(Step::Link(linker));
        let steps: Vec<_> = steps
            .into_iter()
            .filter(|step| !matches!(step, Step::Unlink(_)) && *step != Step::End(linker))
            .collect();
        let ends = steps.contains(&Step::End(1 - linker));
        let links_again = |step: &Step| *step == Step::Link(linker);
        let links = steps.iter().filter(|step| links_again(step)).count();
        steps.into_iter().for_each(|step| two.step(step));
        two.settle();
        let heard = two.0[linker].exits;
        let allowed = if ends { 1..=1 + links } else { 0..=0 };
        prop_assert!(allowed.contains(&heard));
    }

    #[test]
    fn where_messages_arrive_at_once_a_link_is_a_flag(steps in steps(1)) {
        let mut two = Two::default();
        let mut linked = false;
        for step in steps {
            let (Step::Link(at) | Step::Unlink(at) | Step::End(at) | Step::Arrive(at)) = step;
            let exits = [0, 1].map(|side| two.0[side].exits);
            let ended = [0, 1].map(|side| two.0[side].ended);
            two.step(step);
            two.settle();
            let heard = match step {
                _ if ended[at] => None,
                // Linking to one that has ended gives an exit at once.
                Step::Link(_) => ended[1 - at].then_some(at),
                Step::End(_) => (linked && !ended[1 - at]).then_some(1 - at),
                Step::Unlink(_) | Step::Arrive(_) => None,
            };
            match step {
                Step::Link(_) if ended == [false; 2] => linked = true,
                Step::Unlink(_) | Step::End(_) if !ended[at] => linked = false,
                _ => {}
            }
            for side in [0, 1] {
                let now = two.0[side].exits - exits[side];
                prop_assert_eq!(now, usize::from(heard == Some(side)));
            }
        }
    }
}
