//! Recordings of a real pool.

use super::*;

#[test]
fn recorded_sessions_are_lived_through() {
    let mut answered = BTreeSet::new();
    let mut sessions = 0;
    for capture in stratum_captures() {
        let names: BTreeSet<_> = capture.steps.iter().map(|step| &step.session).collect();
        for name in names {
            let steps = capture.steps.iter().filter(|step| step.session == *name);
            let steps: Vec<_> = steps.map(|step| &step.event).collect();
            let spoke = |step: &&StratumEvent| matches!(step, StratumEvent::Pool(_));
            if !steps.iter().any(spoke) {
                continue;
            }
            if let Some(user) = steps.iter().find_map(|step| recorded_login(step)) {
                answered.extend(live_through(&user, &steps));
                sessions += 1;
            }
        }
    }
    assert!(sessions >= 8, "{sessions}");
    let words = ["accepted", "low_difficulty", "not sent"];
    assert_eq!(answered.into_iter().collect::<Vec<_>>(), words);
}

fn recorded_login(step: &StratumEvent) -> Option<String> {
    let StratumEvent::Miner(line) = step else {
        return None;
    };
    let request: Value = serde_json::from_str(line).ok()?;
    let login = request["params"]["login"].as_str()?;
    (request["method"] == "login").then(|| login.to_owned())
}

/// Says what a recorded pool said, and checks that it is asked as it was. Requests that we would never
/// make are left out, with their replies.
fn live_through(user: &str, steps: &[&StratumEvent]) -> Vec<String> {
    let (reporter, events) = reporter();
    let (settings, now) = (settings(user), Instant::now());
    let mut session = Session::new(&settings, &reporter, now);
    let (mut ids, mut works, mut answers) = (BTreeMap::new(), Vec::new(), Vec::new());
    for step in steps {
        let json = match step {
            StratumEvent::Miner(line) | StratumEvent::Pool(line) => serde_json::from_str(line),
            StratumEvent::Closed | StratumEvent::Silence => continue,
        };
        let Ok(mut json): Result<Value, _> = json else {
            continue;
        };
        if let StratumEvent::Pool(_) = step {
            match json.get("id").map(Value::to_string) {
                None => {}
                Some(id) => match ids.get(&id) {
                    Some(&id) => json["id"] = Value::from(id),
                    None => continue,
                },
            }
            session.take(object(&json), now).unwrap();
        } else if json["method"] == "login" {
            let id = json["id"].to_string();
            if !ids.values().any(|&id| id == LOGIN) {
                ids.insert(id, LOGIN);
            }
        } else if json["method"] == "submit" {
            let nonce = json["params"]["nonce"].as_str().unwrap();
            let header = works
                .iter()
                .find(|work: &&Template| work.id.as_deref() == json["params"]["job_id"].as_str());
            let (16, Some(work)) = (nonce.len(), header) else {
                continue;
            };
            if nonce.contains('A') || json["params"]["id"] != user {
                continue;
            }
            let number = session.next_id;
            let share = Share {
                number,
                template: work.id.clone(),
                header: BlockHeader {
                    nonce: u64::from_str_radix(nonce, 16).unwrap(),
                    ..work.header.clone()
                },
            };
            reporter.expect(number);
            if let Some(line) = session.submit(&share, now) {
                let mut ours: Value = serde_json::from_slice(&line).unwrap();
                ids.insert(json["id"].to_string(), number);
                ours["id"] = json["id"].take();
                // The pool ignores it.
                json["params"].as_object_mut().unwrap().remove("result");
                json["id"] = ours["id"].clone();
                assert_eq!(ours, json);
            }
        }
        for event in events.try_iter() {
            match event {
                Event::Template(work) => works.push(work),
                Event::Answered { answer, .. } => answers.push(match answer {
                    Answer::Accepted => "accepted".to_owned(),
                    Answer::Stale(reason) | Answer::Rejected(reason) => reason.word,
                    Answer::NotSent => "not sent".to_owned(),
                    Answer::Unanswered(reason) => panic!("{reason:?}"),
                }),
                Event::Up => assert!(works.is_empty()),
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(!works.is_empty());
    answers
}
