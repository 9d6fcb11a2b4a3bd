//! Which functions are inferred together: the strongly connected components of the references
//! between a module group's functions, each after those it refers to.
//!
//! R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Computing 1(2), 1972.

mod references;

use mesh_resolve::hir::{FnId, Function, ModuleId, ProcessClause, Ty, TyKind, World};
use rustc_hash::FxHashMap;

/// The groups of all functions with bodies in these modules, in an order in which each stands after
/// every group it refers to. A reference to a function whose signature says everything does not
/// count: it can be used before its body is known.
pub fn groups(world: &World, modules: &[ModuleId]) -> Vec<Vec<FnId>> {
    let mut nodes: Vec<&Function> = Vec::new();
    for module in modules {
        let functions = &world.modules[module.0 as usize].functions;
        nodes.extend(functions.iter().filter(|f| !f.clauses.is_empty()));
    }
    let index: FxHashMap<FnId, usize> = nodes.iter().enumerate().map(|(i, f)| (f.id, i)).collect();
    let edges: Vec<Vec<usize>> = nodes
        .iter()
        .map(|f| {
            let mut to: Vec<usize> = Vec::new();
            references::of(world, f, &mut |id| to.extend(index.get(&id)));
            to.retain(|&i| !is_complete(world, nodes[i]));
            to.extend(f.params.iter().filter_map(|p| index.get(&p.default?)));
            to.extend(f.state.and_then(|state| index.get(&state.init)));
            to.sort_unstable();
            to.dedup();
            to
        })
        .collect();
    components(&edges)
        .into_iter()
        .map(|group| group.into_iter().map(|i| nodes[i].id).collect())
        .collect()
}

/// Whether the signature leaves nothing to infer, the process included.
pub fn is_complete(world: &World, function: &Function) -> bool {
    let process = match &function.process {
        ProcessClause::None => true,
        ProcessClause::Process {
            receives: Some(m),
            replies: Some(r),
            ..
        } => written(world, m) && written(world, r),
        ProcessClause::Process { .. } | ProcessClause::Unspecified => false,
    };
    process
        && function
            .params
            .iter()
            .all(|p| p.ty.as_ref().is_some_and(|ty| written(world, ty)))
        && function
            .result
            .as_ref()
            .is_some_and(|ty| written(world, ty))
}

fn written(world: &World, ty: &Ty) -> bool {
    let all = |args: &[Ty]| args.iter().all(|arg| written(world, arg));
    match &ty.kind {
        TyKind::Infer => false,
        TyKind::Named(id, args) => {
            all(args) && args.len() == crate::impls::lower::type_def(world, *id).generics.len()
        }
        TyKind::Tuple(args) => all(args),
        TyKind::Assoc(base, _) => written(world, base),
        // A function type in a signature has a process of its own, to be inferred.
        TyKind::Fn(..) => false,
        TyKind::Param(_) | TyKind::SelfTy | TyKind::Unit | TyKind::Error => true,
    }
}

/// One frame of the depth-first search, which keeps its own stack.
struct Frame {
    node: usize,
    next: usize,
}

/// Components in reverse topological order of the edges; nodes within one in ascending order.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let n = edges.len();
    let (mut index, mut low) = (vec![UNSEEN; n], vec![0; n]);
    let (mut on_stack, mut stack, mut out) = (vec![false; n], Vec::new(), Vec::new());
    let mut counter = 0;
    for root in 0..n {
        if index[root] != UNSEEN {
            continue;
        }
        let mut frames = vec![Frame {
            node: root,
            next: 0,
        }];
        while let Some(frame) = frames.last_mut() {
            let v = frame.node;
            if frame.next == 0 {
                index[v] = counter;
                low[v] = counter;
                counter += 1;
                stack.push(v);
                on_stack[v] = true;
            }
            if let Some(&w) = edges[v].get(frame.next) {
                frame.next += 1;
                if index[w] == UNSEEN {
                    frames.push(Frame { node: w, next: 0 });
                } else if on_stack[w] {
                    low[v] = low[v].min(index[w]);
                }
                continue;
            }
            frames.pop();
            if let Some(parent) = frames.last() {
                low[parent.node] = low[parent.node].min(low[v]);
            }
            if low[v] == index[v] {
                out.push(pop_component(v, &mut stack, &mut on_stack));
            }
        }
    }
    out
}

fn pop_component(root: usize, stack: &mut Vec<usize>, on_stack: &mut [bool]) -> Vec<usize> {
    let mut component = Vec::new();
    while let Some(w) = stack.pop() {
        on_stack[w] = false;
        component.push(w);
        if w == root {
            break;
        }
    }
    component.sort_unstable();
    component
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn cycles_are_one_group_and_stand_after_what_they_use() {
        // 0 -> 1 <-> 2 -> 3; 4 alone; 5 -> 5
        let edges = vec![vec![1], vec![2], vec![1, 3], vec![], vec![], vec![5]];
        assert_eq!(
            components(&edges),
            [vec![3], vec![1, 2], vec![0], vec![4], vec![5]]
        );
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<Vec<usize>> = (0..200_000)
            .map(|i| if i == 199_999 { vec![] } else { vec![i + 1] })
            .collect();
        assert_eq!(components(&edges).len(), 200_000);
    }
}
