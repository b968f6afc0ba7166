package shell

import "strings"

// getopt does what getopt(1) does of util-linux: it puts the options of a script
// before its other arguments, quoted.
func getopt(args []string) Result {
	var short, long string
	for len(args) > 0 && args[0] != "--" {
		option := args[0]
		args = args[1:]
		name, value, inline := strings.Cut(option, "=")
		if !inline && len(args) > 0 && option != "-T" && option != "-u" && option != "-q" {
			value, args = args[0], args[1:]
		}
		switch name {
		case "-o", "--options":
			short = value
		case "-l", "--long", "--longoptions":
			long += "," + value
		}
	}
	var options, others []string
	for args = args[min(1, len(args)):]; len(args) > 0; args = args[1:] {
		a := args[0]
		switch {
		case a == "--":
			others = append(others, args[1:]...)
			args = args[:1]
		case !strings.HasPrefix(a, "-") || a == "-":
			others = append(others, a)
		default:
			options = append(options, a)
			if takesValue(a, short, long) && len(args) > 1 {
				options = append(options, args[1])
				args = args[1:]
			}
		}
	}
	return Result{Out: " " + quoted(append(append(options, "--"), others...)) + "\n"}
}

func takesValue(option, short, long string) bool {
	if name, ok := strings.CutPrefix(option, "--"); ok {
		return strings.Contains(long+",", ","+name+":,")
	}
	return len(option) == 2 && strings.Contains(short, option[1:]+":")
}

func quoted(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(list, " ")
}
