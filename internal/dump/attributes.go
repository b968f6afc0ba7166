package dump

import "strings"

// Attributes are those of an object that somebody configured and that its type has no
// field for, as "name value", separated by commas. The names are those of ip(8), or the
// number of an attribute that package kernel does not know.
type Attributes string

// List returns one text per attribute.
func (a Attributes) List() []string {
	if a == "" {
		return nil
	}
	return strings.Split(string(a), attributeSeparator)
}

// With returns the attributes with one more, or the same if text is empty.
func (a Attributes) With(text string) Attributes {
	switch {
	case text == "":
		return a
	case a == "":
		return Attributes(text)
	}
	return a + attributeSeparator + Attributes(text)
}

const attributeSeparator = ", "
