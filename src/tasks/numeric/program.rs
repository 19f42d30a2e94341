//! A graph as a list of steps over slots: what a block of elements runs through, tile by tile.

use super::domain::Domain;
use super::graph::{Graph, Node, NodeId};
use super::level::{Level, RampKernel, TILE, Tile, TileKernel};
use super::operation::Operation;

/// One step. It never writes a slot that it reads.
#[derive(Clone, Copy)]
enum Step {
    /// The values of `i`, or of an operation that reads nothing else.
    Index {
        kernel: RampKernel,
        to: usize,
    },
    /// The values of a column.
    Column {
        column: usize,
        to: usize,
    },
    Apply {
        kernel: TileKernel,
        operands: [usize; 3],
        to: usize,
    },
}

pub(super) struct Program {
    /// The level that the steps are made for.
    pub(super) level: Level,
    /// What the first slots hold throughout.
    constants: Vec<f64>,
    steps: Vec<Step>,
    /// How many slots there are.
    slots: usize,
    /// The slot that the value of the expression is in when all steps are done.
    pub(super) result: usize,
    /// Picoseconds per element, roughly.
    pub(super) cost: u64,
}

impl Program {
    /// Orders the operations that `root` needs, and gives each a slot that no later step reads.
    pub(super) fn of(graph: &Graph, root: NodeId, level: Level) -> Self {
        let nodes = graph.nodes();
        let reads = last_reads(nodes, root);
        let mut constants = Vec::new();
        let mut slot_of = vec![usize::MAX; nodes.len()];
        for (place, node) in nodes.iter().enumerate() {
            if let (Node::Constant(bits), Some(_)) = (node, reads[place]) {
                slot_of[place] = constants.len();
                constants.push(f64::from_bits(*bits));
            }
        }
        let mut program = Self { level, slots: constants.len(), constants, steps: Vec::new(), result: 0, cost: 0 };
        let mut free = Vec::new();
        for (place, node) in nodes.iter().enumerate() {
            if reads[place].is_none() || matches!(node, Node::Constant(_)) {
                continue;
            }
            let to = free.pop().unwrap_or_else(|| {
                program.slots += 1;
                program.slots - 1
            });
            slot_of[place] = to;
            program.steps.push(match node {
                Node::Constant(_) | Node::Index => Step::Index { kernel: Operation::Same.of_index(level), to },
                Node::Column(column) => Step::Column { column: *column, to },
                Node::Apply(operation, operands) if is_of_index(nodes, operands) => {
                    Step::Index { kernel: operation.of_index(level), to }
                }
                Node::Apply(operation, operands) => {
                    let slots = [0, 1, 2].map(|n| slot_of[operands.get(n).unwrap_or(&operands[0]).place()]);
                    Step::Apply { kernel: operation.kernel(level), operands: slots, to }
                }
            });
            program.cost += match node {
                Node::Apply(operation, operands) => {
                    for (n, operand) in operands.iter().enumerate() {
                        let last = reads[operand.place()] == Some(place);
                        let temporary = !matches!(nodes[operand.place()], Node::Constant(_));
                        if last && temporary && !operands[..n].contains(operand) {
                            free.push(slot_of[operand.place()]);
                        }
                    }
                    operation.cost()
                }
                _ => LOAD_COST,
            };
        }
        program.result = slot_of[root.place()];
        program
    }
}

impl Program {
    /// Room for one tile per slot, with the constants in it.
    pub(super) fn slots(&self) -> Vec<Tile> {
        let constants = self.constants.iter().copied().chain(std::iter::repeat(0.0));
        constants.take(self.slots).map(|constant| Tile([constant; TILE])).collect()
    }

    /// Computes the tile that begins with element `first`.
    pub(super) fn run(&self, domain: &Domain, first: u64, slots: &mut [Tile]) {
        for step in &self.steps {
            match *step {
                Step::Index { kernel, to } => kernel.run(&domain.index(first), &mut slots[to]),
                Step::Column { column, to } => domain.read_column(column, first, &mut slots[to]),
                Step::Apply { kernel, operands, to } => {
                    let (before, from) = slots.split_at_mut(to);
                    let (target, after) = from.split_first_mut().expect("a step's slot is one of the program's");
                    let slot = |n: usize| if n < to { &before[n] } else { &after[n - to - 1] };
                    kernel.run(operands.map(slot), target);
                }
            }
        }
    }
}

/// Picoseconds to bring a value in, and to add it to the result.
const LOAD_COST: u64 = 400;

/// Whether `i` is all that an operation reads.
fn is_of_index(nodes: &[Node], operands: &[NodeId]) -> bool {
    operands.iter().all(|operand| nodes[operand.place()] == Node::Index)
}

/// For each node the last one that reads it; `None` for those that `root` does not need. Operations on `i` alone make its
/// values themselves.
fn last_reads(nodes: &[Node], root: NodeId) -> Vec<Option<usize>> {
    let mut reads = vec![None; nodes.len()];
    reads[root.place()] = Some(nodes.len());
    for place in (0..nodes.len()).rev() {
        if let (Node::Apply(_, operands), Some(_)) = (&nodes[place], reads[place])
            && !is_of_index(nodes, operands)
        {
            for operand in operands {
                reads[operand.place()] = reads[operand.place()].max(Some(place));
            }
        }
    }
    reads
}
