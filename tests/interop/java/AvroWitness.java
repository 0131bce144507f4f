import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.io.JsonEncoder;

/**
 * Tells what Apache Avro makes of schemas and data: JSON objects in, a line each, and the same out with
 * Java's answers added.
 *
 * <pre>
 * schemas     {text}                       + {canonical, crc64, md5, sha256} or {error}
 * resolve     {writer, reader, value}      + {datum, json, bytes} or {datum, error, message}
 *             (value: JSON encoding; or datum: hex)
 * compatible  {reader, writer}             + {findings: [[type, location], …]} or {error}
 * echo        {schema, datum}              + {bytes, json} or {error}; every other datum comes back in
 *                                            blocks that tell their sizes
 * </pre>
 */
public class AvroWitness {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Map<String, Schema> PARSED = new HashMap<>();

  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int number = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      var node = (ObjectNode) MAPPER.readTree(line);
      switch (args[0]) {
        case "schemas" -> schema(node);
        case "resolve" -> resolve(node);
        case "compatible" -> compatible(node);
        case "echo" -> echo(node, number);
        default -> throw new IllegalArgumentException(args[0]);
      }
      number++;
      out.println(MAPPER.writeValueAsString(node));
    }
    out.flush();
  }

  private static Schema parse(String text) {
    return PARSED.computeIfAbsent(text, key -> new Schema.Parser().parse(key));
  }

  private static void schema(ObjectNode node) throws Exception {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(node.get("text").textValue());
    } catch (Throwable error) {
      node.put("error", error.getClass().getSimpleName() + ": " + shortened(error.getMessage()));
      return;
    }
    String canonical = SchemaNormalization.toParsingForm(schema);
    node.put("canonical", canonical);
    node.put("crc64", String.format("%016x", SchemaNormalization.parsingFingerprint64(schema)));
    node.put("md5", hex(SchemaNormalization.parsingFingerprint("MD5", schema)));
    node.put("sha256", hex(SchemaNormalization.parsingFingerprint("SHA-256", schema)));
  }

  private static void resolve(ObjectNode node) throws Exception {
    Schema writer = new Schema.Parser().parse(node.get("writer").textValue());
    Schema reader = new Schema.Parser().parse(node.get("reader").textValue());
    byte[] datum;
    if (node.has("value")) {
      datum = fromJson(writer, node.remove("value").textValue());
      node.put("datum", hex(datum));
    } else {
      datum = HexFormat.of().parseHex(node.get("datum").textValue());
    }
    try {
      var decoder = DecoderFactory.get().binaryDecoder(datum, null);
      Object value = new GenericDatumReader<>(writer, reader).read(null, decoder);
      node.put("json", toJson(reader, value));
      node.put("bytes", hex(toBytes(reader, value, false)));
      if (!decoder.isEnd()) {
        node.put("left", true);
      }
    } catch (Exception | StackOverflowError error) {
      node.remove("json");
      node.put("error", error.getClass().getSimpleName());
      node.put("message", shortened(error.getMessage()));
    }
  }

  private static void compatible(ObjectNode node) {
    Schema reader = new Schema.Parser().parse(node.get("reader").textValue());
    Schema writer = new Schema.Parser().parse(node.get("writer").textValue());
    SchemaCompatibility.SchemaCompatibilityResult result;
    try {
      result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    } catch (Exception | StackOverflowError error) {
      node.put("error", error.getClass().getSimpleName() + ": " + shortened(error.getMessage()));
      return;
    }
    ArrayNode findings = node.putArray("findings");
    for (var found : result.getIncompatibilities()) {
      findings.addArray().add(found.getType().name()).add(found.getLocation());
    }
  }

  private static void echo(ObjectNode node, int number) throws Exception {
    byte[] datum = HexFormat.of().parseHex(node.remove("datum").textValue());
    try {
      Schema schema = parse(node.remove("schema").textValue());
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(datum, null);
      Object value = new GenericDatumReader<>(schema).read(null, decoder);
      if (!decoder.isEnd()) {
        throw new IllegalStateException("bytes left over");
      }
      node.put("bytes", hex(toBytes(schema, value, number % 2 == 1)));
      node.put("json", toJson(schema, value));
    } catch (Exception | StackOverflowError error) {
      node.put("error", error.getClass().getSimpleName() + ": " + shortened(error.getMessage()));
    }
  }

  private static byte[] fromJson(Schema schema, String json) throws Exception {
    Object value = new GenericDatumReader<>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
    return toBytes(schema, value, false);
  }

  private static byte[] toBytes(Schema schema, Object value, boolean inBlocks) throws Exception {
    var out = new ByteArrayOutputStream();
    BinaryEncoder encoder =
        inBlocks
            ? EncoderFactory.get().blockingBinaryEncoder(out, null)
            : EncoderFactory.get().binaryEncoder(out, null);
    write(schema, value, encoder);
    return out.toByteArray();
  }

  private static String toJson(Schema schema, Object value) throws Exception {
    var out = new ByteArrayOutputStream();
    JsonEncoder encoder = EncoderFactory.get().jsonEncoder(schema, out);
    write(schema, value, encoder);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void write(Schema schema, Object value, Encoder encoder) throws Exception {
    new GenericDatumWriter<>(schema, GenericData.get()).write(value, encoder);
    encoder.flush();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String shortened(String message) {
    String line = String.valueOf(message).lines().findFirst().orElse("");
    return line.length() > 160 ? line.substring(0, 160) : line;
  }
}
