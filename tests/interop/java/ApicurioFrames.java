import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DynamicMessage;
import io.apicurio.registry.serde.Legacy8ByteIdHandler;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.jsonschema.JsonSchemaKafkaSerializer;
import io.apicurio.registry.serde.protobuf.ProtobufKafkaSerializer;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;

/** Frames that Apicurio's own serializers write, by a real registry: see "Other registries" in ../README.md. */
final class ApicurioFrames {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What each framing sets: the default is an id of four bytes, the content's. */
    private static final Map<String, Map<String, Object>> FRAMINGS = new LinkedHashMap<>();

    static {
        Map<String, Object> legacy = Map.of("apicurio.registry.id-handler", Legacy8ByteIdHandler.class.getName());
        Map<String, Object> global = Map.of("apicurio.registry.use-id", "globalId");
        Map<String, Object> headers = Map.of("apicurio.registry.headers.enabled", "true");
        Map<String, Object> indexes = Map.of(
                "apicurio.registry.serde.send-type-ref", "false", "apicurio.registry.serde.send-indexes", "true");
        Map<String, Object> bare = Map.of("apicurio.registry.serde.send-type-ref", "false");
        FRAMINGS.put("four", Map.of());
        FRAMINGS.put("four-global", global);
        FRAMINGS.put("four-indexes", indexes);
        FRAMINGS.put("eight", legacy);
        FRAMINGS.put("eight-global", join(legacy, global));
        FRAMINGS.put("header", headers);
        FRAMINGS.put("header-global", join(headers, global));
        FRAMINGS.put("header-bare", join(headers, bare));
        FRAMINGS.put("header-json", join(headers, Map.of("apicurio.registry.avro.encoding", "JSON")));
    }

    private final JsonNode asked;
    private final Messages messages;
    private final ObjectNode schemas = JSON.createObjectNode();

    private ApicurioFrames(JsonNode asked) throws Exception {
        this.asked = asked;
        messages = new Messages(HEX.parseHex(asked.get("descriptors").asText()));
    }

