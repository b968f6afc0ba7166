package shell

import "strings"

// basename follows basename(1), with -a, -s SUFFIX and several names.
func basename(args []string) Result {
	suffix, multiple := "", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		option, value, inline := strings.Cut(args[0], "=")
		args = args[1:]
		switch {
		case option == "--":
			return basenames(args, suffix, multiple)
		case option == "-a" || option == "--multiple":
			multiple = true
		case (option == "-s" || option == "--suffix") && inline:
			suffix, multiple = value, true
		case (option == "-s" || option == "--suffix") && len(args) > 0:
			suffix, multiple, args = args[0], true, args[1:]
		default:
			return notComputed("basename "+option, args)
		}
	}
	return basenames(args, suffix, multiple)
}

func basenames(names []string, suffix string, multiple bool) Result {
	if len(names) == 0 {
		return Result{Status: 1}
	}
	if !multiple && len(names) > 1 {
		suffix, names = names[1], names[:1]
	}
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = lastPart(n)
		if list[i] != suffix {
			list[i] = strings.TrimSuffix(list[i], suffix)
		}
	}
	return Result{Out: unlines(list)}
}

// dirname follows dirname(1). Unlike path.Dir it does not clean the path.
func dirname(args []string) Result {
	names := args
	if len(names) > 0 && len(names[0]) > 1 && names[0][0] == '-' {
		if names[0] != "--" {
			return notComputed("dirname", args)
		}
		names = names[1:]
	}
	if len(names) == 0 {
		return Result{Status: 1}
	}
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = folder(n)
	}
	return Result{Out: unlines(list)}
}

// lastPart returns the last part of a name, without slashes.
func lastPart(name string) string {
	trimmed := strings.TrimRight(name, "/")
	if trimmed == "" && name != "" {
		return "/"
	}
	return trimmed[strings.LastIndexByte(trimmed, '/')+1:]
}

// folder returns a name without its last part.
func folder(name string) string {
	trimmed := strings.TrimRight(name, "/")
	i := strings.LastIndexByte(trimmed, '/')
	switch {
	case trimmed == "" && name != "":
		return "/"
	case i < 0:
		return "."
	}
	if dir := strings.TrimRight(trimmed[:i], "/"); dir != "" {
		return dir
	}
	return "/"
}
