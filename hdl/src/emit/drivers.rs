//! What drives each signal of a module: one assignment, or statements together with others.

use std::collections::{BTreeMap, BTreeSet};

use super::statement::{Expression, Statement};

/// The code without what is always assigned again before anything can see it, such as the "keep" of a
/// register that something else always sets.
pub fn without_dead(mut code: Vec<Statement>) -> Vec<Statement> {
    let mut overwritten: BTreeSet<String> = BTreeSet::new();
    let mut kept = Vec::new();
    while let Some(statement) = code.pop() {
        let whole = match &statement {
            Statement::Assign(target, None, _) if overwritten.contains(target) => continue,
            Statement::Assign(target, None, _) => Some(target.clone()),
            _ => None,
        };
        overwritten.extend(whole);
        statement.names(&mut |name, _| {
            overwritten.remove(name);
        });
        statement.targets(&mut |name| {
            if !matches!(statement, Statement::Assign(_, None, _)) {
                overwritten.remove(name);
            }
        });
        kept.push(statement);
    }
    kept.reverse();
    kept
}

/// Wires, the place of each in the code, and the statements that are left, in groups with a place.
pub type Drivers = (
    BTreeMap<String, Expression>,
    BTreeMap<String, usize>,
    Vec<(usize, Vec<Statement>)>,
);

/// The first place of statements that share a target, their targets, and the statements with their places.
type Group = (usize, BTreeSet<String>, Vec<(usize, Statement)>);

/// Tells the signals that one assignment drives from the statements that drive signals together.
pub fn drivers(code: Vec<Statement>) -> Drivers {
    let mut targets: Vec<BTreeSet<String>> = Vec::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &code {
        let mut names = BTreeSet::new();
        statement.targets(&mut |name| {
            names.insert(name.to_string());
        });
        for name in &names {
            *count.entry(name.clone()).or_default() += 1;
        }
        targets.push(names);
    }
    let (mut wires, mut order) = (BTreeMap::new(), BTreeMap::new());
    let mut groups: Vec<Group> = Vec::new();
    for (place, (statement, names)) in code.into_iter().zip(targets).enumerate() {
        match statement {
            Statement::Assign(target, None, value) if count[&target] == 1 => {
                order.insert(target.clone(), place);
                wires.insert(target, value);
            }
            statement => {
                let (joined, others) =
                    groups
                        .into_iter()
                        .partition(|(_, theirs, _): &(_, BTreeSet<String>, _)| {
                            !theirs.is_disjoint(&names)
                        });
                groups = others;
                let mut group = (place, names, vec![(place, statement)]);
                for (first, theirs, statements) in joined {
                    group.0 = group.0.min(first);
                    group.1.extend(theirs);
                    group.2.extend(statements);
                }
                group.2.sort_by_key(|(place, _)| *place);
                groups.push(group);
            }
        }
    }
    let groups = groups.into_iter().map(|(place, _, statements)| {
        (
            place,
            statements
                .into_iter()
                .map(|(_, statement)| statement)
                .collect(),
        )
    });
    (wires, order, groups.collect())
}
