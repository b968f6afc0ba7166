package escape

import (
	"strings"
	"unicode"
)

// HostsName reports whether a name is valid in a line of /etc/hosts (hosts(5)): one
// word without "#".
func HostsName(s string) bool {
	return s != "" && Line(s) == s && !strings.Contains(s, "#") && !strings.ContainsFunc(s, unicode.IsSpace)
}
