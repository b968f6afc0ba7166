package escape

import "strings"

// shellPlain are the characters that are not special to a shell.
const shellPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"

// Shell returns a text as one word for a POSIX shell: as it is if it has nothing
// that means something there, else in single quotes, in which nothing does. A NUL
// byte, which no argument of a program can have, is left out.
func Shell(s string) string {
	if s != "" && strings.Trim(s, shellPlain) == "" {
		return s
	}
	s = strings.ReplaceAll(s, "\x00", "")
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ShellLine returns words as a command line for a shell. A word with line ends makes it
// several lines. The first word, the command, is quoted if the shell would read it as
// an assignment.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Shell(w)
		if i == 0 && quoted[0] == w && strings.Contains(w, "=") {
			quoted[0] = "'" + w + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// ShellComment returns a text as a comment, with a line for each of its lines.
func ShellComment(s string) string {
	return "# " + strings.ReplaceAll(Lines(s), "\n", "\n# ")
}

// specialInNames are the characters that a shell, or a completion script that expands
// words, may interpret.
const specialInNames = "\"'`$\\&;|<>()[]{}*?!#~^= "

// ShellName reports whether completion can offer a name: no shell interprets any part
// of it, quoted or not.
func ShellName(s string) bool {
	if s == "" || s[0] == '-' || Line(s) != s {
		return false
	}
	return !strings.ContainsAny(s, specialInNames)
}