    public static void main(String[] args) throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var frames = new ApicurioFrames(JSON.readTree(System.in));
        var answer = JSON.createObjectNode();
        answer.set("frames", frames.write());
        answer.set("schemas", frames.schemas);
        out.println(JSON.writeValueAsString(answer));
    }

    private ArrayNode write() throws Exception {
        for (var schema : asked.get("json").properties()) {
            register(schema.getKey(), schema.getValue().asText());
        }
        var out = JSON.createArrayNode();
        for (JsonNode given : asked.get("cases")) {
            String format = given.get("format").asText();
            for (var framing : FRAMINGS.entrySet()) {
                boolean isOfFormat = switch (framing.getKey()) {
                    case "four-indexes", "header-bare" -> format.equals("protobuf");
                    case "header-json" -> format.equals("avro");
                    default -> true;
                };
                if (isOfFormat) {
                    out.add(frame(given, framing.getKey(), framing.getValue(), false));
                }
            }
            if (format.equals("avro")) {
                out.add(frame(given, "header", FRAMINGS.get("header"), true));
            }
        }
        return out;
    }

    private ObjectNode frame(JsonNode given, String framing, Map<String, Object> settings, boolean isKey)
            throws Exception {
        String name = given.get("name").asText();
        String format = given.get("format").asText();
        var configs = new HashMap<String, Object>(settings);
        configs.put("apicurio.registry.url", asked.get("registry").asText());
        configs.put("apicurio.registry.auto-register", "true");
        Object value;
        Serializer<Object> serializer;
        switch (format) {
            case "avro" -> {
                Schema schema = new Schema.Parser().parse(given.get("schema").asText());
                var decoder = DecoderFactory.get().jsonDecoder(schema, given.get("encoded").asText());
                value = new GenericDatumReader<>(schema).read(null, decoder);
                serializer = new AvroKafkaSerializer<>();
            }
            case "protobuf" -> {
                value = messages.of(given.get("message").asText(), given.get("value"));
                serializer = serializer(new ProtobufKafkaSerializer<DynamicMessage>());
            }
            default -> {
                value = given.get("value");
                configs.put("apicurio.registry.artifact.group-id", "default");
                configs.put("apicurio.registry.artifact.artifact-id", given.get("schema").asText());
                configs.put("apicurio.registry.auto-register", "false");
                configs.put("apicurio.registry.find-latest", "true");
                serializer = new JsonSchemaKafkaSerializer<>();
            }
        }
        var headers = new RecordHeaders();
        var frame = JSON.createObjectNode();
        frame.put("case", name).put("format", format).put("framing", isKey ? framing + "-key" : framing);
        frame.put("role", isKey ? "key" : "value");
        String topic = format.equals("protobuf") ? given.get("schema").asText() : name;
        byte[] payload;
        try (serializer) {
            serializer.configure(configs, isKey);
            payload = serializer.serialize(topic, headers, value);
        } catch (RuntimeException refused) {
            return frame.put("refused", String.valueOf(refused.getMessage()));
        }
        var map = frame.putObject("headers");
        headers.forEach(header -> map.put(header.key(), HEX.formatHex(header.value())));
        frame.put("payload", HEX.formatHex(payload));
        long id = id(framing, isKey ? "apicurio.key." : "apicurio.value.", map, payload);
        boolean isGlobal = framing.contains("global");
        frame.put("id", (isGlobal ? "global " : "content ") + id);
        keep(isGlobal, id, format);
        return frame;
    }

    private static long id(String framing, String prefix, ObjectNode headers, byte[] payload) {
        if (framing.startsWith("header")) {
            boolean isGlobal = framing.contains("global");
            return Long.parseLong(headers.get(prefix + (isGlobal ? "globalId" : "contentId")).asText(), 16);
        }
        int length = framing.startsWith("eight") ? 8 : 4;
        return Long.parseLong(HEX.formatHex(payload, 1, 1 + length), 16);
    }

    /** The schema of an id, as the registry tells it. */
    private void keep(boolean isGlobal, long id, String format) throws Exception {
        String name = (isGlobal ? "global " : "content ") + id;
        if (!schemas.has(name)) {
            schemas.set(name, schema(isGlobal ? "/ids/globalIds/" + id : "/ids/contentIds/" + id).put("format", format));
        }
    }

    private ObjectNode schema(String path) throws Exception {
        var schema = JSON.createObjectNode().put("schema", get(path));
        ArrayNode references = schema.putArray("references");
        for (JsonNode reference : JSON.readTree(get(path + "/references"))) {
            JsonNode group = reference.get("groupId");
            String version = "/groups/" + (group == null || group.isNull() ? "default" : group.asText()) + "/artifacts/"
                    + encode(reference.get("artifactId").asText()) + "/versions/" + reference.get("version").asText();
            JsonNode of = JSON.readTree(get(version));
            ObjectNode imported = schema("/ids/contentIds/" + of.get("contentId").asLong());
            references.add(imported.put("name", reference.get("name").asText()));
        }
        return schema;
    }

    private String get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(asked.get("registry").asText() + path)).build());
    }

    private void register(String artifact, String text) throws Exception {
        var body = JSON.createObjectNode().put("artifactId", artifact).put("artifactType", "JSON");
        body.putObject("firstVersion").putObject("content").put("content", text).put("contentType", "application/json");
        URI uri = URI.create(asked.get("registry").asText() + "/groups/default/artifacts");
        send(HttpRequest.newBuilder(uri).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build());
    }

    private static String send(HttpRequest request) throws Exception {
        var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(request.uri() + ": " + answer.body());
        }
        return answer.body();
    }

    private static String encode(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private static Serializer<Object> serializer(Serializer<?> serializer) {
        return (Serializer<Object>) serializer;
    }

    private static Map<String, Object> join(Map<String, Object> one, Map<String, Object> other) {
        var all = new HashMap<>(one);
        all.putAll(other);
        return all;
    }
}
