package plan

import (
	"fmt"
	"reflect"
)

// A Table has what a package needs for each type of Op.
type Table[F any] map[reflect.Type]F

// A Row has what a package needs for one type of Op.
type Row[F any] struct {
	op   reflect.Type
	face F
}

// RowOf returns the row of the type O.
func RowOf[O Op, F any](face F) Row[F] { return Row[F]{reflect.TypeFor[O](), face} }

// NewTable returns the table of some rows. It panics if two are of one type.
func NewTable[F any](rows ...Row[F]) Table[F] {
	t := make(Table[F], len(rows))
	for _, r := range rows {
		if _, twice := t[r.op]; twice {
			panic(fmt.Sprintf("plan: two rows of %v", r.op))
		}
		t[r.op] = r.face
	}
	return t
}

// For returns what the table has for an Op; the zero value if it has no row.
func (t Table[F]) For(op Op) F { return t[reflect.TypeOf(op)] }
