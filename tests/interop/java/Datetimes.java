import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What java.time makes of datetimes: lines in, lines out, with tabs between the answers. A line is
 * {@code read TEXT}, whose characters above 127 are escaped as in Java's sources, or
 * {@code write SECONDS NANOS OFFSET}, the offset in minutes.
 */
final class Datetimes {
    /** Three formats of instants, and three of datetimes with an offset. */
    private static final List<DateTimeFormatter> INSTANTS = new ArrayList<>();

    private static final List<DateTimeFormatter> OFFSETS = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        for (int digits : new int[] {0, 3, 6, 9}) {
            INSTANTS.add(new DateTimeFormatterBuilder().appendInstant(digits).toFormatter());
            String fraction = digits == 0 ? "" : "." + "S".repeat(digits);
            OFFSETS.add(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss" + fraction + "XXX"));
        }
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.println("Java " + System.getProperty("java.version"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String asked = line.substring(space + 1);
            List<String> answer = line.startsWith("read ") ? read(unescape(asked)) : write(asked);
            out.println(String.join("\t", answer));
        }
        out.flush();
    }

    /** Instant, OffsetDateTime, LocalDateTime, LocalDate, LocalTime; empty where it is none. */
    private static List<String> read(String text) {
        return List.of(
                parse(text, Instant::parse, Datetimes::instant),
                parse(text, OffsetDateTime::parse, Datetimes::offset),
                parse(text, LocalDateTime::parse,
                        at -> instant(at.toInstant(ZoneOffset.UTC))),
                parse(text, LocalDate::parse, date -> Long.toString(date.toEpochDay())),
                parse(text, LocalTime::parse, time -> Long.toString(time.toNanoOfDay())));
    }

    private static <T> String parse(String text, Function<CharSequence, T> parse, Function<T, String> show) {
        try {
            return show.apply(parse.apply(text));
        } catch (DateTimeException refused) {
            return "";
        }
    }

    private static String instant(Instant at) {
        return String.format("%d.%09d", at.getEpochSecond(), at.getNano());
    }

    private static String offset(OffsetDateTime at) {
        return String.format("%s %+d", instant(at.toInstant()), at.getOffset().getTotalSeconds());
    }

    /** As it writes it itself, with 0, 3, 6 and 9 digits in UTC, and the same at the offset. */
    private static List<String> write(String asked) {
        String[] parts = asked.split(" ");
        Instant at = Instant.ofEpochSecond(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        ZoneOffset zone = ZoneOffset.ofTotalSeconds(Integer.parseInt(parts[2]) * 60);
        List<String> answer = new ArrayList<>();
        answer.add(at.toString());
        INSTANTS.forEach(formatter -> answer.add(formatter.format(at)));
        OFFSETS.forEach(formatter -> answer.add(formatter.format(at.atOffset(zone))));
        answer.add(Long.toString(at.toEpochMilli()));
        return answer;
    }

    private static String unescape(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                out.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }
}
