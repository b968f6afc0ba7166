package shell

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// Package expand computes with text: to it an unknown value is the number 0 and has a
// length. So before a word is expanded, each part that computes with an unknown value is
// replaced by an unknown value. Other words and the order of evaluation do not change.

// prepare returns a word in which no part computes with an unknown value.
func (sh *Shell) prepare(w *syntax.Word) *syntax.Word {
	if w == nil {
		return nil
	}
	parts, chosen := sh.chooseWords(w.Parts)
	parts, changed := sh.prepareParts(parts)
	if !changed && !chosen {
		return w
	}
	return &syntax.Word{Parts: parts}
}

// chooseWords replaces ${x:-"a b"} and ${x:+"a b"} outside of quotes by the word, if that is
// used: package expand would split it inside its quotes.
func (sh *Shell) chooseWords(parts []syntax.WordPart) (list []syntax.WordPart, changed bool) {
	for _, p := range parts {
		if e, ok := p.(*syntax.ParamExp); ok && sh.usesWord(e) {
			inner, _ := sh.chooseWords(e.Exp.Word.Parts)
			list, changed = append(list, inner...), true
			continue
		}
		list = append(list, p)
	}
	return list, changed
}

// usesWord reports whether an expansion has the value of its word, with quotes in it.
func (sh *Shell) usesWord(p *syntax.ParamExp) bool {
	if p.Exp == nil || p.Exp.Word == nil || p.Param == nil || p.Index != nil || p.Excl || p.Length {
		return false
	}
	if !slices.ContainsFunc(p.Exp.Word.Parts, isQuoted) {
		return false
	}
	v := sh.Get(p.Param.Value)
	if unknownIn(v.Str) != "" || v.Kind == expand.Indexed || v.Kind == expand.Associative {
		return false
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset:
		return !v.IsSet()
	case syntax.DefaultUnsetOrNull:
		return v.String() == ""
	case syntax.AlternateUnset:
		return v.IsSet()
	case syntax.AlternateUnsetOrNull:
		return v.String() != ""
	}
	return false
}

func isQuoted(p syntax.WordPart) bool {
	switch p.(type) {
	case *syntax.DblQuoted, *syntax.SglQuoted:
		return true
	}
	return false
}

func (sh *Shell) prepareParts(parts []syntax.WordPart) (prepared []syntax.WordPart, changed bool) {
	prepared = parts
	for i, p := range parts {
		q := sh.preparePart(p)
		if q == p {
			continue
		}
		if !changed {
			prepared, changed = slices.Clone(parts), true
		}
		prepared[i] = q
	}
	return prepared, changed
}

func (sh *Shell) preparePart(p syntax.WordPart) syntax.WordPart {
	switch p := p.(type) {
	case *syntax.DblQuoted:
		if parts, changed := sh.prepareParts(p.Parts); changed {
			return &syntax.DblQuoted{Left: p.Left, Right: p.Right, Dollar: p.Dollar, Parts: parts}
		}
	case *syntax.ArithmExp:
		x, what := sh.prepareArithm(p.X)
		switch {
		case what != "":
			return unknownPart(what)
		case x != p.X:
			c := *p
			c.X = x
			return &c
		}
	case *syntax.ParamExp:
		return sh.prepareParam(p)
	}
	return p
}

func unknownPart(what string) syntax.WordPart { return &syntax.Lit{Value: unknown(what)} }

// prepareParam replaces an expansion that computes with an unknown value.
func (sh *Shell) prepareParam(p *syntax.ParamExp) syntax.WordPart {
	if p.Param == nil || p.Names != 0 {
		return p
	}
	v := sh.Get(p.Param.Value)
	what := unknownIn(slices.Concat(v.List, []string{v.Str}, mapValues(v.Map))...)
	c, changed := *p, false
	index := &c.Index
	if p.Index != nil && v.Kind == expand.Associative && !isAll(p.Index) {
		key := sh.key(p.Index)
		if in := unknownIn(key); in != "" {
			return unknownPart(in)
		}
		// The parser takes a key such as a-b for arithmetic, expand wants a word.
		index, c.Index, changed = nil, &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: key}}}, true
	}
	for _, x := range []*syntax.ArithmExpr{index, sliceOffset(&c), sliceLength(&c)} {
		if x == nil || *x == nil || isAll(*x) {
			continue
		}
		prepared, in := sh.prepareArithm(*x)
		if in != "" {
			return unknownPart(in)
		}
		changed = changed || prepared != *x
		*x = prepared
	}
	switch {
	case what != "" && computes(p):
		return unknownPart(what)
	case p.Exp != nil && v.Kind == expand.Indexed && len(v.List) == 0 && isDefault(p.Exp.Op): // of an empty list
		return &syntax.SglQuoted{Value: sh.literal(p.Exp.Word)}
	case p.Repl != nil && p.Index == nil && v.Kind == expand.String && isAnchored(p.Repl):
		return &syntax.SglQuoted{Value: sh.replaceAnchored(v.Str, p.Repl)}
	case p.Excl && p.Index == nil && sh.referent(p.Param.Value) != p.Param.Value: // the name of what it refers to
		return &syntax.Lit{Value: sh.referent(p.Param.Value)}
	case p.Length && v.Kind == expand.Associative && isAll(p.Index): // expand takes it for one
		return &syntax.Lit{Value: strconv.Itoa(len(v.Map))}
	case p.Exp != nil && (!v.IsSet() || v.String() == "" || !isDefault(p.Exp.Op)):
		if w := sh.prepare(p.Exp.Word); w != p.Exp.Word {
			c.Exp, changed = &syntax.Expansion{Op: p.Exp.Op, Word: w}, true
		}
	}
	if changed {
		return &c
	}
	return p
}

