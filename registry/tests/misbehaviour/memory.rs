//! Ids that nobody counted on: what is remembered of them has an end.

use std::sync::PoisonError;

use wireform_registry::{
    BoxFuture, Cached, Compatibility, Error, ErrorKind, RegisterOptions, RegisteredSchema,
    Registry, Result, SchemaDef, SchemaGuid, SchemaId, SchemaKind, StoredSchema, Subject,
    VersionRef,
};

use super::{ALONE, heap, runtime};

/// A registry that knows every id, or none.
#[derive(Debug)]
struct Every {
    text: Option<String>,
}

fn missing<T>() -> BoxFuture<'static, Result<T>> {
    let error = Error::new(ErrorKind::SchemaNotFound, "not here").with_code(40403);
    Box::pin(async { Err(error) })
}

impl Registry for Every {
    fn by_id(&self, id: SchemaId) -> BoxFuture<'_, Result<StoredSchema>> {
        let Some(text) = &self.text else {
            return missing();
        };
        let def = SchemaDef::new(SchemaKind::Avro, format!("{text}{id}"));
        Box::pin(async move {
            Ok(StoredSchema {
                id: Some(id),
                guid: None,
                def,
            })
        })
    }

    fn by_guid(&self, _: SchemaGuid) -> BoxFuture<'_, Result<StoredSchema>> {
        missing()
    }

    fn by_version<'a>(
        &'a self,
        _: &'a Subject,
        _: VersionRef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        missing()
    }

    fn lookup<'a>(
        &'a self,
        _: &'a Subject,
        _: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        missing()
    }

    fn register<'a>(
        &'a self,
        _: &'a Subject,
        _: &'a SchemaDef,
        _: RegisterOptions,
    ) -> BoxFuture<'a, Result<RegisteredSchema>> {
        missing()
    }

    fn check<'a>(
        &'a self,
        _: &'a Subject,
        _: VersionRef,
        _: &'a SchemaDef,
    ) -> BoxFuture<'a, Result<Compatibility>> {
        missing()
    }
}

/// Asks for a million ids, and says what was taken at most.
fn flood(registry: Every) -> usize {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let is_known = registry.text.is_some();
    let registry = Cached::new(registry);
    runtime().block_on(async {
        let before = heap::start();
        for id in 0..1_000_000 {
            let found = registry.by_id(SchemaId::new(id)).await;
            assert_eq!(found.is_ok(), is_known);
        }
        assert!(registry.counts().entries <= 1000);
        heap::peak_over(before)
    })
}

#[test]
fn a_million_ids_take_no_more_than_a_thousand() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let unknown = flood(Every { text: None });
    println!("a million unknown ids: at most {unknown} bytes");
    assert!(unknown < 1024 * 1024, "{unknown}");

    let text = " ".repeat(4000);
    let known = flood(Every { text: Some(text) });
    println!("a million schemas of 4 KB: at most {known} bytes");
    assert!(known < 6 * 1024 * 1024, "{known}");

    // A hundred thousand bytes each: the 64 MiB of text are reached before the thousand entries.
    let text = " ".repeat(100_000);
    let registry = Cached::new(Every { text: Some(text) });
    let peak = runtime().block_on(async {
        let before = heap::start();
        for id in 0..2000 {
            registry.by_id(SchemaId::new(id)).await.unwrap();
        }
        heap::peak_over(before)
    });
    println!("schemas of 100 KB: at most {peak} bytes");
    assert!(peak < 66 * 1024 * 1024, "{peak}");
}
