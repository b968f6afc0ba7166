// Package draw makes pictures of networks of namespaces: in text for terminals,
// as SVG, and in the languages of Mermaid, Graphviz and D2. It also draws who
// reaches whom. It is pure, and the same input gives the same bytes.
//
// What is to be seen is a [Scene]; [FromState] makes one of a lab. A picture is
// laid out once, by rules of our own, in the units of the one who asks: boxes
// that are joined to one other box only stand in a line or a grid before it; what
// remains is put into layers by how far it is from the middle, in an order in
// which few cables cross; each port is on the side of its box that faces its
// other end; and between the layers cables have ways of their own, at right
// angles.
package draw

// DefaultWidth is how many columns a picture may take where nothing is known
// of the terminal.
const DefaultWidth = 100
