//! Links and watches of an actor, which it alone changes; the other side hears of it by messages.
//!
//! Either side of a link may have made it, or both. Each gives its part a number and tells the other
//! side, and an exit carries the numbers that the ending side knows. So an exit that was under way when
//! a link was ended, and made again, is known by its numbers, and is dropped.

use crate::message::LinkNumbers;
use std::collections::BTreeMap;

/// See the module's comment. In order of pids and numbers, so that a run can be repeated.
#[derive(Default)]
pub struct Links {
    links: BTreeMap<u64, LinkNumbers>,
    /// What it watches: the numbers that `monitor` gave, and whom they stand for.
    watched: BTreeMap<u64, u64>,
    /// Who watches it, with the watcher's number.
    pub watchers: Vec<(u64, u64)>,
    last: u64,
}

impl Links {
    /// The next number.
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// This side links to `pid`: the number to tell there, unless it has linked already.
    pub fn link(&mut self, pid: u64) -> Option<u64> {
        let number = self.number();
        let link = self
            .links
            .entry(pid)
            .or_insert(LinkNumbers { own: 0, peer: 0 });
        (link.own == 0).then(|| {
            link.own = number;
            number
        })
    }

    /// The other side has linked.
    pub fn linked(&mut self, from: u64, number: u64) {
        let link = self
            .links
            .entry(from)
            .or_insert(LinkNumbers { own: 0, peer: 0 });
        link.peer = number;
    }

    /// This side ends the link: what to tell the other side.
    pub fn unlink(&mut self, pid: u64) -> Option<LinkNumbers> {
        self.links.remove(&pid)
    }

    /// The other side has ended the link, whose numbers are as it knows them.
    pub fn unlinked(&mut self, from: u64, link: LinkNumbers) {
        let Some(mine) = self.links.get_mut(&from) else {
            return;
        };
        if mine.peer == link.own {
            mine.peer = 0;
        }
        if mine.own == link.peer {
            mine.own = 0;
        }
        if *mine == (LinkNumbers { own: 0, peer: 0 }) {
            self.links.remove(&from);
        }
    }

    /// The other side has ended: whether the link it speaks of still stands, which is over then.
    pub fn exited(&mut self, from: u64, link: LinkNumbers) -> bool {
        let Some(mine) = self.links.get(&from) else {
            return false;
        };
        let stands =
            mine.own != 0 && mine.own == link.peer || mine.peer != 0 && mine.peer == link.own;
        if stands {
            self.links.remove(&from);
        }
        stands
    }

    /// All links, which end.
    pub fn take_links(&mut self) -> BTreeMap<u64, LinkNumbers> {
        std::mem::take(&mut self.links)
    }

    /// Watches `pid`: the watch's number.
    pub fn watch(&mut self, pid: u64) -> u64 {
        let number = self.number();
        self.watched.insert(number, pid);
        number
    }

    /// Ends a watch: whom it stood for.
    pub fn unwatch(&mut self, number: u64) -> Option<u64> {
        self.watched.remove(&number)
    }

    /// Whether a watch goes on, or its end has not been received.
    pub fn watches(&self, number: u64) -> bool {
        self.watched.contains_key(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_under_way_does_not_meet_a_later_link() {
        let mut links = Links::default();
        let first = links.link(7).expect("a new link");
        assert_eq!(links.link(7), None);
        let told = LinkNumbers {
            own: 0,
            peer: first,
        };
        assert_eq!(
            links.unlink(7),
            Some(LinkNumbers {
                own: first,
                peer: 0
            })
        );
        assert!(!links.exited(7, told));
        let second = links.link(7).expect("a new link");
        assert!(!links.exited(7, told), "of the link before");
        assert!(links.exited(
            7,
            LinkNumbers {
                own: 0,
                peer: second
            }
        ));
        assert!(!links.exited(
            7,
            LinkNumbers {
                own: 0,
                peer: second
            }
        ));
    }

    #[test]
    fn both_sides_may_link() {
        let mut links = Links::default();
        let own = links.link(7).expect("a new link");
        links.linked(7, 40);
        // The other side ends the link before it has heard of ours: its own part is over.
        links.unlinked(7, LinkNumbers { own: 40, peer: 0 });
        assert!(links.exited(7, LinkNumbers { own: 0, peer: own }));
    }
}
