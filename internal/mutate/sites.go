package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"math/rand/v2"
	"slices"
)

// A site is a mutant: the edits that add it to the source, selectable at run time.
type site struct {
	id      int // in the sample, from 1
	file    *source
	node    ast.Node
	what    string // the kind of mutant
	instead string // the mutated source of the node

	edits []edit

	tests   []string // that reach it
	verdict verdict
}

// An edit replaces bytes of the source, or none, with text.
type edit struct {
	at, remove int
	text       string // %d is the ID of the mutant
	closing    bool
	depth      int
}

// A finder finds the mutants of a file.
type finder struct {
	*subject
	file    *source
	depth   int
	results []*types.Tuple // of the enclosing functions
}

func (s *subject) findSites() {
	for _, f := range s.files {
		w := &finder{subject: s, file: f}
		for _, d := range f.syntax.Decls {
			w.walk(d)
		}
	}
}

// sampleOf returns the sites in random order.
func sampleOf(sites []*site, seed uint64) []*site {
	sample := slices.Clone(sites)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(sample), func(i, k int) { sample[i], sample[k] = sample[k], sample[i] })
	return sample
}

// walk walks a syntax tree, outer nodes first.
func (w *finder) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		w.depth++
		switch n := n.(type) {
		case *ast.GenDecl:
			return n.Tok != token.CONST && n.Tok != token.IMPORT && n.Tok != token.TYPE
		case *ast.FuncDecl:
			if n.Body != nil {
				w.function(w.info.Defs[n.Name].Type(), n.Body)
			}
			return false
		case *ast.FuncLit:
			w.function(w.info.Types[n].Type, n.Body)
			return false
		case *ast.ArrayType:
			return false
		case *ast.CompositeLit:
			return w.composite(n)
		case *ast.BlockStmt:
			w.statements(n.List)
		case *ast.CaseClause:
			w.statements(n.Body)
		case *ast.IfStmt:
			w.condition(n.Cond)
		case *ast.ForStmt:
			w.condition(n.Cond)
		case *ast.ReturnStmt:
			w.returned(n)
		case ast.Expr:
			return w.expression(n)
		}
		return true
	})
}

func (w *finder) function(t types.Type, body *ast.BlockStmt) {
	w.results = append(w.results, t.(*types.Signature).Results())
	w.walk(body)
	w.results = w.results[:len(w.results)-1]
}

// composite skips the keys of arrays, which must be constants.
func (w *finder) composite(c *ast.CompositeLit) bool {
	switch w.info.Types[c].Type.Underlying().(type) {
	case *types.Array, *types.Slice:
		for _, e := range c.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			w.walk(e)
		}
		return false
	}
	return true
}

func (w *finder) offset(p token.Pos) int { return w.fset.Position(p).Offset }

func (w *finder) text(n ast.Node) string {
	return string(w.file.text[w.offset(n.Pos()):w.offset(n.End())])
}

// wrap puts text before and after a node.
func (w *finder) wrap(n ast.Node, before, after string) []edit {
	return []edit{
		{at: w.offset(n.Pos()), text: before, depth: w.depth},
		{at: w.offset(n.End()), text: after, closing: true, depth: w.depth},
	}
}

func (w *finder) add(n ast.Node, what, instead string, edits []edit) {
	w.sites = append(w.sites, &site{file: w.file, node: n, what: what, instead: instead, edits: edits})
	w.depth++
}

func (w *finder) condition(e ast.Expr) {
	if e == nil || w.info.Types[e].Value != nil {
		return
	}
	w.add(e, "negate condition", "!("+w.text(e)+")", w.wrap(e, "((", ") != mutantOn(%d))"))
}

// statements adds mutants without a statement.
func (w *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		switch n := s.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE || blank(n) {
				continue
			}
		case *ast.BranchStmt:
			if n.Label != nil || n.Tok == token.FALLTHROUGH || n.Tok == token.GOTO {
				continue
			}
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && w.isPanic(call) {
				continue // the function may need it as a terminating statement
			}
		case *ast.IncDecStmt:
		default:
			continue
		}
		w.add(s, "delete statement", "", w.wrap(s, "if !mutantOn(%d) { ", " }"))
	}
}

func (w *finder) isPanic(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

func blank(n *ast.AssignStmt) bool {
	id, ok := n.Lhs[0].(*ast.Ident)
	return ok && id.Name == "_" && len(n.Lhs) == 1
}

// returned adds mutants that return a zero value or a negated boolean.
func (w *finder) returned(r *ast.ReturnStmt) {
	results := w.results[len(w.results)-1]
	if results.Len() != len(r.Results) {
		return
	}
	for i, e := range r.Results {
		t := results.At(i).Type()
		if w.isZero(e) || w.info.Types[e].Value != nil {
			continue
		}
		if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
			w.add(e, "negate result", "!("+w.text(e)+")", w.wrap(e, "((", ") != mutantOn(%d))"))
			continue
		}
		if text := w.typeText(w.file, t); text != "" {
			w.add(e, "return zero", "*new("+text+")", w.wrap(e, "mutantZero["+text+"](%d, ", ")"))
		}
	}
}

func (w *finder) isZero(e ast.Expr) bool {
	if w.info.Types[e].IsNil() {
		return true
	}
	c, ok := e.(*ast.CompositeLit)
	return ok && len(c.Elts) == 0
}
