import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.RuntimeVersion;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Frames both ways with Java's Protobuf: see "Frames" in ../README.md. Confluent's own serializers are
 * not in Maven Central, so the frames are put together here as Confluent documents them.
 */
final class Frames {
    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).serializeNulls().create();
    private static final HexFormat HEX = HexFormat.of();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final JsonObject asked;
    private final Map<String, FileDescriptor> files = new LinkedHashMap<>();

    private Frames(JsonObject asked) {
        this.asked = asked;
    }

    public static void main(String[] args) throws Exception {
        var in = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        var frames = new Frames(JsonParser.parseReader(in).getAsJsonObject());
        var answer = new JsonObject();
        answer.addProperty("source", "protobuf-java " + RuntimeVersion.OSS_MAJOR + "."
                + RuntimeVersion.OSS_MINOR + "." + RuntimeVersion.OSS_PATCH);
        if (args[0].equals("write")) {
            answer.add("frames", frames.write());
        } else {
            answer.add("values", frames.read());
        }
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(GSON.toJson(answer));
    }

    /** Behind the prefix, with the GUID in a header, and with the index [0] in its long form. */
    private JsonArray write() throws Exception {
        var set = FileDescriptorSet.parseFrom(HEX.parseHex(text(asked, "descriptors")));
        for (FileDescriptorProto file : set.getFileList()) {
            link(file, file.getName());
        }
        var out = new JsonArray();
        for (JsonElement element : asked.getAsJsonArray("cases")) {
            JsonObject given = element.getAsJsonObject();
            JsonObject schema = asked.getAsJsonObject("schemas").getAsJsonObject(text(given, "schema"));
            JsonElement value = given.get("value");
            byte[] body;
            byte[] index = {};
            if (text(given, "format").equals("json")) {
                body = GSON.toJson(GSON.fromJson(value, Object.class)).getBytes(StandardCharsets.UTF_8);
            } else {
                Descriptor kind = message(text(given, "message"));
                body = message(kind, value).toByteArray();
                index = index(path(kind), false);
                if (path(kind).equals(List.of(0))) {
                    out.add(frame(given, "long", join(prefix(schema), index(path(kind), true), body), null));
                }
            }
            out.add(frame(given, "prefix", join(prefix(schema), index, body), null));
            out.add(frame(given, "header", body, join(guid(schema), index)));
        }
        return out;
    }

    private static JsonObject frame(JsonObject given, String framing, byte[] payload, byte[] header) {
        var frame = new JsonObject();
        frame.add("case", given.get("name"));
        frame.add("schema", given.get("schema"));
        frame.add("format", given.get("format"));
        frame.addProperty("framing", framing);
        frame.addProperty("payload", HEX.formatHex(payload));
        var headers = new JsonObject();
        if (header != null) {
            headers.addProperty("__value_schema_id", HEX.formatHex(header));
        }
        frame.add("headers", headers);
        return frame;
    }

    private Message message(Descriptor kind, JsonElement value) throws Exception {
        var message = DynamicMessage.newBuilder(kind);
        JsonFormat.parser().usingTypeRegistry(types()).merge(value.toString(), message);
        return message.build();
    }

    private static byte[] prefix(JsonObject schema) {
        return ByteBuffer.allocate(5).put((byte) 0).putInt(schema.get("id").getAsInt()).array();
    }

    private static byte[] guid(JsonObject schema) {
        UUID guid = UUID.fromString(text(schema, "guid"));
        ByteBuffer bytes = ByteBuffer.allocate(17).put((byte) 1);
        return bytes.putLong(guid.getMostSignificantBits()).putLong(guid.getLeastSignificantBits()).array();
    }

    /** How many places, and each, zigzag; [0] is a single zero, unless in its long form. */
    private static byte[] index(List<Integer> path, boolean inFull) throws Exception {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        if (path.equals(List.of(0)) && !inFull) {
            out.writeSInt32NoTag(0);
        } else {
            out.writeSInt32NoTag(path.size());
            for (int place : path) {
                out.writeSInt32NoTag(place);
            }
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static List<Integer> path(Descriptor kind) {
        List<Integer> path =
                kind.getContainingType() == null ? new ArrayList<>() : path(kind.getContainingType());
        path.add(kind.getIndex());
        return path;
    }

    /** What each frame holds, by the schemas that the registry has for it. */
    private JsonArray read() throws Exception {
        var values = new JsonArray();
        for (JsonElement element : asked.getAsJsonArray("frames")) {
            JsonObject frame = element.getAsJsonObject();
            ByteBuffer payload = ByteBuffer.wrap(HEX.parseHex(text(frame, "payload")));
            String header = text(frame.getAsJsonObject("headers"), "__value_schema_id");
            ByteBuffer named = header == null ? payload : ByteBuffer.wrap(HEX.parseHex(header));
            String schema = switch (named.get()) {
                case 0 -> "/schemas/ids/" + named.getInt();
                case 1 -> "/schemas/guids/" + new UUID(named.getLong(), named.getLong());
                default -> throw new IllegalStateException("no magic byte");
            };
            if (text(frame, "format").equals("json")) {
                byte[] body = new byte[payload.remaining()];
                payload.get(body);
                values.add(JsonParser.parseString(new String(body, StandardCharsets.UTF_8)));
                continue;
            }
            var in = CodedInputStream.newInstance(named);
            int length = in.readSInt32();
            List<Integer> path = new ArrayList<>(length == 0 ? List.of(0) : List.of());
            for (int i = 0; i < length; i++) {
                path.add(in.readSInt32());
            }
            if (header == null) {
                payload.position(payload.position() + in.getTotalBytesRead());
            }
            files.clear();
            Descriptor kind = null;
            FileDescriptor file = fetch(schema, "the-frame-s.proto");
            for (int place : path) {
                kind = kind == null ? file.getMessageTypes().get(place) : kind.getNestedTypes().get(place);
            }
            Message message = DynamicMessage.parseFrom(kind, CodedInputStream.newInstance(payload));
            var told = new JsonObject();
            told.addProperty("message", kind.getFullName());
            String json = JsonFormat.printer().preservingProtoFieldNames().usingTypeRegistry(types()).print(message);
            told.add("value", JsonParser.parseString(json));
            values.add(told);
        }
        return values;
    }

    /** A file and those that it refers to, as the registry describes them; the known types are our own. */
    private FileDescriptor fetch(String schema, String name) throws Exception {
        URI uri = URI.create(text(asked, "registry") + schema + "?format=serialized");
        var answer = HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(uri + ": " + answer.body());
        }
        JsonObject found = JsonParser.parseString(answer.body()).getAsJsonObject();
        if (found.has("references")) {
            for (JsonElement element : found.getAsJsonArray("references")) {
                JsonObject reference = element.getAsJsonObject();
                String imported = text(reference, "name");
                if (!files.containsKey(imported)) {
                    fetch("/subjects/" + text(reference, "subject") + "/versions/" + text(reference, "version"), imported);
                }
            }
        }
        var file = FileDescriptorProto.parseFrom(base64(text(found, "schema"))).toBuilder();
        return link(file.setName(name).build(), name);
    }

    private FileDescriptor link(FileDescriptorProto file, String name) throws Exception {
        List<FileDescriptor> imports = new ArrayList<>();
        for (String imported : file.getDependencyList()) {
            imports.add(files.containsKey(imported) ? files.get(imported) : known(imported));
        }
        var made = FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new));
        files.put(name, made);
        return made;
    }

    private static FileDescriptor known(String name) {
        List<Descriptor> known = List.of(
                com.google.protobuf.Any.getDescriptor(), com.google.protobuf.Duration.getDescriptor(),
                com.google.protobuf.Empty.getDescriptor(), com.google.protobuf.FieldMask.getDescriptor(),
                com.google.protobuf.Struct.getDescriptor(), com.google.protobuf.Timestamp.getDescriptor(),
                com.google.protobuf.StringValue.getDescriptor());
        for (Descriptor kind : known) {
            if (kind.getFile().getName().equals(name)) {
                return kind.getFile();
            }
        }
        throw new IllegalStateException("no file " + name);
    }

    /** For `Any`: every message there is. */
    private TypeRegistry types() {
        var types = TypeRegistry.newBuilder();
        files.values().forEach(file -> types.add(file.getMessageTypes()));
        types.add(com.google.protobuf.Duration.getDescriptor());
        types.add(com.google.protobuf.StringValue.getDescriptor());
        return types.build();
    }

    private Descriptor message(String name) {
        return types().find(name);
    }

    private static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String text(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsString() : null;
    }
}
