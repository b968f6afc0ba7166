package probe

// A door leads into namespaces. Entering one takes a thread that is thrown away,
// so all who wait at the door enter together.
type door struct {
	visits chan visit
	closed chan struct{} // when nobody is inside any more
}

// A visit calls fn inside a namespace and says how that went.
type visit struct {
	namespace string
	fn        func() error
	done      chan error
}

// together is how many enter at a time.
const together = 256

// openDoor opens a door. It is to be closed.
func openDoor() *door {
	d := &door{make(chan visit, together), make(chan struct{})}
	go func() {
		defer close(d.closed)
		for first := range d.visits {
			d.admit(append([]visit{first}, d.waiting()...))
		}
	}()
	return d
}

func (d *door) close() {
	close(d.visits)
	<-d.closed
}

// waiting returns those that wait at the door.
func (d *door) waiting() (visits []visit) {
	for len(visits) < together {
		select {
		case v, open := <-d.visits:
			if !open {
				return visits
			}
			visits = append(visits, v)
		default:
			return visits
		}
	}
	return visits
}

func (d *door) admit(visits []visit) {
	names := make([]string, len(visits))
	for i, v := range visits {
		names[i] = v.namespace
	}
	for i, err := range inside(names, func(i int) error { return visits[i].fn() }) {
		visits[i].done <- err
	}
}

// inside calls fn, which opens a socket, inside a namespace. The error is an
// [*OpenError].
func (d *door) inside(namespace string, fn func() error) error {
	done := make(chan error, 1)
	d.visits <- visit{namespace, fn, done}
	return <-done
}
