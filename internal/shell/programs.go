package shell

import (
	"fmt"
	"path"
	"strings"
)

// builtins are the builtins and keywords of bash, which command -v finds.
const builtins = ` : . [ alias bg break builtin cd command continue declare disown echo enable eval exec exit export false fg getopts hash jobs
	kill let local mapfile popd printf pushd pwd read readarray readonly return set shift shopt source test times trap true type typeset ulimit umask
	unalias unset wait if then else elif fi case esac for while until do done function select time `

func isBuiltin(name string) bool {
	return strings.Contains(builtins, " "+name+" ") || strings.Contains(builtins, "\n\t"+name+" ")
}

// findCommands follows which, type, hash and command -v, which print where commands are. It
// succeeds if all are found, which is a guess for programs that only some machines have.
func (sh *Shell) findCommands(program string, args []string) verdict {
	names, kind := skipOptions(args, ""), ""
	for _, option := range args[:len(args)-len(names)] {
		if strings.Contains(option, "t") {
			kind = "t"
		}
	}
	all := certain(true)
	for _, name := range names {
		found, v := sh.findCommand(name)
		if program != "hash" && v.ok {
			sh.print(describe(program, kind, name, found) + "\n")
		}
		all = all.and(v)
	}
	return all
}

// describe returns what a program prints of a command that it finds.
func describe(program, kind, name, found string) string {
	what := map[bool]string{true: "file", false: "builtin"}[path.IsAbs(found)]
	switch {
	case program == "type" && kind == "t":
		return what
	case program == "type" && path.IsAbs(found):
		return name + " is " + found
	case program == "type":
		return name + " is a shell " + what
	}
	return found
}

// findCommand returns the path of a program, and the name of a function or builtin.
func (sh *Shell) findCommand(name string) (string, verdict) {
	if what := unknownIn(name); what != "" {
		return unknown(what), guessed(true, what)
	}
	if _, ok := sh.functions[name]; ok || isBuiltin(name) {
		return name, certain(true)
	}
	if strings.Contains(name, "/") {
		return name, sh.exists(name)
	}
	exists, known := sh.world.Exists(sh.where, "/usr/bin/"+name)
	if !known {
		return "/usr/bin/" + name, verdict{exists, fmt.Sprintf("the existence of the program %s is unknown", name)}
	}
	return "/usr/bin/" + name, certain(exists)
}
