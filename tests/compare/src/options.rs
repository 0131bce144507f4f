//! The command line.

/// What it asks for.
#[derive(Debug, Default)]
pub struct Options {
    /// Few rounds, and the first table only: for CI.
    pub quick: bool,
    /// Where to write the rows as JSON.
    pub json: Option<String>,
    /// Rows to measure: those whose group and name hold this.
    pub filter: String,
    /// Runs one operation some times and measures nothing: for callgrind.
    pub once: Option<String>,
    /// The only allocator to measure with.
    pub allocator: Option<String>,
    /// Only how cost grows.
    pub growth: bool,
    /// Only allocations.
    pub allocations: bool,
    /// Rows from Java, too.
    pub with_java: bool,
    /// Rows from Go, too.
    pub with_go: bool,
    /// What to compare.
    pub area: Area,
}

/// What can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Area {
    #[default]
    None,
    Avro,
    Datetime,
    Json,
    JsonSchema,
    Protobuf,
}

impl Area {
    const ALL: [(&'static str, Self); 5] = [
        ("avro", Self::Avro),
        ("datetime", Self::Datetime),
        ("json", Self::Json),
        ("json-schema", Self::JsonSchema),
        ("protobuf", Self::Protobuf),
    ];

    fn named(name: &str) -> Option<Self> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, area)| *area)
    }

    /// As on the command line.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, area)| *area == self);
        known.map_or("", |(name, _)| name)
    }
}

const AREAS: &str = "areas: avro, datetime, json, json-schema, protobuf, producer";

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            if let Some(area) = Area::named(&argument) {
                options.area = area;
                continue;
            }
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--growth" => options.growth = true,
                "--allocations" => options.allocations = true,
                "--with-java" => options.with_java = true,
                "--with-go" => options.with_go = true,
                "--json" => options.json = Some(value()?),
                "--filter" => options.filter = value()?,
                "--once" => options.once = Some(value()?),
                "--allocator" => options.allocator = Some(value()?),
                _ => {
                    return Err(format!("unknown argument {argument:?}; {AREAS}"));
                }
            }
        }
        if !matches!(
            options.allocator.as_deref(),
            None | Some("system" | "mimalloc")
        ) {
            return Err("allocators: system, mimalloc".to_owned());
        }
        match options.area {
            Area::None => Err(format!("what to compare? {AREAS}")),
            _ => Ok(options),
        }
    }

    /// Whether a part was asked for instead of the whole.
    pub fn only_part(&self) -> bool {
        self.growth || self.allocations
    }

    pub fn rounds(&self) -> usize {
        match self.quick {
            true => 101,
            false => 1001,
        }
    }

    /// The arguments for the program with the other allocator.
    pub fn others(&self) -> Vec<String> {
        let mut arguments = vec![self.area.name().to_owned()];
        arguments.extend(["--allocator", "mimalloc"].map(str::to_owned));
        if !self.filter.is_empty() {
            arguments.extend(["--filter".to_owned(), self.filter.clone()]);
        }
        for (flag, is_set) in [("--with-java", self.with_java), ("--with-go", self.with_go)] {
            if is_set {
                arguments.push(flag.to_owned());
            }
        }
        if self.quick {
            arguments.push("--quick".to_owned());
        }
        if let (Some(path), Some(_)) = (&self.json, &self.allocator) {
            arguments.extend(["--json".to_owned(), path.clone()]);
        }
        arguments
    }
}
