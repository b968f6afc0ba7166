package shell

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A scope has the variables of a function, or of the whole script.
type scope map[string]expand.Variable

func (s scope) clone() scope {
	c := maps.Clone(s)
	for name, v := range c {
		v.List, v.Map = slices.Clone(v.List), maps.Clone(v.Map)
		c[name] = v
	}
	return c
}

// startDir is $PWD at the start. The real folder is not disclosed to the script.
const startDir = "/here"

// environment returns the environment of a script, always that of root.
func environment() scope {
	s := scope{}
	for name, value := range map[string]string{
		"HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/sh", "UID": "0", "EUID": "0", "IFS": " \t\n",
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD": startDir,
		"HOSTNAME": "localhost", "OSTYPE": "linux-gnu", "BASH_VERSION": "5.2",
	} {
		s[name] = expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: value}
	}
	return s
}

// Get implements expand.Environ.
func (sh *Shell) Get(name string) expand.Variable {
	text := func(s string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: s} }
	switch name {
	case "@", "*":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: notNil(sh.args)}
	case "#":
		return text(strconv.Itoa(len(sh.args)))
	case "?":
		return text(strconv.Itoa(sh.status))
	case "$", "BASHPID", "PPID":
		return text(strconv.Itoa(firstProcess))
	case "!":
		return text(strconv.Itoa(max(sh.lastProcess, firstProcess)))
	case "-":
		return text("")
	case "0":
		return text(sh.name)
	case "BASH_SOURCE":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: []string{sh.file}}
	case "FUNCNAME":
		return expand.Variable{Set: len(sh.calls) > 0, Kind: expand.Indexed, List: sh.calls}
	case "LINENO":
		return text(strconv.Itoa(sh.at.Line))
	case "RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS":
		sh.counter++
		sh.world.Remark(sh.at, "$"+name, "its value differs each time; taken as a number that counts up from 1")
		return text(strconv.Itoa(sh.counter))
	}
	if user, ok := strings.CutPrefix(name, "HOME "); ok { // of ~user
		return text("/home/" + user)
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n >= 1 && n <= len(sh.args) {
			return text(sh.args[n-1])
		}
		return expand.Variable{}
	}
	name = sh.referent(name)
	for _, s := range slices.Backward(sh.scopes) {
		if v, ok := s[name]; ok {
			return v
		}
	}
	if sh.unreadFile != "" && syntax.ValidName(name) {
		return text(unknown("$" + name + " of " + sh.unreadFile))
	}
	return expand.Variable{}
}

// referent returns the variable that a reference (declare -n) stands for, else the name. A
// reference to itself is none.
func (sh *Shell) referent(name string) string {
	first := name
	for range maxNames {
		i := len(sh.scopes) - 1
		for i >= 0 && !has(sh.scopes[i], name) {
			i--
		}
		if i < 0 || sh.scopes[i][name].Kind != expand.NameRef {
			return name
		}
		name = sh.scopes[i][name].Str
	}
	return first
}

func has(s scope, name string) bool {
	_, ok := s[name]
	return ok
}

// refer makes a variable a reference to another one.
func (sh *Shell) refer(name, to string, global bool) {
	if !syntax.ValidName(to) || to == name {
		sh.world.Note(sh.at, fmt.Sprintf("declare -n %s=%s", name, readable(to)), "a reference to this is not followed")
		return
	}
	s := sh.scopes[len(sh.scopes)-1]
	if global {
		s = sh.scopes[0]
	}
	s[name] = expand.Variable{Set: true, Kind: expand.NameRef, Str: sh.charge(to)}
}

// notNil returns a list that is not nil: package expand makes one empty word of a nil list
// in quotes, where an empty list is none.
func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Each implements expand.Environ.
func (sh *Shell) Each(fn func(string, expand.Variable) bool) {
	for _, s := range sh.scopes {
		for _, name := range slices.Sorted(maps.Keys(s)) {
			if !fn(name, s[name]) {
				return
			}
		}
	}
}

// Set implements expand.WriteEnviron.
func (sh *Shell) Set(name string, v expand.Variable) error {
	sh.charge(v.Str)
	if old := sh.Get(name).List; len(v.List) > len(old) { // those before are charged already
		for _, item := range v.List[len(old):] {
			sh.charge(item)
		}
	}
	name = sh.referent(name)
	target := sh.scopes[0]
	for _, s := range slices.Backward(sh.scopes) {
		if _, ok := s[name]; ok {
			target = s
			break
		}
	}
	if !v.IsSet() {
		delete(target, name)
		return nil
	}
	v.Exported = v.Exported || sh.options.allexport
	if v.Kind == expand.Indexed {
		v.List = notNil(v.List)
	}
	target[name] = v
	return nil
}