// mapValues returns the values of an associative array, in the order of their keys.
func mapValues(m map[string]string) []string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}

// sliceOffset and sliceLength return the numbers of ${x:offset:length}, in a copy that may
// be changed; nil without a slice.
func sliceOffset(p *syntax.ParamExp) *syntax.ArithmExpr {
	if p.Slice == nil {
		return nil
	}
	p.Slice = new(*p.Slice)
	return &p.Slice.Offset
}

func sliceLength(p *syntax.ParamExp) *syntax.ArithmExpr {
	if p.Slice == nil {
		return nil
	}
	return &p.Slice.Length
}

// isAll reports whether an index is @ or *.
func isAll(x syntax.ArithmExpr) bool {
	w, ok := x.(*syntax.Word)
	return ok && (w.Lit() == "@" || w.Lit() == "*")
}

// computes reports whether an expansion changes the text of the value. A slice of a list
// does not: its elements are those of the list.
func computes(p *syntax.ParamExp) bool {
	list := p.Param.Value == "@" || p.Param.Value == "*" || isAll(p.Index)
	return p.Length || p.Excl && !list || p.Slice != nil && !list || p.Repl != nil || len(p.Modifiers) > 0 ||
		p.Exp != nil && p.Exp.Op != syntax.AlternateUnset && !isDefault(p.Exp.Op)
}

// isDefault reports whether the expansion of a set variable is its value.
func isDefault(op syntax.ParExpOperator) bool {
	switch op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull,
		syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return true
	}
	return false
}

// prepareArithm returns an expression with its substitutions replaced by numbers or, if it
// is unknown, the command that it depends on. Variables that it sets are unknown then.
func (sh *Shell) prepareArithm(x syntax.ArithmExpr) (prepared syntax.ArithmExpr, what string) {
	switch x := x.(type) {
	case *syntax.Word:
		return sh.prepareOperand(x)
	case *syntax.ParenArithm:
		inner, what := sh.prepareArithm(x.X)
		if inner == x.X {
			return x, what
		}
		return &syntax.ParenArithm{X: inner}, what
	case *syntax.UnaryArithm:
		inner, what := sh.prepareArithm(x.X)
		if inner == x.X || what != "" {
			return x, what
		}
		return &syntax.UnaryArithm{Op: x.Op, Post: x.Post, X: inner}, ""
	case *syntax.BinaryArithm:
		return sh.prepareBinary(x)
	}
	return x, ""
}

func (sh *Shell) prepareBinary(x *syntax.BinaryArithm) (syntax.ArithmExpr, string) {
	left, what := x.X, ""
	name, assigns := target(x)
	if !assigns || x.Op != syntax.Assgn {
		left, what = sh.prepareArithm(x.X)
	}
	right, inRight := sh.prepareArithm(x.Y)
	if what == "" {
		what = inRight
	}
	if assigns && what != "" {
		sh.set(name, unknown(what))
	}
	if what != "" || left == x.X && right == x.Y {
		return x, what
	}
	return &syntax.BinaryArithm{OpPos: x.OpPos, Op: x.Op, X: left, Y: right}, ""
}

// target returns the variable that an expression sets.
func target(x *syntax.BinaryArithm) (name string, ok bool) {
	switch x.Op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn,
		syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
		if w, isWord := x.X.(*syntax.Word); isWord {
			return w.Lit(), syntax.ValidName(w.Lit())
		}
	}
	return "", false
}

// maxNames bounds chains of variables whose value is the name of another, as arithmetic
// resolves them.
const maxNames = 100

func (sh *Shell) prepareOperand(w *syntax.Word) (syntax.ArithmExpr, string) {
	text := w.Lit()
	substitutes := false
	if text == "" {
		syntax.Walk(w, func(n syntax.Node) bool {
			switch n.(type) {
			case *syntax.CmdSubst, *syntax.ArithmExp:
				substitutes = true
			}
			return !substitutes
		})
		text = sh.literal(w)
	}
	value := text
	for range maxNames {
		if what := unknownIn(value); what != "" {
			return w, what
		}
		if !syntax.ValidName(value) {
			break
		}
		value = sh.Get(value).String()
	}
	if substitutes { // so that the command is not followed twice
		return &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: text}}}, ""
	}
	return w, ""
}

// isAnchored reports whether a replacement is of the beginning or end, as in ${x/#a/b}.
func isAnchored(r *syntax.Replace) bool {
	if r.All || r.Orig == nil || len(r.Orig.Parts) == 0 {
		return false
	}
	first, ok := r.Orig.Parts[0].(*syntax.Lit)
	return ok && (strings.HasPrefix(first.Value, "#") || strings.HasPrefix(first.Value, "%"))
}

// replaceAnchored replaces the longest beginning or end of a text that matches the pattern.
func (sh *Shell) replaceAnchored(text string, r *syntax.Replace) string {
	parts := slices.Clone(r.Orig.Parts)
	first := parts[0].(*syntax.Lit).Value
	parts[0] = &syntax.Lit{Value: first[1:]}
	p, err := expand.Pattern(sh.config(), sh.prepare(&syntax.Word{Parts: parts}))
	if err != nil {
		sh.world.Note(sh.at, source(r.Orig), err.Error())
		return text
	}
	expr, err := pattern.Regexp(p, 0)
	if err != nil {
		return text
	}
	expr = "^(?:" + expr + ")"
	if first[0] == '%' {
		expr = "(?:" + strings.TrimPrefix(expr, "^") + ")$"
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return text
	}
	at := re.FindStringIndex(text)
	if at == nil {
		return text
	}
	return text[:at[0]] + sh.literal(r.With) + text[at[1]:]
}
