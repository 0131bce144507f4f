import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * Answers line by line. "read TEXT": seconds and nanoseconds since 1970 as Instant.parse has them, a
 * tab, and as OffsetDateTime.parse has them, with the offset in seconds; "error" for what is none.
 * "write SECONDS NANOS": the instant as toString writes it, and with 3, 6 and 9 digits.
 */
public final class Datetimes {
    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(line.startsWith("read ") ? read(line.substring(5)) : write(line.split(" ")));
        }
    }

    private static String read(String text) {
        String instant;
        try {
            Instant parsed = Instant.parse(text);
            instant = parsed.getEpochSecond() + " " + parsed.getNano();
        } catch (DateTimeException error) {
            instant = "error";
        }
        try {
            OffsetDateTime parsed = OffsetDateTime.parse(text);
            return instant + "\t" + parsed.toEpochSecond() + " " + parsed.getNano() + " "
                + parsed.getOffset().getTotalSeconds();
        } catch (DateTimeException error) {
            return instant + "\terror";
        }
    }

    private static String write(String[] words) {
        Instant instant = Instant.ofEpochSecond(Long.parseLong(words[1]), Long.parseLong(words[2]));
        return instant + "\t" + digits(3).format(instant) + "\t" + digits(6).format(instant) + "\t"
            + digits(9).format(instant);
    }

    private static DateTimeFormatter digits(int count) {
        return new DateTimeFormatterBuilder().appendInstant(count).toFormatter();
    }
}
