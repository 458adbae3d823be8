//! Programs as bytes, for coverage-guided fuzzers: any bytes decode, and decoding what was encoded gives an equal
//! program.
//!
//! The first byte is the version of the format, which fixes the meaning of the tags for ever. Then comes one record for
//! each line: the tag of its operation, a byte that says whether a name is bound (if the line may choose), and the
//! operands. Each operand has a fixed length; lists and strings carry their length. Names have no numbers in the bytes:
//! the n-th line that binds a name binds name n. The decoder skips a byte with which no complete record begins.

mod operands;

use crate::operation::{Code, DEEPEST_FINALIZER, Gives, Line, Operation};
use crate::program::{Program, numbered};
use crate::value::{Field, Name};

/// The first byte of a program.
pub const VERSION: u8 = 1;

impl Program {
    /// Encodes the program as bytes, without the lines that have none: expectations, and what uses a field that is no
    /// [word](crate::Field::is_word) or a name beyond [`Name::MOST_IN_BYTES`].
    pub fn encode(&self) -> Vec<u8> {
        encoded(&self.lines_in_bytes())
    }

    /// What only equal programs have alike: the bytes, or the text of a program that has not all in bytes.
    pub fn identity(&self) -> Vec<u8> {
        let lines = self.lines_in_bytes();
        if lines.len() == self.len() { encoded(&lines) } else { self.canonical().to_string().into_bytes() }
    }

    /// The program of the lines that have bytes.
    pub fn in_bytes(&self) -> Program {
        Program::new(self.lines_in_bytes())
    }

    /// The lines that have bytes, their names numbered. Leaving lines out makes no number of the others higher, so once is enough.
    fn lines_in_bytes(&self) -> Vec<Line> {
        let tagged =
            |line: &&Line| line.operation.code().tag().is_some() && line.operation.field().is_none_or(Field::is_word);
        let (lines, names) = numbered(self.lines().iter().filter(tagged).cloned().collect());
        if names <= Name::MOST_IN_BYTES {
            return lines;
        }
        let fits = |name: &Name| *name == Name::SELF || name.index() < Name::MOST_IN_BYTES;
        numbered(lines.into_iter().filter(|line| line.names().iter().all(fits)).collect()).0
    }

    /// The program of that identity. Bytes that are none are the empty program.
    pub fn identified(identity: &[u8]) -> Program {
        match identity.first() {
            Some(&VERSION) | None => Program::decode(identity),
            Some(_) => std::str::from_utf8(identity).ok().and_then(|text| text.parse().ok()).unwrap_or_default(),
        }
    }

    /// Decodes bytes to a program. Bytes of another version are the empty program.
    pub fn decode(bytes: &[u8]) -> Program {
        let Some((&VERSION, rest)) = bytes.split_first() else { return Program::default() };
        let mut decoder = Decoder { rest, bound: &mut 0, depth: 0 };
        let mut lines = Vec::new();
        while !decoder.rest.is_empty() {
            let before = (decoder.rest, *decoder.bound);
            match decoder.line() {
                Some(line) if line.is_allowed(0) => lines.push(line),
                Some(_) => *decoder.bound = before.1,
                None => {
                    *decoder.bound = before.1;
                    decoder.rest = &before.0[1..];
                }
            }
        }
        Program::new(lines)
    }
}

fn encoded(lines: &[Line]) -> Vec<u8> {
    let mut out = Encoder(vec![VERSION]);
    lines.iter().for_each(|line| out.line(line));
    out.0
}

/// Appends the parts of a program.
struct Encoder(Vec<u8>);

impl Encoder {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn tag(&mut self, code: Code) {
        self.0.extend(code.tag());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A text of at most 255 bytes.
    fn text(&mut self, text: &str) {
        self.byte(text.len() as u8);
        self.bytes(text.as_bytes());
    }

    fn line(&mut self, line: &Line) {
        let code = line.operation.code();
        self.tag(code);
        if matches!(code.gives(), Gives::Look | Gives::Own) {
            self.byte(u8::from(line.bind.is_some()));
        }
        line.operation.encode(self);
    }
}

/// Reads the parts of a program; `None` at the end.
struct Decoder<'a> {
    rest: &'a [u8],
    /// How many names are bound so far.
    bound: &'a mut usize,
    depth: usize,
}

impl Decoder<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    /// That many bytes as text, whatever they are.
    fn lossy(&mut self, length: usize) -> Option<String> {
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// A text with its length in front.
    fn text(&mut self) -> Option<String> {
        let length = self.byte()?;
        self.lossy(usize::from(length))
    }

    /// A line of a finalizer, if it is not nested too deeply.
    fn finalizer_line(&mut self) -> Option<Line> {
        if self.depth == DEEPEST_FINALIZER {
            return None;
        }
        self.depth += 1;
        let line = self.line();
        self.depth -= 1;
        line
    }

    /// The record of an operation that stands in another, if it is one of those that may.
    fn within(&mut self, may: fn(Code) -> bool) -> Option<Operation<Name>> {
        let code = Code::from_tag(self.byte()?).filter(|code| may(*code))?;
        Operation::decode(code, self)
    }

    fn line(&mut self) -> Option<Line> {
        let code = Code::from_tag(self.byte()?)?;
        let binds = match code.gives() {
            Gives::Nothing => false,
            Gives::Look | Gives::Own => self.byte()? & 1 == 1,
            Gives::New => true,
        } && *self.bound < Name::MOST_IN_BYTES;
        let bind = binds.then_some(Name(*self.bound as u32));
        *self.bound += usize::from(binds);
        Some(Line { bind, operation: Operation::decode(code, self)? })
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Program {
    /// Decodes all remaining bytes, so that a fuzzer's artifact is a program by itself.
    fn arbitrary(bytes: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Program> {
        Program::arbitrary_take_rest(arbitrary::Unstructured::new(bytes.bytes(bytes.len())?))
    }

    fn arbitrary_take_rest(bytes: arbitrary::Unstructured<'a>) -> arbitrary::Result<Program> {
        Ok(Program::decode(bytes.take_rest()))
    }
}
