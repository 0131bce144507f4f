import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import shop.orders.Order;

/**
 * Java's Avro with generated classes, for the comparison: answers one line with another.
 *
 * <p>{@code check GROUP ROW}: the bytes, in hex, of what the row writes or read; {@code time GROUP
 * ROW}: nanoseconds of one operation, from one batch.
 */
public final class Compare {
  private interface Operation {
    Object run() throws IOException;
  }

  private static final long BATCH_NANOS = 100_000;
  private static Object sink;

  public static void main(String[] arguments) throws Exception {
    byte[] datum = HexFormat.of().parseHex(arguments[1]);
    byte[] oldDatum = HexFormat.of().parseHex(arguments[2]);
    Schema old = new Schema.Parser().parse(Files.readString(Path.of(arguments[0], "old_order.avsc")));
    SpecificData.get().setFastReaderEnabled(true);
    shop.orders.evolved.Order.getClassSchema();

    var writer = new SpecificDatumWriter<>(Order.class);
    var reader = new SpecificDatumReader<>(Order.class);
    var evolvedReader = new SpecificDatumReader<shop.orders.evolved.Order>(
        old, shop.orders.evolved.Order.getClassSchema());
    var evolvedWriter = new SpecificDatumWriter<>(shop.orders.evolved.Order.class);
    var out = new ByteArrayOutputStream(1024);
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(datum, null);
    Order order = reader.read(null, DecoderFactory.get().binaryDecoder(datum, decoder));

    Operation encode = () -> {
      out.reset();
      writer.write(order, EncoderFactory.get().binaryEncoder(out, encoder));
      encoder.flush();
      return out;
    };
    Operation decode = () -> reader.read(null, DecoderFactory.get().binaryDecoder(datum, decoder));
    Operation evolve =
        () -> evolvedReader.read(null, DecoderFactory.get().binaryDecoder(oldDatum, decoder));
    var operations = Map.of("avro-encode", encode, "avro-decode", decode, "avro-evolved", evolve);

    for (Operation operation : operations.values()) {
      warmUp(operation);
    }
    var times = new java.util.HashMap<String, Integer>();
    for (var entry : operations.entrySet()) {
      times.put(entry.getKey(), batch(entry.getValue()));
    }

    var input = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      Operation operation = operations.get(words[1]);
      if (words[0].equals("time")) {
        run(operation, times.get(words[1]));
        System.out.println(run(operation, times.get(words[1])));
        continue;
      }
      out.reset();
      Object value = operation.run();
      if (value instanceof Order read) {
        out.reset();
        writer.write(read, EncoderFactory.get().binaryEncoder(out, encoder));
        encoder.flush();
      } else if (value instanceof shop.orders.evolved.Order read) {
        out.reset();
        evolvedWriter.write(read, EncoderFactory.get().binaryEncoder(out, encoder));
        encoder.flush();
      }
      System.out.println(HexFormat.of().formatHex(out.toByteArray()));
    }
  }

  /** Nanoseconds of one operation. */
  private static double run(Operation operation, int times) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      sink = operation.run();
    }
    return (double) (System.nanoTime() - start) / times;
  }

  /** Two seconds: the last compiler is done by then. */
  private static void warmUp(Operation operation) throws IOException {
    long end = System.nanoTime() + 2_000_000_000L;
    while (System.nanoTime() < end) {
      run(operation, 10_000);
    }
  }

  private static int batch(Operation operation) throws IOException {
    double fastest = Double.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      fastest = Math.min(fastest, run(operation, 1_000));
    }
    return Math.max(1, (int) (BATCH_NANOS / fastest));
  }
}
