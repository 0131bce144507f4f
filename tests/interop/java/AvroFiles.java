import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Avro's container files and JSON encoding, by Java's Avro.
 *
 * <p>{@code write DIR} writes DIR/java-*.avro of DIR/fastavro.json; {@code check DIR} reads
 * DIR/wireform-*.avro; {@code json} takes the cases of {@code avro_files.py random} and gives each
 * Java's JSON; {@code resolve} takes those of {@code avro_files.py evolve} and gives each the datum
 * of the reader's schema, or the error.
 */
class AvroFiles {
  static final ObjectMapper JSON = new ObjectMapper();
  // Snappy and Zstandard take native libraries that Avro does not bring.
  static final List<String> CODECS = List.of("null", "deflate", "bzip2");

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "write" -> write(Path.of(args[1]));
      case "check" -> check(Path.of(args[1]));
      case "json" -> each(AvroFiles::json);
      case "resolve" -> each(AvroFiles::resolve);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  static Object read(Schema schema, byte[] datum) throws Exception {
    var decoder = DecoderFactory.get().binaryDecoder(datum, null);
    Object value = new GenericDatumReader<Object>(schema).read(null, decoder);
    if (!decoder.isEnd()) {
      throw new IllegalStateException("bytes left over");
    }
    return value;
  }

  static byte[] bytes(Schema schema, Object value) throws Exception {
    var out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<Object>(schema).write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  static String text(Schema schema, Object value) throws Exception {
    var out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().jsonEncoder(schema, out);
    new GenericDatumWriter<Object>(schema).write(value, encoder);
    encoder.flush();
    return out.toString("UTF-8");
  }

  static void write(Path folder) throws Exception {
    JsonNode golden = JSON.readTree(folder.resolve("fastavro.json").toFile());
    Schema schema = new Schema.Parser().parse(golden.get("schema").toString());
    for (String codec : CODECS) {
      var writer = new DataFileWriter<Object>(new GenericDatumWriter<>(schema));
      writer.setCodec(CodecFactory.fromString(codec)).setMeta("made.by", "java").setSyncInterval(300);
      var file = Files.newOutputStream(folder.resolve("java-" + codec + ".avro"));
      writer.create(schema, file, "0123456789abcdef".getBytes("US-ASCII"));
      for (JsonNode line : golden.get("records")) {
        writer.append(read(schema, HexFormat.of().parseHex(line.get("datum").asText())));
      }
      writer.close();
    }
  }

  static void check(Path folder) throws Exception {
    JsonNode golden = JSON.readTree(folder.resolve("fastavro.json").toFile());
    var expected = new ArrayList<Object>();
    Schema schema = new Schema.Parser().parse(golden.get("schema").toString());
    for (JsonNode line : golden.get("records")) {
      expected.add(read(schema, HexFormat.of().parseHex(line.get("datum").asText())));
    }
    for (String codec : CODECS) {
      File file = folder.resolve("wireform-" + codec + ".avro").toFile();
      var found = new ArrayList<Object>();
      try (var reader = new DataFileReader<Object>(file, new GenericDatumReader<>())) {
        reader.forEach(found::add);
        if (!"wireform".equals(reader.getMetaString("made.by"))) {
          throw new IllegalStateException("metadata");
        }
      }
      if (!found.equals(expected)) {
        throw new IllegalStateException(codec);
      }
      System.out.println(file.getName() + ": " + found.size() + " records");
    }
  }

  interface Answer {
    void to(ObjectNode test) throws Exception;
  }

  static void each(Answer answer) throws Exception {
    var lines = new java.io.BufferedReader(new java.io.InputStreamReader(System.in, "UTF-8"));
    var out = new java.io.PrintStream(System.out, false, "UTF-8");
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      ObjectNode test = (ObjectNode) JSON.readTree(line);
      answer.to(test);
      out.println(JSON.writeValueAsString(test));
    }
    out.flush();
  }

  static void json(ObjectNode test) throws Exception {
    Schema schema = new Schema.Parser().parse(test.get("schema").toString());
    byte[] datum = HexFormat.of().parseHex(test.get("datum").asText());
    String text = text(schema, read(schema, datum));
    test.remove("json");
    test.remove("no_json");
    // Of a record without fields at the top Java writes nothing.
    if (text.isEmpty()) {
      test.put("no_json", "empty");
    } else {
      // As it stands: parsing it might round its numbers.
      test.putRawValue("json", new RawValue(text));
    }
  }

  static void resolve(ObjectNode test) throws Exception {
    Schema writer = new Schema.Parser().parse(test.get("writer").toString());
    Schema reader = new Schema.Parser().parse(test.get("reader").toString());
    var decoder =
        DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(test.get("datum").asText()), null);
    try {
      Object value = new GenericDatumReader<Object>(writer, reader).read(null, decoder);
      test.put("resolved", HexFormat.of().formatHex(bytes(reader, value)));
    } catch (org.apache.avro.AvroTypeException error) {
      test.put("error", error.getClass().getSimpleName());
    }
  }
}
