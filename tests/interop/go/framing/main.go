// Frames both ways with franz-go's client and Google's protobuf; see "Frames" in ../../README.md.
package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log"
	"os"
	"runtime/debug"

	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	// The known types are linked in, for files that import them.
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/durationpb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/timestamppb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

type schema struct {
	ID int `json:"id"`
}

type frame struct {
	Case    string            `json:"case"`
	Schema  string            `json:"schema"`
	Format  string            `json:"format"`
	Framing string            `json:"framing"`
	Payload string            `json:"payload"`
	Headers map[string]string `json:"headers"`
}

type asked struct {
	Descriptors string            `json:"descriptors"`
	Schemas     map[string]schema `json:"schemas"`
	Registry    string            `json:"registry"`
	Frames      []frame           `json:"frames"`
	Cases       []struct {
		Name    string          `json:"name"`
		Format  string          `json:"format"`
		Schema  string          `json:"schema"`
		Message string          `json:"message"`
		Value   json.RawMessage `json:"value"`
	} `json:"cases"`
}

func main() {
	var given asked
	must(json.NewDecoder(os.Stdin).Decode(&given))
	answer := map[string]any{"source": versions()}
	if os.Args[1] == "write" {
		answer["frames"] = write(given)
	} else {
		answer["values"] = read(given)
	}
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func write(given asked) []frame {
	var set descriptorpb.FileDescriptorSet
	must(proto.Unmarshal(value(hex.DecodeString(given.Descriptors)), &set))
	files := value(protodesc.NewFiles(&set))
	var frames []frame
	for _, one := range given.Cases {
		id := given.Schemas[one.Schema].ID
		serde := sr.NewSerde()
		var payload []byte
		if one.Format == "json" {
			var plain any
			must(json.Unmarshal(one.Value, &plain))
			payload = value(sr.Encode(plain, serdeHeader, id, nil, json.Marshal))
		} else {
			found := value(files.FindDescriptorByName(protoreflect.FullName(one.Message)))
			kind := found.(protoreflect.MessageDescriptor)
			message := dynamicpb.NewMessage(kind)
			types := dynamicpb.NewTypes(files)
			must(protojson.UnmarshalOptions{Resolver: types}.Unmarshal(one.Value, message))
			serde.Register(id, message, sr.Index(index(kind)...), sr.EncodeFn(encode))
			payload = value(serde.Encode(message))
		}
		frames = append(frames, frame{
			one.Name, one.Schema, one.Format, "prefix", hex.EncodeToString(payload), map[string]string{},
		})
	}
	return frames
}

var serdeHeader = new(sr.ConfluentHeader)

func encode(message any) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(message.(proto.Message))
}

// The places of a message and of those around it, the outermost first.
func index(kind protoreflect.MessageDescriptor) []int {
	if around, nested := kind.Parent().(protoreflect.MessageDescriptor); nested {
		return append(index(around), kind.Index())
	}
	return []int{kind.Index()}
}

// What each frame holds, by the schemas that the registry has for it.
func read(given asked) []any {
	client := value(sr.NewClient(sr.URLs(given.Registry)))
	var values []any
	for _, one := range given.Frames {
		id, body, err := serdeHeader.DecodeID(value(hex.DecodeString(one.Payload)))
		must(err)
		if one.Format == "json" {
			var plain any
			must(json.Unmarshal(body, &plain))
			values = append(values, plain)
			continue
		}
		files := new(protoregistry.Files)
		file := register(client, files, id)
		index, body, err := serdeHeader.DecodeIndex(body, 100)
		must(err)
		kind := file.Messages().Get(index[0])
		for _, place := range index[1:] {
			kind = kind.Messages().Get(place)
		}
		message := dynamicpb.NewMessage(kind)
		must(proto.Unmarshal(body, message))
		options := protojson.MarshalOptions{UseProtoNames: true, Resolver: types{dynamicpb.NewTypes(files)}}
		text := value(options.Marshal(message))
		values = append(values, map[string]any{"message": kind.FullName(), "value": json.RawMessage(text)})
	}
	return values
}

// A file and those that it refers to, as the registry describes them; the known types are Go's own.
func register(client *sr.Client, files *protoregistry.Files, id int) protoreflect.FileDescriptor {
	described := sr.WithParams(context.Background(), sr.Format("serialized"))
	schema := value(client.SchemaByID(described, id))
	return add(client, files, schema, "")
}

func add(client *sr.Client, files *protoregistry.Files, schema sr.Schema, name string) protoreflect.FileDescriptor {
	described := sr.WithParams(context.Background(), sr.Format("serialized"))
	for _, reference := range schema.References {
		if _, err := files.FindFileByPath(reference.Name); err == nil {
			continue
		}
		referred := value(client.SchemaByVersion(described, reference.Subject, reference.Version))
		add(client, files, referred.Schema, reference.Name)
	}
	var file descriptorpb.FileDescriptorProto
	must(proto.Unmarshal(value(base64.StdEncoding.DecodeString(schema.Schema)), &file))
	if name != "" {
		file.Name = proto.String(name)
	}
	made := value(protodesc.NewFile(&file, resolver{files}))
	must(files.RegisterFile(made))
	return made
}

// Files that the registry described, then those that are linked into this program.
type resolver struct{ *protoregistry.Files }

func (r resolver) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if found, err := r.Files.FindFileByPath(path); err == nil {
		return found, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

func (r resolver) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if found, err := r.Files.FindDescriptorByName(name); err == nil {
		return found, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}

// The types in an Any: those of the files, then those that are linked in.
type types struct{ *dynamicpb.Types }

func (t types) FindMessageByURL(url string) (protoreflect.MessageType, error) {
	if found, err := t.Types.FindMessageByURL(url); err == nil {
		return found, nil
	}
	return protoregistry.GlobalTypes.FindMessageByURL(url)
}

func versions() string {
	build, _ := debug.ReadBuildInfo()
	text := ""
	for _, module := range build.Deps {
		if module.Path == "github.com/twmb/franz-go/pkg/sr" || module.Path == "google.golang.org/protobuf" {
			text += module.Path + " " + module.Version + ", "
		}
	}
	return text[:len(text)-2]
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func value[T any](value T, err error) T {
	must(err)
	return value
}
