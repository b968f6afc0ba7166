package hostmap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// A mounted namespace, as a line of /proc/PID/mountinfo tells (proc(5)).
type mounted struct {
	inode uint64
	path  string
}

// The bounds of one mount namespace: all that a user may mount there, as a rule
// (fs.mount-max), in bytes of text; a line with its two paths, each character of
// which may take four; and how many namespaces are mounted there.
const (
	maxMountinfo = 32 << 20
	maxMountLine = 64 << 10
	maxMounted   = 1 << 14
)

// parseMountinfo returns the network namespaces that are mounted on files. Of
// several mounts on one file the last is the one to be seen.
func parseMountinfo(text io.Reader) []mounted {
	var found []mounted
	lines := bufio.NewReaderSize(io.LimitReader(text, maxMountinfo), maxMountLine)
	for len(found) < maxMounted {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue // the line is longer than paths can be, and so is what comes of its rest
		}
		if err != nil {
			break
		}
		// Most lines are of other mounts: look before splitting.
		if !bytes.Contains(line, []byte(" net:[")) {
			continue
		}
		f := strings.Fields(string(line))
		if len(f) < 5 {
			continue
		}
		if inode := parseInode(f[3]); inode != 0 {
			found = append(found, mounted{inode, unescapeMount(f[4])})
		}
	}
	return found
}

// parseInode reads "net:[4026531840]", what links to namespaces say; 0: it is
// something else.
func parseInode(link string) uint64 {
	number, ok := strings.CutPrefix(link, "net:[")
	if !ok {
		return 0
	}
	return bracketed(number)
}

func bracketed(s string) uint64 {
	n, err := strconv.ParseUint(strings.TrimSuffix(s, "]"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// unescapeMount decodes the octal escapes of mountinfo, such as \040.
func unescapeMount(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
