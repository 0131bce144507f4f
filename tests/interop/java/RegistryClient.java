import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Goes through a registry by plain HTTP, with nothing but the JDK: see "Clients" in ../README.md.
 * The Avro payload is passed through (the JDK has no Avro); its frame is made and read here.
 */
final class RegistryClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
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

    private String goThrough(Map<String, String> options) throws Exception {
        String asked = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        byte[] theirs = HexFormat.of().parseHex(text(asked, "payload"));
        String subject = options.get("topic") + "-value";
        String versions = "/subjects/" + subject + "/versions";
        String check = "/compatibility" + versions + "/latest";
        String first = schema(options.get("schema"));
        String second = schema(options.get("next"));
        String broken = schema(options.get("broken"));
        StringBuilder out = new StringBuilder("{");

        add(out, "missing", number(call("GET", versions + "/latest", null), "error_code"));
        String registered = call("POST", versions, first);
        String id = number(registered, "id");
        add(out, "id", id);
        add(out, "version", number(registered, "version"));

        ByteBuffer frame = ByteBuffer.wrap(theirs);
        if (frame.get() != 0 || frame.getInt() != Integer.parseInt(id)) {
            throw new IllegalStateException("the frame does not name id " + id);
        }
        byte[] body = new byte[frame.remaining()];
        frame.get(body);
        ByteBuffer framed = ByteBuffer.allocate(5 + body.length);
        framed.put((byte) 0).putInt(Integer.parseInt(id)).put(body);
        add(out, "payload", '"' + HexFormat.of().formatHex(framed.array()) + '"');

        add(out, "fits", truth(call("POST", check, second)));
        add(out, "breaks", truth(call("POST", check, broken)).equals("true") ? "false" : "true");
        add(out, "refused", number(call("POST", versions, broken), "error_code"));
        call("PUT", "/config/" + subject, "{\"compatibility\":\"FULL\"}");
        add(out, "level", '"' + text(call("GET", "/config/" + subject, null), "compatibilityLevel") + '"');
        add(out, "second", number(call("POST", versions, second), "id"));
        add(out, "versions", call("GET", versions, null));
        add(out, "subjects", call("GET", "/subjects", null));
        add(out, "deleted", call("DELETE", "/subjects/" + subject, null));
        add(out, "purged", call("DELETE", "/subjects/" + subject + "?permanent=true", null));
        add(out, "gone", number(call("GET", versions, null), "error_code"));
        return out.append('}').toString();
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
        String text = Files.readString(Path.of(file));
        String quoted = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return "{\"schema\":\"" + quoted + "\"}";
    }

    private static void add(StringBuilder out, String name, String json) {
        out.append(out.length() > 1 ? "," : "").append('"').append(name).append("\":").append(json);
    }

    private static String truth(String json) {
        return find(json, "\"is_compatible\":\\s*(true|false)");
    }

    private static String number(String json, String field) {
        return find(json, "\"" + field + "\":\\s*(-?\\d+)");
    }

    private static String text(String json, String field) {
        return find(json, "\"" + field + "\":\\s*\"([^\"]*)\"");
    }

    private static String find(String json, String pattern) {
        var matcher = Pattern.compile(pattern).matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + json);
        }
        return matcher.group(1);
    }
}
