package probe

// An origin is the source of questions that share one socket: namespace, source
// address and interface.
type origin struct {
	target    Target // of the first question
	questions []int  // indices
	socket    *socket
	err       error // why there is no socket
}

// originsOf groups questions by origin, in order of appearance.
func originsOf(answers []Answer, questions []int) []*origin {
	type key struct {
		Target // without To
		ipv6   bool
	}
	var origins []*origin
	byKey := map[key]*origin{}
	for _, q := range questions {
		t := answers[q].Target
		k := key{Target{From: t.From, Source: t.Source, Interface: t.link()}, t.ipv6()}
		o := byKey[k]
		if o == nil {
			o = &origin{target: t}
			byKey[k] = o
			origins = append(origins, o)
		}
		o.questions = append(o.questions, q)
	}
	return origins
}

// openAll opens the socket of each origin.
func openAll(origins []*origin) {
	names := make([]string, len(origins))
	for i, o := range origins {
		names[i] = o.target.From
	}
	for i, err := range inside(names, func(i int) (err error) {
		origins[i].socket, err = open(origins[i].target)
		return err
	}) {
		origins[i].err = err
	}
}

func closeAll(origins []*origin) {
	for _, o := range origins {
		if o.socket != nil {
			o.socket.close()
		}
	}
}
