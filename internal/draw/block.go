package draw

import "slices"

// A block is the leaves of one box, all of equal size, in a line or a grid.
//
// In a grid the cables run as ribbons between the columns and enter each leaf from the
// left. The cables of the row nearest to the hub are nearest to the column.
type block struct {
	hub     *vertex
	leaves  []*vertex // in the order of the hub's ports
	before  bool      // it is in the layer before the hub
	columns int
	rows    int
	ribbons bool
	lane    int // distance between the cables of a ribbon
	w, h    int // size of each leaf
}

func newBlock(p *part, hub *vertex, leaves []*vertex) *block {
	b := &block{hub: hub}
	for _, pin := range hub.byBars() {
		if c := pin.bound; slices.Contains(leaves, c) && !slices.Contains(b.leaves, c) {
			b.leaves = append(b.leaves, c)
		}
	}
	for _, c := range leaves { // joined by a relation only
		if !slices.Contains(b.leaves, c) {
			b.leaves = append(b.leaves, c)
		}
	}
	n := len(b.leaves)
	b.columns, b.rows = n, 1
	if p.grid && p.direction == down && n > b.inLine() && b.enterable() {
		b.columns, b.rows = gridOf(n, p.blocks)
		b.ribbons = true
	}
	return b
}

// inLine returns the largest number of leaves in a line. More leaves make a grid, in
// which the hub's ports are not labelled, so it is larger if these have addresses.
func (b *block) inLine() int {
	for _, p := range b.hub.pins {
		if p.port.bare() || len(p.port.Addresses) > 0 {
			return 8
		}
	}
	return 4
}

// enterable reports whether cables can enter each leaf from its left: its cabled ports
// are on one bridge at most.
func (b *block) enterable() bool {
	for _, c := range b.leaves {
		bar := ""
		for _, p := range c.pins {
			if p.bound == nil || p.port.Bar == "" || p.port.Bar == bar {
				continue
			}
			if bar != "" {
				return false
			}
			bar = p.port.Bar
		}
	}
	return true
}

// gridOf returns the columns and rows of a grid for n leaves. It is higher if there are
// many blocks side by side. There are few sizes, so that one more leaf does not move
// all others.
func gridOf(n, blocks int) (columns, rows int) {
	high := 3
	switch {
	case blocks > 8:
		high = 12
	case blocks > 2:
		high = 6
	}
	for _, columns = range []int{2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 26, 32, 48, 64, 96, 128} {
		if rows = (high*columns + 1) / 2; columns*rows >= n {
			return columns, rows
		}
	}
	return columns, (n + columns - 1) / columns
}

// measure makes all leaves equal in size. The gap before a column fits the ribbon of a
// full column.
func (b *block) measure(p *part) {
	b.w, b.h = 0, 0
	for _, c := range b.leaves {
		b.w, b.h = max(b.w, c.frame.W), max(b.h, c.frame.H)
	}
	b.lane = p.flow[down].lane
	if maxWidth := 72; b.lane*b.cables() > maxWidth {
		b.lane = max(2, maxWidth/b.cables())
	}
}

// cables returns the number of cables in the ribbon of a full column.
func (b *block) cables() int {
	most := 1
	for _, c := range b.leaves {
		most = max(most, len(c.sides[previous]))
	}
	return most * b.rows
}

// gap returns the distance between columns.
func (b *block) gap(p *part) int {
	if b.ribbons {
		return b.lane*(b.cables()-1) + p.flow[down].between
	}
	return p.flow[p.direction].between
}

// across returns the size of the block across the flow.
func (b *block) across(p *part) int {
	size := b.w
	if p.direction == across {
		size = b.h
	}
	size = b.columns*size + (b.columns-1)*b.gap(p)
	if b.ribbons {
		size += b.gap(p)
	}
	return size
}

// depth returns the size of the block along the flow, with the current sizes of its
// leaves.
func (b *block) depth(p *part) int {
	b.h, b.w = 0, 0
	for _, c := range b.leaves {
		b.w, b.h = max(b.w, c.frame.W), max(b.h, c.frame.H)
	}
	if p.direction == across {
		return b.w
	}
	rows := b.rowsUsed()
	return rows*b.h + (rows-1)*p.flow[down].between*2/3
}

func (b *block) rowsUsed() int { return (len(b.leaves) + b.columns - 1) / b.columns }

// offset returns the coordinates of a leaf in the block, across the flow and along it.
func (b *block) offset(p *part, i int) (c, m int) {
	col, row := i%b.columns, i/b.columns
	if p.direction == across {
		return col * (b.h + b.gap(p)), 0
	}
	c = col * (b.w + b.gap(p))
	if b.ribbons {
		c += b.gap(p)
	}
	return c, row * (b.h + p.flow[down].between*2/3)
}

// lanes returns the coordinates across the flow at which the cables of the i-th leaf
// reach the block, in the order of its pins.
func (b *block) lanes(p *part, i int) []int {
	c, _ := b.offset(p, i)
	row := i / b.columns
	if b.before {
		row = b.rowsUsed() - 1 - row
	}
	n := len(b.leaves[i].sides[previous])
	first := row * b.cables() / b.rows
	at := make([]int, n)
	for k := range at {
		nearer := k // the upper cable turns first
		if b.before {
			nearer = n - 1 - k
		}
		at[k] = c - p.flow[down].between/2 - b.lane*(first+nearer)
	}
	return at
}
