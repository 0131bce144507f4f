import com.amazonaws.services.schemaregistry.serializers.GlueSchemaRegistryKafkaSerializer;
import com.amazonaws.services.schemaregistry.serializers.json.JsonDataWithSchema;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Frames that AWS Glue's own serializer writes: see "Other registries" in ../README.md. There is no Glue
 * to run here, so a server stands in that knows every schema; only its ids are ours.
 */
final class GlueFrames {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();

    private final JsonNode asked;
    private final Messages messages;
    private final ObjectNode schemas = JSON.createObjectNode();
    private String endpoint;

    private GlueFrames(JsonNode asked) throws Exception {
        this.asked = asked;
        messages = new Messages(HEX.parseHex(asked.get("descriptors").asText()));
    }

    public static void main(String[] args) throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var frames = new GlueFrames(JSON.readTree(System.in));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            byte[] answer = JSON.writeValueAsBytes(frames.answer(request));
            exchange.getResponseHeaders().set("content-type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            frames.endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
            var answer = JSON.createObjectNode();
            answer.set("frames", frames.write());
            answer.set("schemas", frames.schemas);
            out.println(JSON.writeValueAsString(answer));
        } finally {
            server.stop(0);
        }
    }

    /** To GetSchemaByDefinition, all that is asked for: an id that comes from the text. */
    private ObjectNode answer(JsonNode request) {
        String text = request.get("SchemaDefinition").asText();
        UUID id = UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
        schemas.putObject("glue " + id).put("schema", text).putArray("references");
        return JSON.createObjectNode().put("SchemaVersionId", id.toString()).put("Status", "AVAILABLE");
    }

    private ArrayNode write() throws Exception {
        var out = JSON.createArrayNode();
        for (JsonNode given : asked.get("cases")) {
            for (String compression : new String[] {"NONE", "ZLIB"}) {
                out.add(frame(given, compression));
            }
        }
        return out;
    }

    private ObjectNode frame(JsonNode given, String compression) throws Exception {
        String format = given.get("format").asText();
        var configs = new HashMap<String, Object>(Map.of(
                "region", "eu-west-1", "endpoint", endpoint, "compression", compression,
                "dataFormat", format.toUpperCase(java.util.Locale.ROOT)));
        Object value = switch (format) {
            case "avro" -> {
                Schema schema = new Schema.Parser().parse(given.get("schema").asText());
                var decoder = DecoderFactory.get().jsonDecoder(schema, given.get("encoded").asText());
                yield new GenericDatumReader<>(schema).read(null, decoder);
            }
            case "protobuf" -> messages.of(given.get("message").asText(), given.get("value"));
            default -> JsonDataWithSchema.builder(
                    asked.get("json").get(given.get("schema").asText()).asText(), given.get("value").toString()).build();
        };
        var frame = JSON.createObjectNode();
        frame.put("case", given.get("name").asText()).put("format", format);
        frame.put("framing", compression.equals("NONE") ? "plain" : "zlib").put("role", "value");
        byte[] payload;
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret"));
        try (var serializer = new GlueSchemaRegistryKafkaSerializer(credentials, configs)) {
            payload = serializer.serialize("topic", value);
        } catch (RuntimeException refused) {
            Throwable cause = refused;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return frame.put("refused", String.valueOf(cause.getMessage()));
        }
        frame.putObject("headers");
        frame.put("payload", HEX.formatHex(payload));
        String hex = HEX.formatHex(payload, 2, 18);
        UUID id = new UUID(Long.parseUnsignedLong(hex.substring(0, 16), 16), Long.parseUnsignedLong(hex.substring(16), 16));
        frame.put("id", "glue " + id);
        ((ObjectNode) schemas.get("glue " + id)).put("format", format);
        return frame;
    }
}
