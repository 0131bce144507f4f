// Goes through a registry with franz-go's client: see "Clients" in ../README.md.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"os"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"
)

type item struct {
	Sku      string  `json:"sku" avro:"sku"`
	Quantity int32   `json:"quantity" avro:"quantity"`
	Price    float64 `json:"price" avro:"price"`
}

type order struct {
	OrderID   string            `json:"order_id" avro:"order_id"`
	Customer  string            `json:"customer" avro:"customer"`
	Items     []item            `json:"items" avro:"items"`
	Total     float64           `json:"total" avro:"total"`
	Status    string            `json:"status" avro:"status"`
	CreatedAt int64             `json:"created_at" avro:"created_at"`
	Note      *string           `json:"note" avro:"note"`
	Tags      map[string]string `json:"tags" avro:"tags"`
}

type asked struct {
	Value   order  `json:"value"`
	Payload string `json:"payload"`
}

var (
	registry = flag.String("registry", "", "")
	topic    = flag.String("topic", "", "")
	schema   = flag.String("schema", "", "")
	next     = flag.String("next", "", "")
	broken   = flag.String("broken", "", "")
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// The error code that a call failed with.
func code(err error) any {
	var refused *sr.ResponseError
	if errors.As(err, &refused) {
		return refused.ErrorCode
	}
	return nil
}

func avroSchema(file string) sr.Schema {
	return sr.Schema{Type: sr.TypeAvro, Schema: string(must(os.ReadFile(file)))}
}

func main() {
	flag.Parse()
	var in asked
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client := must(sr.NewClient(sr.URLs(*registry)))
	subject := *topic + "-value"
	answer := map[string]any{}

	_, err := client.SchemaByVersion(ctx, subject, -1)
	answer["missing"] = code(err)
	registered := must(client.CreateSchema(ctx, subject, avroSchema(*schema)))
	answer["id"], answer["version"] = registered.ID, registered.Version

	parsed := must(avro.Parse(registered.Schema.Schema))
	// hamba/avro writes the size of every block unless told otherwise, which is allowed and read by
	// us, but nobody else's bytes.
	plain := avro.Config{DisableBlockSizeHeader: true}.Freeze()
	serde := sr.NewSerde()
	serde.Register(registered.ID, order{},
		sr.EncodeFn(func(v any) ([]byte, error) { return plain.Marshal(parsed, v) }),
		sr.DecodeFn(func(b []byte, v any) error { return avro.Unmarshal(parsed, b, v) }))
	answer["payload"] = hex.EncodeToString(must(serde.Encode(in.Value)))
	var decoded order
	if err := serde.Decode(must(hex.DecodeString(in.Payload)), &decoded); err != nil {
		log.Fatal(err)
	}
	answer["decoded"] = decoded

	answer["fits"] = must(client.CheckCompatibility(ctx, subject, -1, avroSchema(*next))).Is
	answer["breaks"] = !must(client.CheckCompatibility(ctx, subject, -1, avroSchema(*broken))).Is
	_, err = client.CreateSchema(ctx, subject, avroSchema(*broken))
	answer["refused"] = code(err)
	for _, set := range client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFull}, subject) {
		must(set, set.Err)
	}
	answer["level"] = client.Compatibility(ctx, subject)[0].Level.String()
	answer["second"] = must(client.CreateSchema(ctx, subject, avroSchema(*next))).ID
	answer["versions"] = must(client.SubjectVersions(ctx, subject))
	answer["subjects"] = must(client.Subjects(ctx))
	answer["deleted"] = must(client.DeleteSubject(ctx, subject, sr.SoftDelete))
	answer["purged"] = must(client.DeleteSubject(ctx, subject, sr.HardDelete))
	_, err = client.SubjectVersions(ctx, subject)
	answer["gone"] = code(err)
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}
