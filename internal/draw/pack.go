package draw

import "math"

// pack arranges frames in lines, in their order, and returns the size of the whole.
func pack(frames []*Frame, st style) (width, height int) {
	widest, area := 0, 0
	gap := st.flow[down].between * 2
	for _, f := range frames {
		widest = max(widest, f.W)
		area += (f.W + gap) * (f.H + gap)
	}
	limit := max(st.page, widest)
	if st.page == 0 {
		limit = max(widest, int(math.Sqrt(float64(area)*2)))
	}
	x, y, high := 0, 0, 0
	for _, f := range frames {
		if x > 0 && x+f.W > limit {
			x, y, high = 0, y+high+st.flow[down].channel/2, 0
		}
		f.X, f.Y = x, y
		x += f.W + gap
		high = max(high, f.H)
		width, height = max(width, f.X+f.W), max(height, y+high)
	}
	return width, height
}