func (sh *Shell) set(name, value string) {
	v := sh.Get(name)
	_ = sh.Set(name, expand.Variable{Set: true, Exported: v.Exported, Kind: expand.String, Str: value}) // never fails
}

// config returns the configuration of expansions. They match no files.
func (sh *Shell) config() *expand.Config {
	return &expand.Config{
		Env:      sh,
		NoUnset:  sh.options.nounset,
		CmdSubst: sh.substitute,
		ProcSubst: func(p *syntax.ProcSubst) (string, error) {
			sh.inSubshell(func(sub *Shell) {
				sub.out = &stream{}
				sub.stmts(p.Stmts)
			})
			return unknown(source(p)), nil
		},
	}
}

// substitute writes the output of the commands of $(…).
func (sh *Shell) substitute(w io.Writer, c *syntax.CmdSubst) error {
	sub := sh.subshell()
	if len(c.Stmts) == 1 && isRead(c.Stmts[0]) { // $(<file)
		_, err := io.WriteString(w, sh.charge(sub.input(c.Stmts[0].Redirs[0])))
		return err
	}
	sh.nested(func() { sub.all(c.Stmts) })
	sh.takeStatus(sub)
	sh.counter = sub.counter
	_, err := io.WriteString(w, sh.charge(sub.out.text.String()))
	return err
}

func isRead(s *syntax.Stmt) bool {
	return s.Cmd == nil && len(s.Redirs) == 1 && s.Redirs[0].Op == syntax.RdrIn
}

// fields expands words to arguments.
func (sh *Shell) fields(words ...*syntax.Word) []string {
	var list []string
	for _, w := range words {
		for field, err := range expand.FieldsSeq(sh.config(), sh.prepare(w)) {
			if err != nil {
				sh.world.Note(sh.at, wordsSource(words, " "), err.Error())
				return nil
			}
			sh.step()
			list = append(list, sh.charge(field))
		}
	}
	return list
}

// literal expands a word to one text.
func (sh *Shell) literal(w *syntax.Word) string {
	if w == nil {
		return ""
	}
	s, err := expand.Literal(sh.config(), sh.prepare(w))
	if err != nil {
		sh.world.Note(sh.at, source(w), err.Error())
	}
	return sh.charge(s)
}

// arithmetic returns the value of an expression or, if it is unknown, the command that it
// depends on.
func (sh *Shell) arithmetic(x syntax.ArithmExpr) (n int, what string) {
	x, what = sh.prepareArithm(x)
	if what != "" {
		return 0, what
	}
	n, err := expand.Arithm(sh.config(), x)
	if err != nil {
		sh.world.Note(sh.at, source(x), err.Error())
	}
	return n, ""
}

// nonzero reports whether an expression is true. An unknown one is taken as true.
func (sh *Shell) nonzero(x syntax.ArithmExpr) verdict {
	n, what := sh.arithmetic(x)
	if what != "" {
		return guessed(true, what)
	}
	return certain(n != 0)
}

// assign sets a variable, or an element of one.
func (sh *Shell) assign(a *syntax.Assign, attributes func(*expand.Variable)) {
	old := sh.Get(a.Name.Value)
	v := expand.Variable{Set: true, Exported: old.Exported, Kind: expand.String}
	switch {
	case a.Array != nil:
		v = sh.array(a, old)
	case a.Index != nil:
		v = sh.element(a, old)
	case old.Kind == expand.Indexed: // without an index the first element is meant
		v = old
		if v.List = slices.Clone(old.List); len(v.List) == 0 {
			v.List = []string{""}
		}
		if !a.Append {
			v.List[0] = ""
		}
		v.List[0] += sh.literal(a.Value)
	case a.Append:
		v.Str = old.String() + sh.literal(a.Value)
	default:
		v.Str = sh.literal(a.Value)
	}
	if attributes != nil {
		attributes(&v)
	}
	_ = sh.Set(a.Name.Value, v) // never fails
}

// array returns the value of name=(…).
func (sh *Shell) array(a *syntax.Assign, old expand.Variable) expand.Variable {
	v := expand.Variable{Set: true, Exported: old.Exported, Kind: expand.Indexed}
	if a.Append {
		v.List = slices.Clone(old.List)
	}
	if old.Kind == expand.Associative {
		v.Kind, v.Map = expand.Associative, map[string]string{}
		if a.Append {
			v.Map = maps.Clone(old.Map)
		}
	}
	for _, e := range a.Array.Elems {
		switch {
		case e.Index == nil:
			v.List = append(v.List, sh.fields(e.Value)...)
		case v.Kind == expand.Associative:
			v.Map[sh.key(e.Index)] = sh.literal(e.Value)
		default:
			v.List = sh.setElement(v.List, e.Index, sh.literal(e.Value))
		}
	}
	return v
}

