// Command compare is Go's Avro for the comparison: twmb/avro and hamba/avro. It answers one line
// with another.
//
//	check GROUP ROW: the bytes, in hex, of what the row writes or read
//	time GROUP ROW:  nanoseconds of one operation, from one batch
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	hamba "github.com/hamba/avro/v2"
	twmb "github.com/twmb/avro"
)

const batchTime = 100 * time.Microsecond

type order struct {
	OrderID   string            `avro:"order_id"`
	Customer  string            `avro:"customer"`
	Items     []item            `avro:"items"`
	Total     float64           `avro:"total"`
	Status    string            `avro:"status"`
	CreatedAt int64             `avro:"created_at"`
	Note      *string           `avro:"note"`
	Tags      map[string]string `avro:"tags"`
}

type item struct {
	SKU      string  `avro:"sku"`
	Quantity int32   `avro:"quantity"`
	Price    float64 `avro:"price"`
}

type newOrder struct {
	OrderID      string            `avro:"order_id"`
	CustomerName string            `avro:"customer_name"`
	Items        []newItem         `avro:"items"`
	Total        float64           `avro:"total"`
	Status       string            `avro:"status"`
	CreatedAt    int64             `avro:"created_at"`
	Note         *string           `avro:"note"`
	Tags         map[string]string `avro:"tags"`
}

type newItem struct {
	SKU      string  `avro:"sku"`
	Quantity int64   `avro:"quantity"`
	Price    float64 `avro:"price"`
}

// row is one operation; check gives the bytes of what it writes or read.
type row struct {
	run   func()
	check func() []byte
	times int
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	schemas := os.Args[1]
	datum := must(hex.DecodeString(os.Args[2]))
	old := must(hex.DecodeString(os.Args[3]))
	text := func(name string) string {
		return string(must(os.ReadFile(filepath.Join(schemas, name+".avsc"))))
	}
	rows := map[string]*row{}
	twmbRows(rows, text, datum, old)
	hambaRows(rows, text, datum, old)
	for _, row := range rows {
		row.settle()
	}

	input := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for input.Scan() {
		command, name, _ := strings.Cut(input.Text(), " ")
		row := rows[name]
		switch command {
		case "check":
			fmt.Println(hex.EncodeToString(row.check()))
		case "time":
			row.batch()
			fmt.Println(row.batch())
		}
	}
}

// settle warms the row up and finds out how often it fits into a batch.
func (r *row) settle() {
	r.times = 1
	for r.batch()*float64(r.times) < float64(batchTime.Nanoseconds()) {
		r.times *= 2
	}
	for end := time.Now().Add(time.Second / 2); time.Now().Before(end); {
		r.batch()
	}
}

func (r *row) batch() float64 {
	start := time.Now()
	for range r.times {
		r.run()
	}
	return float64(time.Since(start).Nanoseconds()) / float64(r.times)
}

func twmbRows(rows map[string]*row, text func(string) string, datum, old []byte) {
	schema := twmb.MustParse(text("order"))
	today := twmb.MustParse(text("new_order"))
	resolved := must(twmb.Resolve(twmb.MustParse(text("old_order")), today))
	var value order
	must(schema.Decode(datum, &value))
	buffer := make([]byte, 0, 1024)
	encode := func() { buffer = must(schema.AppendEncode(buffer[:0], &value)) }
	rows["avro-encode twmb"] = &row{run: encode, check: func() []byte { encode(); return buffer }}

	var read order
	decode := func() { read = order{}; must(schema.Decode(datum, &read)) }
	rows["avro-decode twmb"] = &row{run: decode, check: func() []byte {
		decode()
		return must(schema.AppendEncode(nil, &read))
	}}

	var evolved newOrder
	evolve := func() { evolved = newOrder{}; must(resolved.Decode(old, &evolved)) }
	rows["avro-evolved twmb"] = &row{run: evolve, check: func() []byte {
		evolve()
		return must(today.AppendEncode(nil, &evolved))
	}}
}

func hambaRows(rows map[string]*row, text func(string) string, datum, old []byte) {
	schema := must(hamba.ParseWithCache(text("order"), "", &hamba.SchemaCache{}))
	today := must(hamba.ParseWithCache(text("new_order"), "", &hamba.SchemaCache{}))
	writer := must(hamba.ParseWithCache(text("old_order"), "", &hamba.SchemaCache{}))
	resolved := must(hamba.NewSchemaCompatibility().Resolve(today, writer))
	var value order
	check(hamba.Unmarshal(schema, datum, &value))
	var written []byte
	encode := func() { written = must(hamba.Marshal(schema, &value)) }
	rows["avro-encode hamba"] = &row{run: encode, check: func() []byte { encode(); return written }}

	var read order
	decode := func() { read = order{}; check(hamba.Unmarshal(schema, datum, &read)) }
	rows["avro-decode hamba"] = &row{run: decode, check: func() []byte {
		decode()
		return must(hamba.Marshal(schema, &read))
	}}

	var evolved newOrder
	evolve := func() { evolved = newOrder{}; check(hamba.Unmarshal(resolved, old, &evolved)) }
	rows["avro-evolved hamba"] = &row{run: evolve, check: func() []byte {
		evolve()
		return must(hamba.Marshal(today, &evolved))
	}}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
