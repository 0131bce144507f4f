import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** An independent witness of what is in a log: every record from offset 0 to the end. */
public class LogDump {
    public static void main(String[] args) {
        String brokers = option(args, "--brokers");
        String topic = option(args, "--topic");
        boolean brief = List.of(args).contains("--brief");
        Properties properties = new Properties();
        properties.put("bootstrap.servers", brokers);
        properties.put("isolation.level", "read_committed");
        properties.put("enable.auto.commit", "false");
        try (var consumer = new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(brief ? 600 : 60).toNanos();
            StringBuilder out = new StringBuilder();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the end of the log was not reached in time");
                }
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    out.append(brief ? brief(record) : line(record)).append('\n');
                }
                System.out.print(out);
                out.setLength(0);
            }
        }
    }

    /** For long logs of plain text: partition, offset, key, value and headers, with tabs between. */
    private static String brief(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder line = new StringBuilder();
        line.append(record.partition()).append('\t').append(record.offset());
        line.append('\t').append(latin(record.key())).append('\t').append(latin(record.value()));
        for (Header header : record.headers()) {
            line.append('\t').append(header.key()).append('=').append(latin(header.value()));
        }
        return line.toString();
    }

    private static String latin(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder headers = new StringBuilder();
        for (Header header : record.headers()) {
            headers.append(headers.isEmpty() ? "" : ",")
                    .append('[').append(text(header.key())).append(',')
                    .append(hex(header.value())).append(']');
        }
        String type = switch (record.timestampType()) {
            case CREATE_TIME -> "CREATE_TIME";
            case LOG_APPEND_TIME -> "LOG_APPEND_TIME";
            default -> "NONE";
        };
        return "{\"topic\":" + text(record.topic())
                + ",\"partition\":" + record.partition()
                + ",\"offset\":" + record.offset()
                + ",\"timestamp\":" + record.timestamp()
                + ",\"timestampType\":\"" + type + "\""
                + ",\"key\":" + hex(record.key())
                + ",\"value\":" + hex(record.value())
                + ",\"headers\":[" + headers + "]}";
    }

    private static String hex(byte[] bytes) {
        return bytes == null ? "null" : '"' + HexFormat.of().formatHex(bytes) + '"';
    }

    private static String text(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private static String option(String[] args, String name) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                return args[i + 1];
            }
        }
        throw new IllegalArgumentException("missing " + name);
    }
}
