package probe

// A place is where questions are asked from through one socket.
type place struct {
	target    Target // the first of them
	questions []int  // their numbers
	socket    *socket
	err       error // why there is no socket
}

// placesOf sorts questions by where they are asked from, in order of appearance.
func placesOf(answers []Answer, questions []int) []*place {
	type key struct {
		Target // without To
		ipv6   bool
	}
	var places []*place
	byKey := map[key]*place{}
	for _, q := range questions {
		t := answers[q].Target
		k := key{Target{From: t.From, Source: t.Source, Interface: t.link()}, t.ipv6()}
		p := byKey[k]
		if p == nil {
			p = &place{target: t}
			byKey[k] = p
			places = append(places, p)
		}
		p.questions = append(p.questions, q)
	}
	return places
}

// openAll opens a socket at each place.
func openAll(places []*place) {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = p.target.From
	}
	for i, err := range inside(names, func(i int) (err error) {
		places[i].socket, err = open(places[i].target)
		return err
	}) {
		places[i].err = err
	}
}

func closeAll(places []*place) {
	for _, p := range places {
		if p.socket != nil {
			p.socket.close()
		}
	}
}
