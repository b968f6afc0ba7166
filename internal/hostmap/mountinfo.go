package hostmap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// A mounted namespace is a line of /proc/PID/mountinfo (proc(5)).
type mounted struct {
	inode uint64
	path  string
}

// The bounds for one mount namespace: the bytes of mountinfo read, enough for the
// default fs.mount-max of 100,000 mounts; the bytes of a line with two paths, in which
// an escaped character takes four; and the number of mounted namespaces.
const (
	maxMountinfo = 32 << 20
	maxMountLine = 64 << 10
	maxMounted   = 1 << 14
)

// parseMountinfo returns the network namespaces that are mounted on files. Of several
// mounts on one file the last is visible.
func parseMountinfo(text io.Reader) []mounted {
	var found []mounted
	lines := bufio.NewReaderSize(io.LimitReader(text, maxMountinfo), maxMountLine)
	for len(found) < maxMounted {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			continue // longer than any two paths: skip it; its rest is read as further lines
		}
		if err != nil {
			break
		}
		// Most lines are of other mounts: search before splitting.
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

// parseInode reads "net:[4026531840]", the target of a link in /proc/PID/ns; 0: another
// target.
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
