use std::sync::mpsc;
use std::thread;

use tensority::Target;

use super::submit::Failure;
use super::*;
use crate::event::{Answer, Reason};

const TIME: u64 = 1_000_000;

fn template(parent: [u8; 32], timestamp: u64) -> Template {
    let header = BlockHeader {
        previous_block_hash: parent,
        timestamp,
        ..BlockHeader::default()
    };
    Template::of_block(header, [0; 32], Target::MAX)
}

fn share(number: u64, template: &Template) -> Share {
    let header = BlockHeader {
        nonce: number,
        ..template.header.clone()
    };
    Share {
        number,
        template: None,
        header,
    }
}

fn away() -> NodeError {
    NodeError::Unreachable("refused".to_owned())
}

/// A node without threads, and what is told.
fn node() -> (Arc<Node>, mpsc::Receiver<Event>) {
    let (sender, events) = mpsc::channel();
    let tell = move |event| sender.send(event).unwrap();
    let settings = Settings::new("http://node:1".parse().unwrap());
    let node = Node {
        reporter: Arc::new(Reporter::new(Box::new(tell))),
        state: Mutex::default(),
        changed: Condvar::new(),
        interval: Duration::from_millis(10),
        limits: Limits {
            first_wait: Duration::from_millis(1),
            submit: Duration::from_millis(50),
            ..settings.limits
        },
    };
    (Arc::new(node), events)
}

/// A word for each event.
fn word(event: Event) -> String {
    let answered = |answer| match answer {
        Answer::Accepted => "accepted".to_owned(),
        Answer::Stale(Reason { word, .. }) => word,
        Answer::Rejected(Reason { word, .. }) => format!("rejected {word}"),
        Answer::Unanswered(Reason { word, .. }) => format!("unanswered {word}"),
        Answer::NotSent => "not sent".to_owned(),
    };
    match event {
        Event::Up => "up".to_owned(),
        Event::Invalidated => "invalidated".to_owned(),
        Event::Template(work) if work.replace => "replace".to_owned(),
        Event::Template(_) => "update".to_owned(),
        Event::Down(reason) | Event::Odd(reason) => reason.word,
        Event::Answered { answer, .. } => answered(answer),
    }
}

fn words(events: &mpsc::Receiver<Event>) -> Vec<String> {
    events.try_iter().map(word).collect()
}

/// Ways to a node that answers as the test says.
struct Scripted<H, L> {
    hand_in: H,
    look_up: L,
}

impl<H, L> submit::Ways for Scripted<H, L>
where
    H: Fn() -> Result<(), Failure>,
    L: Fn() -> Result<BlockHeader, NodeError>,
{
    fn hand_in(&self, _: &BlockHeader) -> Result<(), Failure> {
        (self.hand_in)()
    }

    fn look_up(&self, _: u64) -> Result<BlockHeader, NodeError> {
        (self.look_up)()
    }
}

/// Hands two shares of one template in, to a node that answers so, and then sees `next`.
fn submitted(answers: Vec<Result<(), Failure>>, next: Option<Template>) -> Vec<String> {
    submitted_to(answers, next, || Err(away()))
}

/// The same, to a node that gives these headers when it is asked what it has.
fn submitted_to(
    answers: Vec<Result<(), Failure>>,
    next: Option<Template>,
    look_up: impl Fn() -> Result<BlockHeader, NodeError> + Send + 'static,
) -> Vec<String> {
    let (node, events) = node();
    let first = template([1; 32], TIME);
    node.take(first.clone(), Instant::now());
    for number in [5, 6] {
        node.reporter.expect(number);
        node.submit(share(number, &first));
    }
    let answers = Mutex::new(answers);
    let seen = Arc::clone(&node);
    let hand_in = move || {
        let mut answers = answers.lock().unwrap();
        let answer = answers.remove(0);
        if answers.is_empty()
            && let Some(next) = &next
        {
            // Asked for a while after what went before.
            seen.take(next.clone(), Instant::now() + Duration::from_secs(9));
        }
        answer
    };
    let submitter = {
        let node = Arc::clone(&node);
        thread::spawn(move || submit::run(&node, &Scripted { hand_in, look_up }))
    };
    let mut words = Vec::new();
    let is_answer = |word: &&String| {
        let answers = ["accepted", "stale", "not sent"];
        answers.contains(&word.as_str()) || word.contains("ed ")
    };
    while words.iter().filter(is_answer).count() < 2 {
        let event = events.recv_timeout(Duration::from_secs(10));
        words.push(word(event.unwrap_or_else(|_| panic!("{words:?}"))));
    }
    node.end();
    submitter.join().unwrap();
    words.extend(self::words(&events));
    words.split_off(2)
}

fn fails(error: NodeError) -> Result<(), Failure> {
    Err(Failure::Node(error))
}

#[test]
fn an_answer_outruns_the_other_shares_of_its_parent() {
    let words = submitted(vec![Ok(())], None);
    assert_eq!(words, ["accepted", "invalidated", "not sent"]);
    let words = submitted(vec![fails(NodeError::Stale)], None);
    assert_eq!(words, ["stale", "invalidated", "not sent"]);
}

