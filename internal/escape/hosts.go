package escape

import (
	"strings"
	"unicode"
)

// HostsName reports whether a name can stand in a line of /etc/hosts (hosts(5)):
// it is one word, and none that begins a comment.
func HostsName(s string) bool {
	return s != "" && Line(s) == s && !strings.Contains(s, "#") && !strings.ContainsFunc(s, unicode.IsSpace)
}
