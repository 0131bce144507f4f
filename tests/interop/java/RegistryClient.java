import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Goes through a registry by plain HTTP, with Java's Avro: see "Clients" in ../README.md. Confluent's
 * own client is not in Maven Central.
 */
final class RegistryClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA = "application/vnd.schemaregistry.v1+json";

    private final String base;

    private RegistryClient(String base) {
        this.base = base;
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            options.put(args[i].substring(2), args[i + 1]);
        }
        System.out.println(new RegistryClient(options.get("registry")).goThrough(options));
    }

    private ObjectNode goThrough(Map<String, String> options) throws Exception {
        JsonNode asked = JSON.readTree(System.in);
        String subject = options.get("topic") + "-value";
        String versions = "/subjects/" + subject + "/versions";
        String check = "/compatibility" + versions + "/latest";
        String first = schema(options.get("schema"));
        String second = schema(options.get("next"));
        String broken = schema(options.get("broken"));
        ObjectNode out = JSON.createObjectNode();

        out.set("missing", json("GET", versions + "/latest", null).get("error_code"));
        JsonNode registered = json("POST", versions, first);
        int id = registered.get("id").intValue();
        out.put("id", id);
        out.set("version", registered.get("version"));
        Schema schema = new Schema.Parser().parse(call("GET", "/schemas/ids/" + id + "/schema", null));
        byte[] written = write(schema, id, asked.get("value"));
        out.put("payload", HexFormat.of().formatHex(written));
        byte[] theirs = HexFormat.of().parseHex(asked.get("payload").textValue());
        out.set("decoded", read(schema, id, theirs));

        out.set("fits", json("POST", check, second).get("is_compatible"));
        out.put("breaks", !json("POST", check, broken).get("is_compatible").booleanValue());
        out.set("refused", json("POST", versions, broken).get("error_code"));
        json("PUT", "/config/" + subject, "{\"compatibility\":\"FULL\"}");
        out.set("level", json("GET", "/config/" + subject, null).get("compatibilityLevel"));
        out.set("second", json("POST", versions, second).get("id"));
        out.set("versions", json("GET", versions, null));
        out.set("subjects", json("GET", "/subjects", null));
        out.set("deleted", json("DELETE", "/subjects/" + subject, null));
        out.set("purged", json("DELETE", "/subjects/" + subject + "?permanent=true", null));
        out.set("gone", json("GET", versions, null).get("error_code"));
        return out;
    }

    private JsonNode json(String method, String path, String body) throws Exception {
        return JSON.readTree(call(method, path, body));
    }

    private String call(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .header("Accept", MEDIA);
        HttpRequest.BodyPublisher publisher = HttpRequest.BodyPublishers.noBody();
        if (body != null) {
            request.header("Content-Type", MEDIA);
            publisher = HttpRequest.BodyPublishers.ofString(body);
        }
        HttpRequest built = request.method(method, publisher).build();
        HttpResponse<String> answer = HTTP.send(built, HttpResponse.BodyHandlers.ofString());
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (!type.equals(MEDIA)) {
            throw new IllegalStateException(method + " " + path + ": the answer is " + type);
        }
        return answer.body();
    }

    private static String schema(String file) throws Exception {
        return JSON.createObjectNode().put("schema", Files.readString(Path.of(file))).toString();
    }

    private static byte[] write(Schema schema, int id, JsonNode value) throws Exception {
        var out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<Object>(schema).write(datum(schema, value), encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static JsonNode read(Schema schema, int id, byte[] payload) throws Exception {
        ByteBuffer frame = ByteBuffer.wrap(payload);
        if (frame.get() != 0 || frame.getInt() != id) {
            throw new IllegalStateException("the frame does not name id " + id);
        }
        var decoder = DecoderFactory.get()
                .binaryDecoder(payload, frame.position(), frame.remaining(), null);
        Object value = new GenericDatumReader<Object>(schema).read(null, decoder);
        if (!decoder.isEnd()) {
            throw new IllegalStateException("bytes left over");
        }
        return JSON.readTree(GenericData.get().toString(value));
    }

    /** The datum of plain JSON, with the types that the order has. */
    private static Object datum(Schema schema, JsonNode value) {
        return switch (schema.getType()) {
            case RECORD -> {
                var record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.pos(), datum(field.schema(), value.get(field.name())));
                }
                yield record;
            }
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                value.forEach(item -> items.add(datum(schema.getElementType(), item)));
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new HashMap<>();
                value.fieldNames().forEachRemaining(
                        key -> entries.put(key, datum(schema.getValueType(), value.get(key))));
                yield entries;
            }
            case UNION -> value.isNull() ? null : datum(branch(schema), value);
            case ENUM -> new GenericData.EnumSymbol(schema, value.textValue());
            case STRING -> value.textValue();
            case INT -> value.intValue();
            case LONG -> value.longValue();
            case DOUBLE -> value.doubleValue();
            default -> throw new IllegalArgumentException(schema.toString());
        };
    }

    /** The branch that is not null. */
    private static Schema branch(Schema union) {
        return union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }
}
