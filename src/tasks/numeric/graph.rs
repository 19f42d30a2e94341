//! What an expression means: a graph of operations in which every subexpression stands once, whatever is constant is
//! computed, and small powers are products.

use std::collections::HashMap;

use super::operation::Operation;

/// A node by its place: operands stand before the operations that use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The bits of a number, so that 0 and -0 differ and NaN is itself.
    Constant(u64),
    /// `i`.
    Index,
    /// The n-th column.
    Column(usize),
    Apply(Operation, Vec<NodeId>),
}

#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    known: HashMap<Node, NodeId>,
}

impl Graph {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn add(&mut self, node: Node) -> NodeId {
        *self.known.entry(node).or_insert_with_key(|node| {
            self.nodes.push(node.clone());
            NodeId((self.nodes.len() - 1) as u32)
        })
    }

    pub(super) fn constant(&mut self, value: f64) -> NodeId {
        self.add(Node::Constant(value.to_bits()))
    }

    pub(super) fn apply(&mut self, operation: Operation, operands: &[NodeId]) -> NodeId {
        let constants: Option<Vec<f64>> = operands.iter().map(|operand| self.value(*operand)).collect();
        if let Some(values) = constants {
            return self.constant(operation.of(&values));
        }
        if let (Operation::Power, [base, exponent]) = (operation, operands)
            && let Some(product) = self.value(*exponent).and_then(|exponent| self.small_power(*base, exponent))
        {
            return product;
        }
        self.add(Node::Apply(operation, operands.to_vec()))
    }

    fn value(&self, node: NodeId) -> Option<f64> {
        match self.nodes[node.place()] {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Powers that a product, a quotient or a root gives within 1.5 ulp, many times faster.
    fn small_power(&mut self, base: NodeId, exponent: f64) -> Option<NodeId> {
        if exponent == 0.0 {
            return Some(self.constant(1.0));
        } else if exponent == 1.0 {
            return Some(base);
        } else if exponent == 0.5 {
            return Some(self.apply(Operation::PowerOfHalf, &[base]));
        } else if exponent == -1.0 {
            let one = self.constant(1.0);
            return Some(self.apply(Operation::Divide, &[one, base]));
        } else if ![2.0, 3.0, 4.0].contains(&exponent) {
            return None;
        }
        let square = self.apply(Operation::Multiply, &[base, base]);
        Some(match exponent {
            3.0 => self.apply(Operation::Multiply, &[square, base]),
            4.0 => self.apply(Operation::Multiply, &[square, square]),
            _ => square,
        })
    }
}