#[test]
fn no_answer_is_asked_for_again_while_the_block_could_be_the_next() {
    let again = vec![fails(away()), fails(NodeError::Empty), Ok(())];
    assert_eq!(
        submitted(again, None),
        ["accepted", "invalidated", "not sent"]
    );
    let other = Some(template([2; 32], TIME));
    let words = submitted(vec![fails(away()), fails(away())], other);
    assert_eq!(words, ["replace", "unanswered unreachable", "not sent"]);
}

#[test]
fn a_lost_answer_is_known_by_the_next_template() {
    let ours = share(5, &template([1; 32], TIME)).header.hash();
    let next = Some(template(ours, TIME + 1));
    let lost = vec![fails(away())];
    assert_eq!(
        submitted(lost, next.clone()),
        ["replace", "accepted", "not sent"]
    );
}

#[test]
fn what_became_of_a_block_without_an_answer_is_asked_for() {
    let ours = share(5, &template([1; 32], TIME)).header;
    let stale = || vec![fails(away()), fails(NodeError::Stale)];
    // A newer timestamp, while the block is handed in, changes nothing.
    for next in [None, Some(template([1; 32], TIME + 60))] {
        let told = |look_up: Result<BlockHeader, NodeError>| {
            let words = submitted_to(stale(), next.clone(), move || look_up.clone());
            let told = words.into_iter().filter(|word| word != "update");
            told.collect::<Vec<_>>()
        };
        let invalidated =
            |word: &str| vec!["invalidated".to_owned(), word.into(), "not sent".into()];
        assert_eq!(told(Ok(ours.clone())), invalidated("accepted"));
        let other = template([9; 32], TIME).header;
        assert_eq!(told(Ok(other)), invalidated("stale"));
        for unknown in [
            NodeError::NoBlock,
            away(),
            NodeError::Unauthorized(String::new()),
        ] {
            assert_eq!(told(Err(unknown)), invalidated("unanswered unreachable"));
        }
    }
    // Two blocks came while nothing was heard of the node.
    let later = Some(template([7; 32], TIME + 9));
    let words = submitted_to(vec![fails(away())], later, move || Ok(ours.clone()));
    assert_eq!(words, ["replace", "accepted", "not sent"]);
}

#[test]
fn a_refused_timestamp_invalidates_all_work_of_it() {
    let words = submitted(vec![fails(NodeError::Timestamp)], None);
    assert_eq!(words, ["rejected timestamp", "invalidated", "not sent"]);
    let wrong = vec![fails(NodeError::ProofOfWork), fails(NodeError::Orphan)];
    let words = submitted(wrong, None);
    assert_eq!(words, ["rejected proof_of_work", "rejected orphan"]);
}

#[test]
fn a_nonce_that_no_block_holds_is_not_sent() {
    let header = BlockHeader {
        nonce: 1 << 63,
        ..BlockHeader::default()
    };
    for form in [crate::NodeForm::Json, crate::NodeForm::Hex] {
        let error = answer::submit_work_body(form, &header).unwrap_err();
        let words = submitted(vec![Err(Failure::Unfit(error)), Ok(())], None);
        assert_eq!(words, ["rejected unfit", "accepted", "invalidated"]);
    }
}

#[test]
fn the_state_of_the_node_is_told_when_it_changes() {
    let (node, events) = node();
    node.is_down(&away());
    node.is_down(&away());
    node.is_down(&NodeError::NotReady);
    node.take(template([1; 32], TIME), Instant::now());
    node.take(template([1; 32], TIME + 1), Instant::now());
    node.is_down(&away());
    node.take(template([1; 32], TIME + 2), Instant::now());
    node.take(template([2; 32], TIME + 2), Instant::now());
    let expected = [
        "unreachable",
        "not_ready",
        "up",
        "replace",
        "unreachable",
        "up",
        "update",
        "replace",
    ];
    assert_eq!(words(&events), expected);
}

#[test]
fn a_node_that_stands_by_tells_that_it_answers() {
    let (node, events) = node();
    node.take(template([1; 32], TIME), Instant::now());
    node.take(template([1; 32], TIME + 1), Instant::now());
    assert_eq!(words(&events), ["up", "replace"]);
    node.pace(Pace::Watched);
    node.take(template([1; 32], TIME + 2), Instant::now());
    node.take(template([1; 32], TIME + 3), Instant::now());
    assert_eq!(words(&events), ["up", "up"]);
}

#[test]
fn a_poke_ends_a_rest_and_an_end_too() {
    let (node, _events) = node();
    let hour = Duration::from_secs(3600);
    node.outrun(&BlockHeader::default());
    assert!(node.rest(hour));
    node.pace(Pace::Watched);
    node.pace(Pace::Active);
    assert!(node.rest(hour), "work is wanted at once");
    node.end();
    assert!(!node.rest(hour));
}
