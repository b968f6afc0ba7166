package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// expression adds the mutants of an expression, and reports whether its operands may have
// mutants too.
func (w *finder) expression(e ast.Expr) bool {
	tv := w.info.Types[e]
	if tv.IsType() {
		return false
	}
	if tv.Value != nil {
		w.constant(e, tv)
		return false
	}
	if b, ok := e.(*ast.BinaryExpr); ok {
		w.binary(b)
	}
	return true
}

// constant changes a number or boolean. Strings are not changed: most are in errors.
func (w *finder) constant(e ast.Expr, tv types.TypeAndValue) {
	switch tv.Value.Kind() {
	case constant.Bool:
		w.add(e, "change constant", "!"+w.text(e), w.wrap(e, "(", " != mutantOn(%d))"))
	case constant.Int, constant.Float:
		b, ok := tv.Type.Underlying().(*types.Basic)
		if text := w.typeText(w.file, tv.Type); ok && b.Info()&types.IsNumeric != 0 && text != "" {
			w.add(e, "change constant", "("+w.text(e)+" + 1)", w.wrap(e, "mutantNumber["+text+"](%d, ", ")"))
		}
	}
}

// swaps has the replacement of each operator.
var swaps = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
	token.AND: token.OR, token.OR: token.AND,
}

func (w *finder) binary(b *ast.BinaryExpr) {
	x, y := w.text(b.X), w.text(b.Y)
	switch b.Op {
	case token.LAND:
		w.add(b, "remove operand", x, w.wrap(b.Y, "(", " || mutantOn(%d))"))
		w.add(b, "remove operand", y, w.wrap(b.X, "(", " || mutantOn(%d))"))
	case token.LOR:
		w.add(b, "remove operand", x, w.wrap(b.Y, "(", " && !mutantOn(%d))"))
		w.add(b, "remove operand", y, w.wrap(b.X, "(", " && !mutantOn(%d))"))
	case token.EQL:
		w.add(b, "negate equality", x+" != "+y, w.wrap(b, "((", ") != mutantOn(%d))"))
	case token.NEQ:
		w.add(b, "negate equality", x+" == "+y, w.wrap(b, "((", ") != mutantOn(%d))"))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		w.call(b, "move boundary", "mutantCompare")
	case token.ADD, token.SUB, token.MUL, token.QUO:
		if w.numeric(b, types.IsInteger|types.IsFloat) {
			w.call(b, "change arithmetic", "mutantNumbers")
		}
	case token.REM, token.AND, token.OR:
		if w.numeric(b, types.IsInteger) {
			w.call(b, "change arithmetic", "mutantIntegers")
		}
	}
}

func (w *finder) numeric(e ast.Expr, of types.BasicInfo) bool {
	b, ok := w.info.Types[e].Type.Underlying().(*types.Basic)
	return ok && b.Info()&of != 0
}

// call replaces an operation by a call of a function that does it with either operator.
func (w *finder) call(b *ast.BinaryExpr, what, function string) {
	op := w.offset(b.OpPos)
	edits := w.wrap(b, function+`(%d, "`+b.Op.String()+`", `, ")")
	edits = append(edits, edit{at: op, remove: len(b.Op.String()), text: ",", depth: w.depth})
	w.add(b, what, w.text(b.X)+" "+swaps[b.Op].String()+" "+w.text(b.Y), edits)
}
