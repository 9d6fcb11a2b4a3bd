//! Groups of things that depend on each other, in the order of their dependencies.

/// The strongly connected components of the graph `edges` (by node, what it depends on); a component stands after all it depends on,
/// and its nodes are in ascending order. Iterative: a chain of any length is fine.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk {
        edges,
        index: vec![UNSEEN; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if walk.index[node] == UNSEEN {
            walk.from(node);
        }
    }
    walk.found
}

const UNSEEN: usize = usize::MAX;

/// Tarjan's algorithm with its own stack of calls.
struct Walk<'a> {
    edges: &'a [Vec<usize>],
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Walk<'_> {
    fn enter(&mut self, node: usize) {
        self.index[node] = self.next;
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn from(&mut self, start: usize) {
        self.enter(start);
        let mut calls = vec![(start, 0)];
        while let Some((node, edge)) = calls.pop() {
            if let Some(&to) = self.edges[node].get(edge) {
                calls.push((node, edge + 1));
                if self.index[to] == UNSEEN {
                    self.enter(to);
                    calls.push((to, 0));
                } else if self.on_stack[to] {
                    self.low[node] = self.low[node].min(self.index[to]);
                }
                continue;
            }
            if let Some(&(parent, _)) = calls.last() {
                self.low[parent] = self.low[parent].min(self.low[node]);
            }
            if self.low[node] == self.index[node] {
                self.close(node);
            }
        }
    }

    fn close(&mut self, node: usize) {
        let mut component = Vec::new();
        while let Some(top) = self.stack.pop() {
            self.on_stack[top] = false;
            component.push(top);
            if top == node {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

/// A shortest cycle through `start` that stays within `component`, as the nodes in order from `start`.
pub(crate) fn cycle_through(edges: &[Vec<usize>], start: usize, component: &[usize]) -> Vec<usize> {
    let mut from = vec![UNSEEN; edges.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &to in &edges[node] {
            if to == start {
                let mut path = vec![node];
                while path.last() != Some(&start) {
                    path.push(from[path[path.len() - 1]]);
                }
                path.reverse();
                return path;
            }
            if from[to] == UNSEEN && component.binary_search(&to).is_ok() {
                from[to] = node;
                queue.push_back(to);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_depended_on_comes_first() {
        let edges = [vec![1, 2], vec![2], vec![]];
        assert_eq!(components(&edges), [vec![2], vec![1], vec![0]]);
    }

    #[test]
    fn a_cycle_is_one_component_and_is_found() {
        let edges = [vec![1], vec![2], vec![0, 3], vec![], vec![2]];
        assert_eq!(components(&edges), [vec![3], vec![0, 1, 2], vec![4]]);
        assert_eq!(cycle_through(&edges, 0, &[0, 1, 2]), [0, 1, 2]);
        assert_eq!(cycle_through(&[vec![0]], 0, &[0]), [0]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<_> = (0..200_000)
            .map(|n| if n == 0 { vec![] } else { vec![n - 1] })
            .collect();
        assert_eq!(components(&edges).len(), 200_000);
    }
}
