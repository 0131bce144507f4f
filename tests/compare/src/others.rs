//! Rows from other languages: programs that wait until it is their turn, and measure themselves.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

use wireform::Deserializer;
use wireform::avro::Avro;

use crate::avro::{assert_same_order, datum, old_datum};
use crate::measure::{Group, Other};
use crate::options::Options;
use crate::order::{NewOrder, new_order};

/// The name of a row in its program, and here.
type Names = &'static [(&'static str, &'static str)];

const JAVA: Names = &[("java", "Java Avro 1.12 SpecificRecord")];
const GO: Names = &[
    ("twmb", "Go twmb/avro 1.9"),
    ("hamba", "Go hamba/avro 2.31"),
];

/// Starts the programs that were asked for, and adds their rows.
pub fn add(groups: &mut [Group], options: &Options) -> Result<(), String> {
    if options.with_java {
        add_program(groups, "java", JAVA)?;
    }
    if options.with_go {
        add_program(groups, "go", GO)?;
    }
    Ok(())
}

fn add_program(groups: &mut [Group], folder: &str, names: Names) -> Result<(), String> {
    let program = Program::start(folder).map_err(|error| format!("{folder}: {error}"))?;
    let program = Rc::new(RefCell::new(program));
    for group in groups {
        let Some(check) = check_of(group.name) else {
            continue;
        };
        for (key, name) in names {
            let row = format!("{} {key}", group.name);
            check(&program.borrow_mut().ask_bytes(&row)?);
            group.others.push(Other {
                name,
                sample: sample(program.clone(), row),
            });
        }
    }
    Ok(())
}

/// How the bytes of a group's rows are checked; `None` where the programs have no such group.
fn check_of(group: &str) -> Option<fn(&[u8])> {
    match group {
        "avro-encode" | "avro-decode" => Some(|bytes| assert_same_order(bytes, &datum().0)),
        "avro-evolved" => Some(|bytes| {
            let order = Avro::<NewOrder>::new().deserialize(bytes).expect("valid");
            assert_eq!(order, new_order());
        }),
        _ => None,
    }
}

fn sample(program: Rc<RefCell<Program>>, row: String) -> Box<dyn FnMut() -> f64> {
    Box::new(move || {
        let answer = program.borrow_mut().ask(&format!("time {row}"));
        answer
            .ok()
            .and_then(|nanoseconds| nanoseconds.parse().ok())
            .expect("the program measures")
    })
}

/// A program that answers each line with one.
struct Program {
    child: Child,
    /// Closed when the program is to end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Program {
    fn start(folder: &str) -> Result<Self, String> {
        let here = env!("CARGO_MANIFEST_DIR");
        let mut child = Command::new(format!("{here}/{folder}/run"))
            .arg(format!("{here}/schemas"))
            .args([hex(&datum().1), hex(&old_datum())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (questions, answers) = (child.stdin.take(), child.stdout.take());
        let mut program = Self {
            child,
            questions,
            answers: BufReader::new(answers.ok_or("no output")?),
        };
        // Once it is built and has warmed up.
        match program.answer()?.as_str() {
            "ready" => Ok(program),
            other => Err(format!("{other:?} instead of \"ready\"")),
        }
    }

    fn ask(&mut self, question: &str) -> Result<String, String> {
        let questions = self.questions.as_mut().ok_or("the program has ended")?;
        writeln!(questions, "{question}").map_err(|error| error.to_string())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) => Err("the program has ended".to_owned()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn ask_bytes(&mut self, row: &str) -> Result<Vec<u8>, String> {
        let text = self.ask(&format!("check {row}"))?;
        let digits = text.as_bytes().chunks(2);
        let bytes = digits.map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        bytes
            .collect::<Option<_>>()
            .ok_or(format!("{row}: no bytes: {text:?}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.questions = None;
        // It has nobody left to answer.
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
