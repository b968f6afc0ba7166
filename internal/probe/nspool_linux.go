package probe

// An nsPool runs functions inside namespaces. Entering one costs a thread, so the
// pool runs all queued functions with one [netns.Each].
type nsPool struct {
	entries chan entry
	closed  chan struct{} // closed when the last entry is done
}

// An entry is a function to call inside a namespace, and where to send its error.
type entry struct {
	namespace string
	fn        func() error
	done      chan error
}

// maxEntries is how many entries run at a time.
const maxEntries = 256

// newNSPool starts a pool. The caller closes it.
func newNSPool() *nsPool {
	p := &nsPool{make(chan entry, maxEntries), make(chan struct{})}
	go func() {
		defer close(p.closed)
		for first := range p.entries {
			p.run(append([]entry{first}, p.queued()...))
		}
	}()
	return p
}

func (p *nsPool) close() {
	close(p.entries)
	<-p.closed
}

// queued returns the entries that are queued now.
func (p *nsPool) queued() (entries []entry) {
	for len(entries) < maxEntries {
		select {
		case v, open := <-p.entries:
			if !open {
				return entries
			}
			entries = append(entries, v)
		default:
			return entries
		}
	}
	return entries
}

func (p *nsPool) run(entries []entry) {
	names := make([]string, len(entries))
	for i, v := range entries {
		names[i] = v.namespace
	}
	for i, err := range inside(names, func(i int) error { return entries[i].fn() }) {
		entries[i].done <- err
	}
}

// inside calls fn, which opens a socket, inside a namespace. The error is an
// [*OpenError].
func (p *nsPool) inside(namespace string, fn func() error) error {
	done := make(chan error, 1)
	p.entries <- entry{namespace, fn, done}
	return <-done
}
