import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/** Writes beside each text of a schema what Java's Schema.toString() prints for it. */
public class SchemaTexts {
  public static void main(String[] args) throws Exception {
    ObjectMapper json = new ObjectMapper();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      ObjectNode pair = (ObjectNode) json.readTree(line);
      pair.remove("java");
      Schema.Parser parser = new Schema.Parser(NameValidator.UTF_VALIDATOR);
      parser.setValidateDefaults(false);
      try {
        String printed = parser.parse(pair.get("text").textValue()).toString();
        pair.put("java", escaped(printed));
      } catch (RuntimeException error) {
        System.err.println(error.getMessage() + ": " + pair.get("text"));
        pair.putNull("java");
      }
      out.println(json.writeValueAsString(pair));
    }
  }

  /** With lone surrogates as escapes: UTF-8 cannot hold them. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> {
      if (c >= 0xd800 && c < 0xe000) {
        out.append(String.format("\\u%04x", c));
      } else {
        out.appendCodePoint(c);
      }
    });
    return out.toString();
  }
}
