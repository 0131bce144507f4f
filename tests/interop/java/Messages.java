import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.util.HashMap;
import java.util.Map;

/** The messages of a descriptor set, from ProtoJSON. */
final class Messages {
    private final TypeRegistry types;

    Messages(byte[] descriptors) throws InvalidProtocolBufferException, DescriptorValidationException {
        Map<String, FileDescriptor> files = new HashMap<>();
        for (FileDescriptorProto file : FileDescriptorSet.parseFrom(descriptors).getFileList()) {
            var imports = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
            files.put(file.getName(), FileDescriptor.buildFrom(file, imports));
        }
        var all = TypeRegistry.newBuilder();
        files.values().forEach(file -> all.add(file.getMessageTypes()));
        types = all.build();
    }

    DynamicMessage of(String name, JsonNode value) throws InvalidProtocolBufferException {
        var message = DynamicMessage.newBuilder(types.find(name));
        JsonFormat.parser().usingTypeRegistry(types).merge(value.toString(), message);
        return message.build();
    }
}
