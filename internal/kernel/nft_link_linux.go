package kernel

import (
	"golang.org/x/sys/unix"

	"github.com/vethlab/vethlab/internal/state"
)

// linkNames are the names of links by number, asked for when needed.
type linkNames struct {
	conn  *conn
	names map[int]string
}

// Index is not needed to read.
func (*linkNames) Index(string) (int, error) { return 0, unix.ENODEV }

// LinkName returns the name of a link, "" if there is none.
func (l *linkNames) LinkName(index int) string {
	if name, ok := l.names[index]; ok {
		return name
	}
	if l.conn == nil {
		c, err := dial()
		if err != nil {
			return ""
		}
		l.conn = c
	}
	link, err := l.conn.link(index)
	if err == nil {
		l.names[index] = link.Name
	}
	return l.names[index]
}

func (l *linkNames) close() {
	if l.conn != nil {
		l.conn.close()
	}
}

// linkNumbers are the numbers of links as an encoder knows them.
type linkNumbers struct{ *encoder }

func (l linkNumbers) Index(name string) (int, error) {
	return l.index(state.Endpoint{Namespace: l.namespace, Link: name})
}

func (linkNumbers) LinkName(int) string { return "" }
