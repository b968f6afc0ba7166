package topo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of names, in bytes.
const (
	maxName      = 100 // of a lab or node: both fit into the alias of a link (255)
	maxInterface = 15  // IFNAMSIZ of the kernel, without the final zero
	maxNamespace = 255 // of a file name in /run/netns
)

// CheckName returns why a string can't be the name of a lab or node, or nil. A valid
// name is one word without control characters, so it can be part of a link's alias,
// of a file name and of a line of /etc/hosts.
func CheckName(name string) error {
	if fault := nameFault(name); fault != "" {
		return fmt.Errorf("the name %q %s", name, fault)
	}
	return nil
}

// nameFault returns why s can't be the name of a lab or node, or "". Names are part
// of file names and of the mark "vethlab:<lab>/<node>".
func nameFault(s string) string {
	if len(s) > maxName {
		return fmt.Sprintf("has %d bytes, the limit is %d", len(s), maxName)
	}
	return wordFault(s)
}

// nodeFault returns why s can't be the name of a node or group, or "". Characters of
// ranges and variables are reserved.
func nodeFault(s string) string {
	if i := strings.IndexAny(s, "()"); i >= 0 {
		return fmt.Sprintf("contains %q, which is reserved for ranges of names", s[i:i+1])
	}
	if strings.Contains(s, "${") {
		return `contains "${", which is reserved for variables`
	}
	return nameFault(s)
}

// interfaceFault returns why s can't be the name of an interface, or "".
func interfaceFault(s string) string {
	switch {
	case len(s) > maxInterface:
		return fmt.Sprintf("has %d bytes, the kernel's limit is %d", len(s), maxInterface)
	case slices.Contains([]string{"lo", "all", "default"}, s):
		return "is reserved by the kernel"
	case strings.Contains(s, "%"):
		return `contains "%", which the kernel takes for a pattern`
	}
	return wordFault(s)
}

// wordFault returns why s can't be a name of any kind, or "".
func wordFault(s string) string {
	switch {
	case s == "":
		return "is empty"
	case s == "." || s == "..":
		return "is a directory"
	case s[0] == '-':
		return `begins with "-", which commands take for an option`
	}
	return runeFault(s)
}

// runeFault returns which character of s is not allowed in names, or "".
func runeFault(s string) string {
	if !utf8.ValidString(s) {
		return "is not UTF-8"
	}
	for _, r := range s {
		if !nameRune(r) {
			return fmt.Sprintf("contains %s", strconv.Quote(string(r)))
		}
	}
	return ""
}

// nameRune reports whether a name may contain r.
func nameRune(r rune) bool {
	return r != '/' && r != ':' && r != utf8.RuneError && unicode.IsPrint(r) && !unicode.IsSpace(r)
}
