package escape

import "strings"

// shellPlain are the characters that mean nothing to a shell.
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

// ShellLine returns words as a line for a shell. A line may go on below where a
// word has an end of a line in it. The first word is what is run: it is quoted
// where the shell would take it for an assignment.
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

// ShellComment returns a text as a comment, a line of it for each of the text's.
func ShellComment(s string) string {
	return "# " + strings.ReplaceAll(Lines(s), "\n", "\n# ")
}

// wordless are characters of a name that a shell, or a program that expands words
// for it, may take for something else.
const wordless = "\"'`$\\&;|<>()[]{}*?!#~^= "

// ShellName reports whether a name can be offered by completion: no shell takes any
// part of it for something else, quoted or not.
func ShellName(s string) bool {
	if s == "" || s[0] == '-' || Line(s) != s {
		return false
	}
	return !strings.ContainsAny(s, wordless)
}
