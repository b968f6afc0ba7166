package draw

import "strings"

// shapes is the style sheet of an SVG without its colours.
const shapes = `text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;white-space:pre}
.t{font:600 13px "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
.m,.l{text-anchor:middle}
.i{fill:none;stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}
.c path,.w,.x,.r{fill:none;stroke-width:1.4}
.c .many{stroke-width:3.5}
.c .dead{stroke-dasharray:5 4}
.w{stroke-width:1}
.p .x{stroke-width:2.2}
.p .bare{stroke-width:1.6}
.r{stroke-dasharray:2 4;stroke-linecap:round}
.l{stroke-width:4;paint-order:stroke;stroke-linejoin:round}
`

// paints are the colours: selector, property, value on light and on dark background.
var paints = [...]struct{ of, property, light, dark string }{
	{".p path,.l", "stroke", "#fff", "#12171d"},
	{"text", "fill", "#566575", "#9dacba"},
	{"tspan,.t", "fill", "#18222c", "#e6ecf2"},
	{".bt", "fill", "#fff", "#12171d"},
	{".c path,.w", "stroke", "#46586a", "#93a5b7"},
	{".p path", "fill", "#46586a", "#93a5b7"},
	{".c .dead", "stroke", "#8a99a8", "#66757f"},
	{".host", "fill", "#fafbfc", "#1a2129"},
	{".host", "stroke", "#a3b1bf", "#4d5c6b"},
	{".router", "fill", "#edf3ff", "#17243d"},
	{".router", "stroke", "#4776d0", "#6d9af0"},
	{".switch", "fill", "#ebf8f0", "#15291f"},
	{".switch", "stroke", "#359160", "#55b985"},
	{".machine", "fill", "#fff6e6", "#2d2413"},
	{".machine", "stroke", "#c2872a", "#dba652"},
	{".container", "fill", "#f5f0fd", "#251d38"},
	{".container,.r", "stroke", "#8a63cc", "#a98ae6"},
	{".b", "fill", "#359160", "#55b985"},
	{".paper,.bt,.p .bare", "fill", "#fff", "#12171d"},
	{".p .bare", "stroke", "#c77700", "#f0a53a"},
	{".down,.p .down", "fill", "#d0342c", "#ff7066"},
	{".p .x", "stroke", "#d0342c", "#ff7066"},
	{".i,.p .x", "fill", "none", "none"},
}

// styleSheet returns the style sheet. Viewers without prefers-color-scheme show the light
// colours.
func styleSheet() string {
	var light, dark strings.Builder
	for _, p := range paints {
		light.WriteString(p.of + "{" + p.property + ":" + p.light + "}\n")
		dark.WriteString(p.of + "{" + p.property + ":" + p.dark + "}\n")
	}
	return shapes + light.String() + "@media(prefers-color-scheme:dark){\n" + dark.String() + "}\n"
}
