import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.generic.GenericData.StringType;

/** Generates the classes of both schemas, with {@code String} for strings. */
public final class Generate {
  public static void main(String[] arguments) throws IOException {
    Path schemas = Path.of(arguments[0]);
    File target = new File(arguments[1]);
    compile(Files.readString(schemas.resolve("order.avsc")), target);
    // Two classes cannot have one name: today's go by aliases.
    String today = Files.readString(schemas.resolve("new_order.avsc"))
        .replace("\"namespace\":\"shop.orders\"",
            "\"namespace\":\"shop.orders.evolved\",\"aliases\":[\"shop.orders.Order\"]")
        .replace("\"name\":\"Item\"", "\"name\":\"Item\",\"aliases\":[\"shop.orders.Item\"]")
        .replace("\"name\":\"Status\"", "\"name\":\"Status\",\"aliases\":[\"shop.orders.Status\"]");
    compile(today, target);
  }

  private static void compile(String schema, File target) throws IOException {
    SpecificCompiler compiler = new SpecificCompiler(new Schema.Parser().parse(schema));
    compiler.setStringType(StringType.String);
    compiler.compileToDestination(null, target);
  }
}
