package monitor

// A Schedule chooses the namespaces whose counters are read next: those with a row in
// the last frame, and some of the others in turn.
type Schedule struct {
	framed bool           // Framed was called
	shown  map[int32]bool // have a row in the last frame
	hidden []int32        // have none; the first was read longest ago
}

// maxHidden is how many namespaces without a row are read at once.
const maxHidden = 100

// Next returns which of the namespaces to read. Before the first frame it is all.
func (s *Schedule) Next(all []int32) []int32 {
	var ids []int32
	for _, id := range all {
		if !s.framed || s.shown[id] {
			ids = append(ids, id)
		}
	}
	n := min(len(s.hidden), maxHidden)
	ids = append(ids, s.hidden[:n]...)
	s.hidden = append(s.hidden[n:], s.hidden[:n]...)
	return ids
}

// Framed notes which of the namespaces have a row in the last frame.
func (s *Schedule) Framed(all []int32, shown map[int32]bool) {
	exists := map[int32]bool{}
	for _, id := range all {
		exists[id] = true
	}
	queued := map[int32]bool{}
	var hidden []int32
	for _, id := range append(s.hidden, all...) {
		if exists[id] && !shown[id] && !queued[id] {
			hidden, queued[id] = append(hidden, id), true
		}
	}
	s.framed, s.shown, s.hidden = true, shown, hidden
}
