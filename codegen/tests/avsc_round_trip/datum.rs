//! Random data of a schema, in the one form that is written again in the same bytes: one block, at
//! most one entry in a map, numbers as short as they go.

use wireform::avro::schema::{Kind, LogicalType, NodeId, Schema};

pub(crate) fn random(schema: &Schema, seed: u64) -> Vec<u8> {
    let mut writer = Writer {
        schema,
        state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        out: Vec::new(),
    };
    writer.value(schema.root(), 0);
    writer.out
}

struct Writer<'s> {
    schema: &'s Schema,
    state: u64,
    out: Vec<u8>,
}

impl Writer<'_> {
    /// xorshift64*.
    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    fn long(&mut self, value: i64) {
        let mut zigzag = ((value << 1) ^ (value >> 63)).cast_unsigned();
        while zigzag >= 0x80 {
            self.out.push(u8::try_from(zigzag & 0x7f).unwrap() | 0x80);
            zigzag >>= 7;
        }
        self.out.push(u8::try_from(zigzag).unwrap());
    }

    fn count(&mut self, count: usize) {
        self.long(i64::try_from(count).unwrap());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.out.extend_from_slice(bytes);
    }

    fn value(&mut self, id: NodeId, depth: usize) {
        let schema = self.schema;
        let node = schema.node(id);
        let logical = node.logical.as_ref();
        match &node.kind {
            Kind::Null => {}
            Kind::Boolean => {
                let bit = u8::from(self.next() & 1 == 1);
                self.out.push(bit);
            }
            // What fits every logical type: midnight to noon, the seventies.
            Kind::Int | Kind::Long if logical.is_some() => {
                let value = i64::try_from(self.below(10_000)).unwrap();
                self.long(value);
            }
            Kind::Int => {
                let value = self.next().cast_signed() >> (32 + self.below(32));
                self.long(value);
            }
            Kind::Long => {
                let value = self.next().cast_signed() >> self.below(64);
                self.long(value);
            }
            Kind::Float => {
                let bits = u32::try_from(self.next() >> 32).unwrap();
                self.out
                    .extend_from_slice(&f32::from_bits(bits & 0xff7f_ffff).to_le_bytes());
            }
            Kind::Double => {
                let bits = self.next() & 0xffef_ffff_ffff_ffff;
                self.out
                    .extend_from_slice(&f64::from_bits(bits).to_le_bytes());
            }
            Kind::Bytes if logical.is_some() => self.bytes(&[7]),
            Kind::Bytes => {
                let bytes: Vec<u8> = (0..self.below(9))
                    .map(|n| u8::try_from(n * 31).unwrap())
                    .collect();
                self.bytes(&bytes);
            }
            Kind::String => self.string(logical),
            Kind::Fixed(fixed) => {
                // A number of its own: decimals of few digits fit, too.
                let last = u8::try_from(self.below(9)).unwrap();
                let is_text = logical.is_none();
                let of = |place: usize| u8::try_from(place % 251).unwrap();
                let bytes = (0..fixed.size).map(|place| match place + 1 == fixed.size {
                    true => last,
                    false if is_text => of(place),
                    false => 0,
                });
                self.out.extend(bytes);
            }
            Kind::Enum(of) => {
                let symbol = self.below(of.symbols.len());
                self.count(symbol);
            }
            Kind::Array(items) => {
                let count = if depth > 5 { 0 } else { self.below(4) };
                if count > 0 {
                    self.count(count);
                    (0..count).for_each(|_| self.value(*items, depth + 1));
                }
                self.out.push(0);
            }
            Kind::Map(values) => {
                if depth <= 5 && self.below(3) > 0 {
                    self.count(1);
                    self.string(None);
                    self.value(*values, depth + 1);
                }
                self.out.push(0);
            }
            Kind::Union(branches) => {
                let nothing = branches
                    .iter()
                    .position(|id| matches!(schema.node(*id).kind, Kind::Null));
                let chosen = match nothing {
                    Some(null) if depth > 5 => null,
                    _ => self.below(branches.len()),
                };
                self.count(chosen);
                self.value(branches[chosen], depth + 1);
            }
            Kind::Record(record) => {
                for field in &record.fields {
                    self.value(field.schema, depth + 1);
                }
            }
        }
    }

    fn string(&mut self, logical: Option<&LogicalType>) {
        let text = match (logical, self.below(4)) {
            (Some(_), _) => {
                let (high, low) = (self.next(), self.next());
                let hex = format!("{high:016x}{low:016x}");
                let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
                parts.map(|(start, end)| &hex[start..end]).join("-")
            }
            (None, 0) => String::new(),
            (None, 1) => "a \"text\" \u{1f980} that takes more than a few bytes".to_owned(),
            (None, _) => format!("{:x}", self.next()),
        };
        self.bytes(text.as_bytes());
    }
}
