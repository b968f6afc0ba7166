package ipshow

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/vethlab/vethlab/internal/dump"
)

// A field is one value that ip prints: its text with the spaces around it, and its
// key and value in JSON. Either may be missing.
type field struct {
	key   string
	value any // a fields, too
	text  string
}

// fields are the fields of one object, in ip's order.
type fields []field

func (fs *fields) add(key string, value any, text string) { *fs = append(*fs, field{key, value, text}) }

// word adds a field whose text is a word and the value.
func (fs *fields) word(key, word, value string) { fs.add(key, value, word+" "+value+" ") }

// others adds a field for each of the attributes.
func (fs *fields) others(list dump.Attributes) {
	for _, text := range list.List() {
		name, value, _ := strings.Cut(text, " ")
		fs.word(name, name, value)
	}
}

// say adds a field without JSON, know one without text.
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

// indented formats compact JSON as ip -p does: each key of an object is on its own
// line, the elements of a list are not.
func indented(compact []byte) []byte {
	var b bytes.Buffer
	var open []byte // the brackets that are open, innermost last
	inString := false
	newline := func() { b.WriteString("\n" + strings.Repeat("    ", len(open))) }
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		switch {
		case inString || c == '"':
			inString = (c == '"') != inString
			b.WriteByte(c)
			if c == '\\' {
				i++
				b.WriteByte(compact[i])
			}
		case c == '{' || c == '[':
			open = append(open, c)
			b.WriteByte(c)
			if c == '[' {
				b.WriteByte(' ')
			} else if compact[i+1] != '}' {
				newline()
			}
		case c == '}' || c == ']':
			open = open[:len(open)-1]
			if before := compact[i-1]; c == ']' && before != '[' {
				b.WriteByte(' ')
			} else if c == '}' && before != '{' {
				newline()
			}
			b.WriteByte(c)
		case c == ',' && open[len(open)-1] == '{':
			b.WriteByte(c)
			newline()
		case c == ':':
			b.WriteString(": ")
		default:
			b.WriteByte(c)
		}
	}
	return b.Bytes()
}
