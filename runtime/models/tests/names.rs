//! Names: none stays behind its actor, whatever the moment at which that ends.

use mesh_models::explore;
use mesh_models::names::{Mark, Names, Refused, Types};
use mesh_models::sync::atomic::{Acquire, AtomicU32, Release};
use mesh_models::sync::{Arc, thread};

/// An actor as the table has it: whether it is found, and its mark.
struct Actor {
    lives: AtomicU32,
    mark: Mark,
}

impl Actor {
    fn new() -> Arc<Actor> {
        Arc::new(Actor {
            lives: AtomicU32::new(1),
            mark: Mark::new(),
        })
    }

    fn lives(&self) -> bool {
        self.lives.load(Acquire) == 1
    }

    /// As a worker ends it.
    fn end(&self, names: &Names, pid: u64) {
        self.lives.store(0, Release);
        names.ended(pid, &self.mark);
    }
}

fn register(names: &Names, name: &str, pid: u64, actor: &Actor) -> Result<(), Refused> {
    let types = Types::new((0, 0), "M", "R");
    names.register(name, pid, types, &actor.mark, || actor.lives())
}

#[test]
fn an_actor_that_ends_while_it_is_named_leaves_no_name() {
    explore(3, || {
        let (names, actor) = (Arc::new(Names::default()), Actor::new());
        let ending = {
            let (names, actor) = (names.clone(), actor.clone());
            thread::spawn(move || actor.end(&names, 1))
        };
        let registered = register(&names, "name", 1, &actor);
        assert_ne!(registered, Err(Refused::Taken));
        ending.join().expect("a model that fails ends");
        assert!(!names.is_taken("name"));
    });
}

#[test]
fn of_two_one_gets_a_name_and_the_next_when_it_has_ended() {
    explore(3, || {
        let names = Arc::new(Names::default());
        let (first, second) = (Actor::new(), Actor::new());
        let other = {
            let (names, first) = (names.clone(), first.clone());
            thread::spawn(move || {
                let registered = register(&names, "name", 1, &first);
                first.end(&names, 1);
                registered
            })
        };
        let registered = register(&names, "name", 2, &second);
        let other = other.join().expect("a model that fails ends");
        assert_ne!(other, Err(Refused::Ended));
        let asked = Types::new((0, 0), "M", "R");
        let holder = registered.is_ok().then_some(2);
        assert_eq!(names.find("name", &asked), Ok(holder));
        assert!(registered.is_ok() || other.is_ok());
    });
}
