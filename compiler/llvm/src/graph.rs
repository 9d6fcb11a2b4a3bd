//! Strongly connected components, without recursion on the machine stack.

/// The components of the graph `edges` (by node), each after every component it has edges to.
/// `index` gives the node an edge leads to.
pub fn components<E: Copy>(edges: &[Vec<E>], index: impl Fn(E) -> usize) -> Vec<Vec<usize>> {
    const NEW: u32 = u32::MAX;
    let mut order = vec![NEW; edges.len()];
    let mut low = vec![0u32; edges.len()];
    let mut open = vec![false; edges.len()];
    let mut stack = Vec::new();
    let mut out = Vec::new();
    let mut next = 0;
    let mut work: Vec<(usize, usize)> = Vec::new();
    for root in 0..edges.len() {
        if order[root] != NEW {
            continue;
        }
        work.push((root, 0));
        while let Some((node, at)) = work.pop() {
            if at == 0 {
                order[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                open[node] = true;
            }
            if let Some(&edge) = edges[node].get(at) {
                let to = index(edge);
                work.push((node, at + 1));
                if order[to] == NEW {
                    work.push((to, 0));
                } else if open[to] {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == order[node] {
                let start = stack.iter().rposition(|&n| n == node).unwrap_or(0);
                let members: Vec<usize> = stack.drain(start..).collect();
                for &member in &members {
                    open[member] = false;
                }
                out.push(members);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn groups_come_after_what_they_lead_to() {
        let edges = vec![vec![1], vec![2, 3], vec![1], vec![], vec![4, 0]];
        let mut found = components(&edges, |to| to);
        for group in &mut found {
            group.sort();
        }
        assert_eq!(found, vec![vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn a_long_chain_does_not_recurse() {
        let count = 200_000;
        let edges: Vec<Vec<usize>> = (0..count).map(|n| vec![(n + 1) % count]).collect();
        assert_eq!(components(&edges, |to| to).len(), 1);
    }
}
