// Package draw draws networks of namespaces: as text for terminals, as SVG, and in
// the languages of Mermaid, Graphviz and D2. It also draws the matrix of which nodes
// reach which. It is pure, and the same input gives the same bytes.
//
// The input is a [Scene]; [FromState] makes one from a lab. The layout is a layered
// (Sugiyama) drawing with orthogonal edges, in characters or pixels:
//
//   - leaves (boxes with one neighbour) are folded into a line or grid beside it
//     (core.go, block.go; many equal ones into one box: fold.go);
//   - layer assignment by distance from the centre (layers.go);
//   - crossing reduction by sweeps over the layers (order.go);
//   - coordinates by least squares (spread.go), ports likewise (pins.go), each on the
//     side of its box that faces its peer (sides.go);
//   - edge routing in channels between the layers (route.go).
package draw

// DefaultWidth is the width of a picture in columns if the terminal's is unknown.
const DefaultWidth = 100
