package shell

import (
	"slices"
	"strconv"
	"strings"
)

// A cutter is a command of cut(1).
type cutter struct {
	delimiter string
	ranges    []cutRange
	fields    bool // else characters
	only      bool // -s: no lines without the delimiter
}

// A cutRange is a part of the fields or characters, from 1.
type cutRange struct{ from, to int }

// cut prints fields or characters: cut -d: -f2,4-, cut -c1-3.
func cut(args []string, stdin string) Result {
	c, ok := readCut(args)
	if _, known := Known(stdin); !known || !ok {
		return notComputed("cut", args)
	}
	var list []string
	for _, line := range lines(stdin) {
		if c.fields && !strings.Contains(line, c.delimiter) {
			if !c.only {
				list = append(list, line)
			}
			continue
		}
		list = append(list, c.line(line))
	}
	return Result{Out: unlines(list)}
}

func (c cutter) line(line string) string {
	separator := ""
	if c.fields {
		separator = c.delimiter
	}
	var parts []string
	for i, part := range strings.Split(line, separator) {
		if slices.ContainsFunc(c.ranges, func(r cutRange) bool { return r.from <= i+1 && i+1 <= r.to }) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, separator)
}

// readCut reads the arguments. False: one is not supported.
func readCut(args []string) (cutter, bool) {
	c := cutter{delimiter: "\t"}
	for len(args) > 0 {
		option := args[0]
		args = args[1:]
		if option == "-s" {
			c.only = true
			continue
		}
		if len(option) < 2 || option[0] != '-' || !strings.Contains("dfcb", option[1:2]) {
			return c, false
		}
		value := option[2:]
		if value == "" && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		if option[1] == 'd' {
			c.delimiter = value
			continue
		}
		c.fields = option[1] == 'f'
		if !c.readRanges(value) {
			return c, false
		}
	}
	return c, len(c.ranges) > 0 && c.delimiter != ""
}

// readRanges reads a list such as 1,3-5,7-.
func (c *cutter) readRanges(list string) bool {
	const end = 1 << 30
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		r := cutRange{1, end}
		var err error
		if first != "" {
			if r.from, err = strconv.Atoi(first); err != nil {
				return false
			}
		}
		switch {
		case !isRange:
			r.to = r.from
		case last != "":
			if r.to, err = strconv.Atoi(last); err != nil {
				return false
			}
		}
		if r.from < 1 || first == "" && !isRange {
			return false
		}
		c.ranges = append(c.ranges, r)
	}
	return true
}

// rev reverses each line.
func rev(args []string, stdin string) Result {
	if _, known := Known(stdin); !known || len(args) > 0 {
		return notComputed("rev", args)
	}
	list := lines(stdin)
	for i, line := range list {
		letters := []rune(line)
		slices.Reverse(letters)
		list[i] = string(letters)
	}
	return Result{Out: unlines(list)}
}
