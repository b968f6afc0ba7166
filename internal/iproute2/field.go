package iproute2

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A field is one thing that a command of ip shows: as a part of a line, with the
// space around it, and by its key in JSON. Either may be missing.
type field struct {
	key   string
	value any // a fields, too
	text  string
}

// fields are what is shown of one object, in ip's own order.
type fields []field

func (fs *fields) add(key string, value any, text string) { *fs = append(*fs, field{key, value, text}) }

// word adds a field that stands in a line as its value behind a word.
func (fs *fields) word(key, word, value string) { fs.add(key, value, word+" "+value+" ") }

// say adds what is only text, know what is only JSON.
func (fs *fields) say(text string)            { fs.add("", nil, text) }
func (fs *fields) know(key string, value any) { fs.add(key, value, "") }

func (fs fields) text() string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.text)
	}
	return b.String()
}

// MarshalJSON implements [json.Marshaler]: an object with the keys in their order.
func (fs fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range fs {
		if f.key == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(f.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		b.Write(append(append(key, ':'), value...))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
