//! A program that has `schema_registry_converter` set up, and writes and reads with it.

use schema_registry_converter::async_impl::schema_registry::SrSettings;
use wireform::avro::SerdeAvro;
use wireform::{Framed, NoHeaders, Reader, SerializerExt, Subject};
use wireform_registry::{Cached, ConverterRegistry, serve};
use wireform_tests::order::{Order, SCHEMA_V1, sample};
use wireform_tests::rules;

#[tokio::test]
async fn records_are_written_and_read_through_its_settings() {
    let _guard = wireform_limits::guard(wireform_limits::TEST_LIMIT);
    let memory = rules::registry();
    let server = serve(memory.clone(), ([127, 0, 0, 1], 0).into());
    let server = server.await.unwrap();
    // Its client takes rustls from a global where nothing else does TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let registry = ConverterRegistry::new(SrSettings::new(server.url()));
    let registry = Cached::new(registry);
    let codec = || SerdeAvro::<Order>::new(SCHEMA_V1).unwrap();
    let framed = Framed::register(codec(), &registry, Subject::value("orders"));
    let bytes = framed.await.unwrap().to_vec(&sample()).unwrap();

    let direct = Framed::lookup(codec(), &memory, Subject::value("orders"));
    assert_eq!(direct.await.unwrap().to_vec(&sample()).unwrap(), bytes);
    let reader = Reader::builder(registry).with(codec()).build();
    for _ in 0..3 {
        let decoded = reader.decode_or_fetch(&NoHeaders, Some(&bytes)).await;
        assert_eq!(decoded.unwrap().unwrap().value, sample());
    }
}