// element returns a variable with one element set.
func (sh *Shell) element(a *syntax.Assign, old expand.Variable) expand.Variable {
	v := old
	v.Set = true
	value := sh.literal(a.Value)
	if old.Kind == expand.Associative {
		v.Map = maps.Clone(old.Map)
		if v.Map == nil {
			v.Map = map[string]string{}
		}
		key := sh.key(a.Index)
		if a.Append {
			value = v.Map[key] + value
		}
		v.Map[key] = value
		return v
	}
	list := slices.Clone(old.List)
	if old.Kind == expand.String && old.IsSet() {
		list = []string{old.Str}
	}
	if i, what := sh.arithmetic(a.Index); a.Append && what == "" && i >= 0 && i < len(list) {
		value = list[i] + value
	}
	v.Kind, v.Str, v.List = expand.Indexed, "", sh.setElement(list, a.Index, value)
	return v
}

// maxElements bounds arrays.
const maxElements = 10_000

func (sh *Shell) setElement(list []string, index syntax.ArithmExpr, value string) []string {
	i, what := sh.arithmetic(index)
	if what != "" {
		sh.world.Note(sh.at, "["+source(index)+"]", fmt.Sprintf("the output of %q is unknown", what))
		return list
	}
	if i < 0 || i >= maxElements {
		sh.world.Note(sh.at, fmt.Sprintf("[%d]", i), "the index is out of range")
		return list
	}
	for len(list) <= i {
		list = append(list, "")
	}
	list[i] = value
	return list
}

// key returns the key of an associative array.
func (sh *Shell) key(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return sh.literal(w)
	}
	return source(x)
}

// declare follows declare, local, export, readonly and typeset.
func (sh *Shell) declare(c *syntax.DeclClause) {
	var flags strings.Builder
	sh.setStatus(0)
	for _, a := range c.Args {
		if a.Naked && a.Name == nil {
			for _, word := range sh.fields(a.Value) {
				if strings.HasPrefix(word, "-") || strings.HasPrefix(word, "+") {
					flags.WriteString(word)
				} else {
					sh.declareText(c.Variant.Value, word)
				}
			}
			continue
		}
		sh.declareOne(c.Variant.Value, flags.String(), a)
	}
}

// declareText declares an expanded word, "name" or "name=value".
func (sh *Shell) declareText(variant, word string) {
	name, value, ok := strings.Cut(word, "=")
	if !syntax.ValidName(name) {
		return
	}
	sh.localize(variant, name)
	if ok {
		sh.set(name, value)
	}
}

func (sh *Shell) declareOne(variant, flags string, a *syntax.Assign) {
	name := a.Name.Value
	old := sh.Get(name)
	if strings.Contains(flags, "n") && !a.Naked && a.Array == nil {
		sh.refer(name, sh.literal(a.Value), strings.Contains(flags, "g"))
		return
	}
	if !strings.Contains(flags, "g") {
		sh.localize(variant, name)
	}
	if i := strings.IndexAny(flags, "niul"); i >= 0 && (flags[i] != 'i' || a.Value == nil || !isInteger(a.Value)) {
		sh.world.Note(sh.at, variant+" "+flags+" "+name, "this attribute of variables is not followed")
	}
	if strings.Contains(flags, "A") && (old.Kind != expand.Associative || !a.Naked) {
		_ = sh.Set(name, expand.Variable{Set: true, Kind: expand.Associative, Map: map[string]string{}}) // never fails
	}
	exported := variant == "export" || strings.Contains(flags, "x")
	if !a.Naked {
		sh.assign(a, func(v *expand.Variable) { v.Exported = v.Exported || exported })
		return
	}
	if v := sh.Get(name); exported && v.IsSet() {
		v.Exported = true
		_ = sh.Set(name, v) // never fails
	}
}

// localize makes a variable local to the current function.
func (sh *Shell) localize(variant, name string) {
	if len(sh.scopes) > 1 && (variant == "local" || variant == "declare" || variant == "typeset") {
		sh.scopes[len(sh.scopes)-1][name] = expand.Variable{Set: true, Kind: expand.String}
	}
}

// isInteger reports whether a word is a number as it stands, which an attribute for integers
// does not change.
func isInteger(w *syntax.Word) bool { return isNumber(w.Lit()) }
