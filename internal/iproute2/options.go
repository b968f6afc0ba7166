package iproute2

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vethlab/vethlab/topo"
)

// An option is an optional part of a command: a keyword and usually a value, for a
// field of a T. Printing and parsing use the same table of options.
type option[T any] struct {
	words []string // the first is printed, all are read

	// write returns the value to print behind the word; false if the option is
	// left out. Nil: the option is only parsed.
	write func(v *T) (value []string, ok bool)

	// read parses the value behind the word.
	read func(w *words, v *T) error
}

// A grammar lists the options of a T, which a command may have in any order.
type grammar[T any] struct {
	options []option[T]

	// bare parses a word that is not an option; false if none is expected here.
	// It may be nil.
	bare func(w *words, v *T) (bool, error)

	// until is the word that ends this part of the command, if any.
	until string
}

// write prints the options that v has, in the order of the table.
func (g grammar[T]) write(v T) []string {
	var c []string
	for _, o := range g.options {
		if o.write == nil {
			continue
		}
		if value, ok := o.write(&v); ok {
			c = append(append(c, o.words[0]), value...)
		}
	}
	return c
}

// read parses options until the command, or this part of it, ends.
func (g grammar[T]) read(w *words, v *T) error {
	seen := make([]bool, len(g.options))
	for w.More() && (g.until == "" || w.Peek() != g.until) {
		i := slices.IndexFunc(g.options, func(o option[T]) bool { return slices.Contains(o.words, w.Peek()) })
		if i < 0 {
			if err := g.readBare(w, v); err != nil {
				return err
			}
			continue
		}
		if seen[i] {
			return fmt.Errorf("%s: given twice", w.Place())
		}
		seen[i] = true
		w.Next()
		if err := g.options[i].read(w, v); err != nil {
			return err
		}
	}
	return nil
}

func (g grammar[T]) readBare(w *words, v *T) error {
	if g.bare != nil {
		if taken, err := g.bare(w, v); taken || err != nil {
			return err
		}
	}
	return w.Unexpected(g.keywords()...)
}

// keywords returns the words that may begin an option.
func (g grammar[T]) keywords() []string {
	var list []string
	for _, o := range g.options {
		list = append(list, o.words[0])
	}
	if g.until != "" {
		list = append(list, g.until)
	}
	return list
}

// The maxima of the kernel's unsigned and signed 32-bit attributes.
const (
	maxNumber = 1<<32 - 1
	maxSigned = 1<<31 - 1
)

// number is an option with a number; 0: left out.
func number[T any](word, what string, most uint32, field func(*T) *int) option[T] {
	return option[T]{
		words: []string{word},
		write: func(v *T) ([]string, bool) { return []string{strconv.Itoa(*field(v))}, *field(v) != 0 },
		read: func(w *words, v *T) error {
			n, err := w.Number(what, most)
			*field(v) = n
			return err
		},
	}
}

// text is an option with a text; "": left out.
func text[T any](what string, field func(*T) *string, spellings ...string) option[T] {
	return option[T]{
		words: spellings,
		write: func(v *T) ([]string, bool) { return []string{*field(v)}, *field(v) != "" },
		read: func(w *words, v *T) (err error) {
			*field(v), err = w.Value(what)
			return err
		},
	}
}

// mac is an option with a MAC address; zero: left out.
func mac[T any](field func(*T) *topo.MAC, spellings ...string) option[T] {
	return option[T]{
		words: spellings,
		write: func(v *T) ([]string, bool) { return []string{field(v).String()}, !field(v).IsZero() },
		read: func(w *words, v *T) (err error) {
			*field(v), err = w.MAC()
			return err
		},
	}
}

// choice is an option with one of two values; nil: left out.
func choice[T any](word, yes, no string, field func(*T) **bool) option[T] {
	return option[T]{
		words: []string{word},
		write: func(v *T) ([]string, bool) {
			p := *field(v)
			return []string{choose(p != nil && *p, yes, no)}, p != nil
		},
		read: func(w *words, v *T) error {
			if w.Peek() != yes && w.Peek() != no || !w.More() {
				return w.Unexpected(yes, no)
			}
			*field(v) = new(w.Next() == yes)
			return nil
		},
	}
}

// toggle is a word without a value that sets a bool, as "up" does.
func toggle[T any](word string, value bool, field func(*T) **bool) option[T] {
	return option[T]{
		words: []string{word},
		write: func(v *T) ([]string, bool) {
			p := *field(v)
			return nil, p != nil && *p == value
		},
		read: func(_ *words, v *T) error {
			*field(v) = new(value)
			return nil
		},
	}
}

// toggleRead is a [toggle] that is only parsed.
func toggleRead[T any](word string, value bool, field func(*T) **bool) option[T] {
	o := toggle(word, value, field)
	o.write = nil
	return o
}

// ignored is an option that no Op holds; [ParseSkipping] returns it.
func ignored[T any](spellings ...string) option[T] {
	return option[T]{words: spellings, read: func(w *words, _ *T) error {
		value, err := w.Value("the value of " + spellings[0])
		w.skipped = append(w.skipped, spellings[0]+" "+value)
		return err
	}}
}

// refused is an option of ip that is not supported.
func refused[T any](word, why string) option[T] {
	return option[T]{words: []string{word}, read: func(w *words, _ *T) error {
		return w.unsupported("%s", why)
	}}
}

// fixed is an option of which only the default value is supported.
func fixed[T any](value, why string, spellings ...string) option[T] {
	return option[T]{words: spellings, read: func(w *words, _ *T) error {
		word, err := w.Value("the value of " + spellings[0])
		if err == nil && word != value {
			err = w.unsupported("%s", why)
		}
		return err
	}}
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
