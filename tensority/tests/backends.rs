//! Every back end this processor has, against the reference, stage by stage.
//!
//! Random inputs come from a seed that is printed; `TENSORITY_TEST_SEED` repeats a run.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority::fast::{self, Backend, PreparedMatrix, State, hash};
use tensority::{DIMENSION, Matrix, MatrixList, load, multiply, smix_round, tensority};

/// Generator of random inputs, whose seed goes to the output of the test.
fn random() -> StdRng {
    StdRng::seed_from_u64(testvectors::seed())
}

fn random_matrix(rng: &mut StdRng) -> Matrix<DIMENSION> {
    Matrix::from_fn(|_, _| rng.random())
}

/// Matrices at the ends of the range and random ones. The second of each pair of extremes meets
/// the first with the greatest dot product of either sign.
fn matrices() -> Vec<(&'static str, Matrix<DIMENSION>)> {
    let mut rng = random();
    let alternating = |odd: usize| if odd.is_multiple_of(2) { -128 } else { 127 };
    vec![
        ("zero", Matrix::zero()),
        ("all -128", Matrix::from_fn(|_, _| -128)),
        // The load takes -127 to -128, and 127 and -128 to 127.
        ("all -127", Matrix::from_fn(|_, _| -127)),
        ("all 127", Matrix::from_fn(|_, _| 127)),
        ("all -1", Matrix::from_fn(|_, _| -1)),
        (
            "alternating columns",
            Matrix::from_fn(|_, c| alternating(c)),
        ),
        ("alternating rows", Matrix::from_fn(|r, _| alternating(r))),
        ("checkerboard", Matrix::from_fn(|r, c| alternating(r + c))),
        (
            "one element",
            Matrix::from_fn(|r, c| if (r, c) == (255, 3) { -128 } else { 0 }),
        ),
        ("random", random_matrix(&mut rng)),
        ("random too", random_matrix(&mut rng)),
    ]
}

/// The first element in which two matrices differ: its row and column, and the element of each.
fn difference(
    found: &Matrix<DIMENSION>,
    expected: &Matrix<DIMENSION>,
) -> Option<(usize, usize, i8, i8)> {
    let mut places = (0..DIMENSION).flat_map(|r| (0..DIMENSION).map(move |c| (r, c)));
    let (r, c) = places.find(|&(r, c)| found[r][c] != expected[r][c])?;
    Some((r, c, found[r][c], expected[r][c]))
}

#[track_caller]
fn assert_same(found: &Matrix<DIMENSION>, expected: &Matrix<DIMENSION>, what: &str) {
    if let Some((r, c, found, expected)) = difference(found, expected) {
        panic!("{what}: row {r}, column {c}: expected {expected}, found {found}");
    }
}

#[test]
fn a_prepared_matrix_keeps_every_element() {
    for (name, m) in matrices() {
        assert_same(&PreparedMatrix::from(&m).to_matrix(), &m, name);
    }
}

#[test]
fn every_back_end_loads_as_the_reference() {
    let mut state = State::new();
    for (name, m) in matrices() {
        let expected = load(&m);
        for backend in Backend::available() {
            backend.load(&PreparedMatrix::from(&m), &mut state);
            assert_same(
                &backend.to_matrix(&state),
                &expected,
                &format!("{backend}, {name}"),
            );
        }
    }
}

#[test]
fn every_back_end_multiplies_as_the_reference() {
    let matrices = matrices();
    let prepared: Vec<_> = matrices
        .iter()
        .map(|(_, m)| PreparedMatrix::from(m))
        .collect();
    let (mut state, mut product) = (State::new(), State::new());
    for (first, (left, a)) in matrices.iter().enumerate() {
        let a = load(a);
        for (second, (right, m)) in matrices.iter().enumerate() {
            let expected = multiply(&a, m);
            for backend in Backend::available() {
                backend.load(&prepared[first], &mut state);
                backend.multiply(&state, &prepared[second], &mut product);
                let what = format!("{backend}, {left} times {right}");
                assert_same(&backend.to_matrix(&product), &expected, &what);
            }
        }
    }
}

#[test]
fn every_back_end_multiplies_its_own_products() {
    let mut rng = random();
    let matrices: Vec<_> = (0..8).map(|_| random_matrix(&mut rng)).collect();
    let (mut state, mut product) = (State::new(), State::new());
    for backend in Backend::available() {
        let mut expected = load(&matrices[0]);
        backend.load(&PreparedMatrix::from(&matrices[0]), &mut state);
        for (k, m) in matrices.iter().enumerate().skip(1) {
            expected = multiply(&expected, m);
            backend.multiply(&state, &PreparedMatrix::from(m), &mut product);
            std::mem::swap(&mut state, &mut product);
            let what = format!("{backend}, multiply {k}");
            assert_same(&backend.to_matrix(&state), &expected, &what);
        }
    }
}

#[test]
fn every_make_of_smix_is_that_of_the_reference() {
    let mut rng = random();
    for backend in Backend::available() {
        assert!(
            backend
                .smix_makes()
                .iter()
                .any(|smix| smix.name() == backend.smix().name())
        );
        for smix in backend.smix_makes() {
            let mut found: [u32; 32] = core::array::from_fn(|_| rng.random());
            let mut expected = found;
            for round in 0..3 {
                let matrices = smix.round(&mut found);
                let of_reference = smix_round(&mut expected);
                for (found, expected) in matrices.iter().zip(&of_reference) {
                    let what = format!("{backend}, {smix}, round {round}");
                    assert_same(&found.to_matrix(), expected, &what);
                }
            }
            assert_eq!(found, expected, "{backend}, {smix}");
        }
    }
}

#[test]
fn every_back_end_lists_and_hashes_as_the_reference() {
    let mut rng = random();
    for seed in [rng.random(), [0; 32], [0xff; 32]] {
        let list = MatrixList::<DIMENSION>::from_seed(&seed);
        let header_hash = rng.random();
        let expected = tensority(&header_hash, &list);
        for backend in Backend::available() {
            let prepared = fast::MatrixList::build(backend, &seed);
            for index in 0..=255 {
                let what = format!("{backend}, seed {seed:02x?}, matrix {index}");
                let found = prepared.matrix(index).to_matrix();
                assert_same(&found, &list[usize::from(index)], &what);
            }
            let found = hash(&header_hash, &prepared);
            assert_eq!(
                found, expected,
                "{backend}, seed {seed:02x?}, header hash {header_hash:02x?}"
            );
        }
    }
}

#[test]
fn the_comparison_sees_one_wrong_element() {
    let expected = random_matrix(&mut random());
    let mut found = expected.clone();
    found[200][100] ^= 1;
    let (r, c, found, expected) = difference(&found, &expected).expect("a difference");
    assert_eq!((r, c, found), (200, 100, expected ^ 1));
}
